import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../src/cli/options.js';
import { readSource } from '../../src/cli/source.js';
import { ArgumentError } from '../../src/errors.js';
import { parseCsvPanel } from '../../src/forecast/index.js';
import { CsvError, parseCsv, readCsv } from '../../src/node/index.js';
import type { CsvOptions, CsvTable } from '../../src/node/index.js';
import { thrown } from '../forecast/support.js';

const TEXT = 'Größe,Preis\r\n1,2\r\n3,4\r\n';

/** Letters up to ÿ as windows-1252 has them. */
const western = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf16 = (text: string, littleEndian: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  Array.from({ length: text.length }, (_, i) => { view.setUint16(2 * i, text.charCodeAt(i), littleEndian); });
  return new Uint8Array(view.buffer);
};

async function* torn(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const read = async (bytes: Uint8Array, options?: CsvOptions, size = bytes.length): Promise<CsvTable> => readCsv(torn(bytes, size), { order: 'ascending', ...options });

for (const [name, bytes, encoding] of [
  ['UTF-8', new TextEncoder().encode(TEXT), undefined], ['UTF-8 with its mark', new TextEncoder().encode(`\uFEFF${TEXT}`), undefined],
  ['UTF-16 with its mark', utf16(`\uFEFF${TEXT}`, true), undefined], ['UTF-16, high bytes first', utf16(`\uFEFF${TEXT}`, false), undefined],
  ['UTF-16 without a mark', utf16(TEXT, true), 'utf-16le'], ['windows-1252', western(TEXT), 'windows-1252'],
] as const) {
  test(`${name} is read, however it is torn`, async () => {
    for (const size of [1, 2, 3, bytes.length]) {
      const { columns } = await read(bytes, { encoding }, size);
      assert.equal([Object.keys(columns), Array.from(columns.Größe ?? [])], [['Größe', 'Preis'], [1, 3]], `pieces of ${size}`);
    }
  });
}

test('bytes that are no letters are refused, with the line and the option that says what they are', async () => {
  for (const size of [1, 5, 1000]) {
    const error = await thrown(CsvError, () => read(western('a,b\n1,2\n2,Söd\n'), undefined, size));
    assert.is(error.line, 3, `pieces of ${size}`);
    assert.match(error.message, /must be text in UTF-8, got other bytes.* Say encoding: 'windows-1252' if/);
  }
  const whole = await thrown(CsvError, () => read(western('a,b\n1,2\n2,Söd\n')));
  assert.match(whole.message, /other bytes after '2,S'/);
  // A letter that the piece before has begun is none of them.
  const bytes = Uint8Array.of(...new TextEncoder().encode('a,b\n1,ö'), ...western('\n2,Süd\n'));
  assert.is((await thrown(CsvError, () => read(bytes, { columns: ['a'] }, 7))).line, 3);
  const cut = await thrown(CsvError, () => read(new TextEncoder().encode('a\nö').subarray(0, 3)));
  assert.is(cut.line, 2);
  const said = await thrown(CsvError, () => read(western('ö'), { encoding: 'utf-8' }));
  assert.not.match(said.message, /windows-1252/);
});

test('an encoding is a known name, of a file and not of a text', async () => {
  assert.is((await thrown(ArgumentError, () => read(western('a\n1\n'), { encoding: 'latin9000' }))).argument, 'encoding');
  assert.is((await thrown(ArgumentError, () => parseCsv('a\n1\n', { encoding: 'utf-8' }))).argument, 'encoding');
  assert.is((await thrown(ArgumentError, () => parseCsvPanel('s,d,a\nx,2024-01-01,1\n', { series: 's', encoding: 'utf-8' }))).argument, 'encoding');
});

test('the command reads several series so, too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bptt-encoding-'));
  const path = join(folder, 'shops.csv');
  await writeFile(path, western('Tag,Ort,n\n2024-01-01,Süd,1\n2024-01-01,Söd,2\n'));
  const asked = { path, series: 'Ort', columns: ['n'] };
  await thrown(UsageError, () => readSource(asked));
  const { panel } = await readSource({ ...asked, reading: { encoding: 'windows-1252' } });
  assert.equal([...panel.keys()], ['Süd', 'Söd']);
  await rm(folder, { recursive: true });
});

test.run();
