import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { copyOf, takeOptions } from '../src/copies.js';
import { ArgumentError } from '../src/errors.js';

test('numbers, lists and records are copied to any depth, a Buffer too', () => {
  const given = { list: [[1, 2], [3]], typed: Float32Array.of(1, 2), bytes: Buffer.from('ab'), record: { text: 'a', none: undefined }, tensor: { data: [1, 2], shape: [2] } };
  const copy = copyOf(given);
  given.list[0]?.fill(9);
  given.typed.fill(9);
  given.bytes.fill(9);
  given.record.text = 'b';
  given.tensor.data.fill(9);
  assert.equal(copy.list, [[1, 2], [3]]);
  assert.equal([...copy.typed], [1, 2]);
  assert.is(copy.bytes.toString(), 'ab');
  assert.equal(copy.record, { text: 'a', none: undefined });
  assert.equal([...copy.tensor.data], [1, 2]);
});

test('a view is copied in its own order', () => {
  const buffer = Float64Array.of(1, 2, 3, 4);
  const copy = copyOf(ndarray(buffer, [2, 2]).transpose(1, 0));
  buffer.fill(9);
  assert.equal([...copy.data], [1, 3, 2, 4]);
  assert.equal(copy.shape, [2, 2]);
  assert.is(copy.get(0, 1), 3);
});

test('what can do something stays the very thing, in lists and options as well', () => {
  class Thing { list = [1]; }
  const things = [() => 1, new Thing(), { name: 'callback', onEpochEnd: () => undefined }, { async *[Symbol.asyncIterator]() { yield 1; } }, new AbortController().signal, new DataView(new ArrayBuffer(1))];
  copyOf(things).forEach((thing, i) => assert.is(thing, things[i]));
  const options = { thing: new Thing(), list: [1] };
  const own = takeOptions('test', options, { thing: true, list: true });
  assert.is(own.thing, options.thing);
  assert.is.not(own.list, options.list);
  Object.assign(options, { lst: 1 });
  assert.throws(() => takeOptions('test', options, { thing: true, list: true }), (error: unknown) => error instanceof ArgumentError);
});

test.run();
