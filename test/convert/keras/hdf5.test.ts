/** HDF5 in the layouts of several versions, as h5py wrote them (test/golden/hdf5.py), and what cannot be read. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FileFormatError } from '../../../src/errors.js';
import { Hdf5Dataset, openHdf5 } from '../../../src/convert/keras/hdf5/objects.js';
import { isHdf5 } from '../../../src/convert/keras/hdf5/file.js';
import { h5File } from './h5File.js';

const folder = new URL('../../../../test/golden/data/hdf5/', import.meta.url);
const values = JSON.parse(readFileSync(new URL('values.json', folder), 'utf8')) as Record<string, { shape: number[]; data: number[] }>;
const read = (version: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${version}.h5`, folder)));

for (const version of ['earliest', 'v110', 'latest']) {
  test(`${version}: every dataset is what h5py reads`, async () => {
    const root = openHdf5('test', read(version));
    let count = 0;
    for (const [name, { shape, data }] of Object.entries(values)) {
      if (version === 'earliest' && name === 'chunks/pages') continue;
      const found = root.get(name);
      assert.ok(found instanceof Hdf5Dataset, name);
      const tensor = await found.read();
      assert.equal([...tensor.shape], shape, name);
      assert.equal([...tensor.data], data, name);
      count++;
    }
    assert.ok(count > 140, `${count}`);
  });

  test(`${version}: attributes, few and many`, () => {
    const root = openHdf5('test', read(version));
    const texts = root.get('attributes');
    const split = root.get('split');
    assert.ok(texts && split);
    for (let i = 0; i < 30; i++) assert.is(texts.text(`a${i}`), `text ${i} é`);
    assert.equal(texts.texts('list'), ['one', 'two', 'threeee']);
    assert.equal(texts.texts('any'), ['x', 'yy', 'zzz']);
    assert.equal([texts.attributes.get('numbers'), texts.attributes.get('number'), texts.attributes.get('true')], [[0, 1, 2, 3], [7], [1]]);
    assert.is(texts.text('long'), 'é'.repeat(3000));
    assert.equal(split.texts('names'), ['a', 'b', 'c']);
    assert.is(split.texts('others'), undefined);
  });
}

test('what libhdf5 writes, read by both', async () => {
  const data = Float32Array.from({ length: 60 }, (_, i) => Math.fround(Math.sin(i)));
  const bytes = await h5File((file) => {
    const group = file.create_group('a').create_group('b');
    group.create_dataset({ name: 'w', data, shape: [12, 5], chunks: [5, 2], compression: 'gzip' });
    group.create_attribute('names', ['x', 'long name']);
  });
  const root = openHdf5('test', bytes);
  const dataset = root.get('a/b/w');
  assert.ok(dataset instanceof Hdf5Dataset);
  assert.equal((await dataset.read()).data, data);
  assert.equal(root.get('a/b')?.texts('names'), ['x', 'long name']);
});

test('a path to nothing is undefined; a link to a path is refused when it is followed', async () => {
  const bytes = await h5File((file) => {
    file.create_dataset({ name: 'w', data: Float32Array.of(1) });
    file.create_soft_link('/w', 'soft');
  });
  const root = openHdf5('test', bytes);
  assert.is(root.get('nothing'), undefined);
  assert.is(root.get('w/below'), undefined);
  assert.throws(() => root.get('soft'), (error: unknown) => error instanceof FileFormatError && error.actual.includes('a link to a path'));
});

const refused = (run: () => unknown, part: string): void => {
  assert.throws(run, (error: unknown) => error instanceof FileFormatError && error.message.includes(part), part);
};

test('a file that is cut short or none is refused, with the place', () => {
  const whole = read('earliest');
  refused(() => openHdf5('test', whole.subarray(0, 5000)), 'bytes, as it says');
  refused(() => openHdf5('test', whole.subarray(0, 20)), 'HDF5 superblock, byte');
  refused(() => openHdf5('test', new Uint8Array(100)), 'the signature of an HDF5 file');
  const newer = whole.slice();
  newer[8] = 9;
  refused(() => openHdf5('test', newer), 'version 0 to 3');
  assert.not.ok(isHdf5(new Uint8Array(2000)));
  assert.ok(isHdf5(read('v110')), 'behind a block of 512 bytes');
});

test('sizes that the file cannot hold are refused before anything is made of them', async () => {
  const bytes = await h5File((file) => { file.create_dataset({ name: 'w', data: Float32Array.from({ length: 1000 }, (_, i) => i), shape: [1000] }); });
  const view = new DataView(bytes.buffer);
  let changed = 0;
  for (let at = 0; at + 8 <= bytes.length; at++) { // the sizes of the dataspace, and the length of the data
    if (view.getBigUint64(at, true) !== 1000n) continue;
    view.setBigUint64(at, 2n ** 40n, true);
    changed++;
  }
  assert.ok(changed > 0);
  const dataset = openHdf5('test', bytes).get('w');
  assert.ok(dataset instanceof Hdf5Dataset);
  try {
    await dataset.read();
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof FileFormatError && error.message.includes('bytes of data'), String(error));
  }
});

test.run();
