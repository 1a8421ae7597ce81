/** Zip files by Python's zipfile and of our own making, whole and with one number changed. */
import { deflateRawSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { entryBytes, readZip } from '../../../src/convert/bytes/zip.js';
import { FileFormatError } from '../../../src/errors.js';
import { crc32 } from '../../../src/models/files/checksum.js';
import { makeZip } from './makeZip.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const words = Buffer.from('to be or not to be, '.repeat(40));

async function refused(bytes: Uint8Array, message: RegExp, name = 'b'): Promise<void> {
  try {
    const entry = readZip('read', bytes).get(name);
    assert.ok(entry);
    await entryBytes('read', entry, 10_000);
  } catch (error) {
    assert.instance(error, FileFormatError);
    assert.match(String(error), message);
    return;
  }
  assert.unreachable('read');
}

for (const long of [false, true]) {
  test(`stored and deflated entries, ${long ? '64-bit' : '32-bit'} records`, async () => {
    const bytes = makeZip([{ name: 'a/x', data: Buffer.from('stored') }, { name: 'b', data: words, deflated: true }], { long });
    const entries = readZip('read', bytes);
    assert.equal([...entries.keys()], ['a/x', 'b']);
    const [a, b] = [entries.get('a/x'), entries.get('b')];
    assert.ok(a && b);
    assert.is(text(await entryBytes('read', a, 100)), 'stored');
    assert.is((await entryBytes('read', a, 100)).buffer, bytes.buffer, 'a view');
    assert.is(text(await entryBytes('read', b, 10_000)), words.toString());
  });
}

test('what the directory says is checked before it is used', async () => {
  const whole = makeZip([{ name: 'b', data: words, deflated: true }]);
  const at = { local: 0, directory: whole.length - 22 - 46 - 1, end: whole.length - 22 };
  const changed = (offset: number, value: number): Uint8Array => {
    const bytes = new Uint8Array(whole);
    new DataView(bytes.buffer).setUint32(offset, value, true);
    return bytes;
  };
  await refused(whole.subarray(0, whole.length - 1), /the end of the file/);
  await refused(changed(at.end + 16, whole.length), /a directory within/);
  await refused(changed(at.end + 10, 0xffff), /directory/);
  await refused(changed(at.directory, 7), /an entry of the directory/);
  await refused(changed(at.directory + 20, whole.length), /more bytes/); // packed size
  await refused(changed(at.directory + 24, 4_000_000_000), /at most 10000 bytes/); // unpacked size
  await refused(changed(at.directory + 24, words.length + 1), /compressed data of 801 bytes, got 800 bytes/);
  await refused(changed(at.directory + 24, words.length - 1), /compressed data of 799 bytes, got more/);
  await refused(changed(at.directory + 42, 3), /the header of an entry/);
  await refused(changed(at.directory + 16, 0), new RegExp(`checksum 00000000, got ${crc32(words)}`));
  const damaged = new Uint8Array(whole);
  damaged.fill(0xff, 31, 40);
  await refused(damaged, /damaged ones|bytes of checksum/);
});

test('a claim that DEFLATE cannot keep allocates nothing', async () => {
  const packed = deflateRawSync(Buffer.alloc(100));
  const bytes = makeZip([{ name: 'b', data: Buffer.alloc(100), deflated: true }]);
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 22 - 47 + 24, 1033 * packed.length, true);
  const entry = readZip('read', bytes).get('b');
  assert.ok(entry);
  try {
    await entryBytes('read', entry, 1e9);
    assert.unreachable('read');
  } catch (error) {
    assert.match(String(error), /which cannot hold as many/);
  }
});

test('two entries of one name, encryption, other methods', async () => {
  await refused(makeZip([{ name: 'b', data: words }, { name: 'b', data: words }]), /'b' twice/);
  await refused(makeZip([{ name: 'b', data: words }], { flags: 1 }), /an encrypted 'b'/);
  await refused(makeZip([{ name: 'b', data: words }], { method: 12 }), /method 12 for 'b'/);
});

test.run();
