import fc from 'fast-check';
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../src/errors.js';
import { fromHost, tensor, zeros } from '../src/ndarrays.js';
import { allocate, sameShape, shapeOf, sizeOf, toHost } from '../src/tensor.js';
import type { NdArray } from '../src/tensor.js';
import { assertSame, thrown } from './support/compare.js';
import { forAll } from './support/property.js';

/** Every element of a view, in row-major order, by ndarray's own `get`. */
function elements(view: NdArray<Float64Array>): number[] {
  const size = sizeOf(view.shape);
  return Array.from({ length: size }, (_, flat) => {
    const index: number[] = [];
    let rest = flat;
    for (let axis = view.shape.length - 1; axis >= 0; axis--) {
      const n = view.shape[axis] ?? 1;
      index.unshift(rest % n);
      rest = Math.floor(rest / n);
    }
    return view.get(...index);
  });
}

function counted(shape: number[]): NdArray<Float64Array> {
  return ndarray(Float64Array.from({ length: sizeOf(shape) }, (_, i) => i + 1), shape);
}

test('any view of ndarray is read element by element: transposed, stepped, reversed, cut, picked', () => {
  const x = counted([4, 6, 5]);
  const views: Readonly<Record<string, NdArray<Float64Array>>> = {
    plain: x, transposed: x.transpose(2, 0, 1), swapped: x.transpose(0, 2, 1), stepped: x.step(2, 3, 1), reversed: x.step(-1, -1, -1),
    mixed: x.step(-2, 1, 2), low: x.lo(1, 2, 3), high: x.hi(2, 3, 4), window: x.lo(1, 1, 1).hi(2, 3, 2),
    picked: x.pick(2, null, null), pickedInside: x.pick(null, 3, null), row: x.pick(1, 2, null), all: x.lo(1).step(-1, 2).transpose(1, 2, 0).pick(null, 3, null),
    number: x.pick(1, 2, 3), empty: x.hi(0, 3, 2),
  };
  for (const [name, view] of Object.entries(views)) {
    const host = toHost(view, 'float64');
    assert.equal(host.shape, [...view.shape], name);
    assertSame(host.data, elements(view), name);
  }
});

test('random chains of views', async () => {
  const move = fc.record({ kind: fc.constantFrom('turn', 'step', 'lo', 'hi'), a: fc.integer({ min: 0, max: 2 }), step: fc.constantFrom(-2, -1, 2) });
  await forAll(fc.array(move, { minLength: 1, maxLength: 5 }), 60, (moves) => {
    let view = counted([5, 7, 6]);
    for (const { kind, a, step } of moves) {
      const one = (n: number): number[] => [0, 1, 2].map((axis) => (axis === a ? n : 0));
      if (kind === 'turn') view = view.transpose(a, (a + 1) % 3, (a + 2) % 3);
      else if (kind === 'step') view = view.step(...[0, 1, 2].map((axis) => (axis === a ? step : 1)));
      else if (kind === 'lo' && (view.shape[a] ?? 0) > 1) view = view.lo(...one(1));
      else if (kind === 'hi' && (view.shape[a] ?? 0) > 1) view = view.hi(...view.shape.map((n, axis) => (axis === a ? n - 1 : n)));
    }
    assertSame(toHost(view, 'float64').data, elements(view), JSON.stringify(moves));
  });
});

test('what comes out is a copy, contiguous, of the wanted type', () => {
  const x = counted([2, 3]);
  const copy = tensor(x.transpose(1, 0), { dtype: 'float64' });
  assert.instance(copy.data, Float64Array);
  assert.equal([copy.shape, copy.stride, copy.offset], [[3, 2], [2, 1], 0]);
  assert.equal([...copy.data], [1, 4, 2, 5, 3, 6]);
  x.set(0, 0, 99);
  assert.is(copy.get(0, 0), 1);
  assert.instance(tensor([1.5, 2]).data, Float32Array);
  assert.is(tensor([0.1]).get(0), Math.fround(0.1));
});

test('nested arrays, flat data with a shape, plain and typed arrays', () => {
  const nested = tensor([[[1, 2], [3, 4], [5, 6]]]);
  assert.equal([nested.shape, [...nested.data]], [[1, 3, 2], [1, 2, 3, 4, 5, 6]]);
  assert.equal(tensor({ data: [1, 2, 3, 4], shape: [2, 2] }).get(1, 0), 3);
  assert.equal(tensor(Int16Array.of(1, 2, 3, 4, 5, 6), { shape: [3, 2] }).get(2, 1), 6);
  assert.equal(tensor([1, 2, 3, 4], { shape: [2, 2], dtype: 'float64' }).shape, [2, 2]);
  assert.equal(tensor([]).shape, [0]);
  assert.equal(toHost([[], []], 'float32').shape, [2, 0]);
  assert.equal(toHost(ndarray([1, 2, 3], [3]), 'float64').data, Float64Array.of(1, 2, 3), 'an ndarray over a plain array');
});

test('NaN and infinities pass: what to do with them is the caller\'s decision', () => {
  assert.equal([...tensor([NaN, Infinity, -Infinity]).data], [NaN, Infinity, -Infinity]);
});

test('ragged and malformed nested arrays are refused', () => {
  const message = (value: unknown): string => thrown(ShapeError, () => toHost(value as number[], 'float64')).message;
  assert.is(message([[1, 2], [3]]), 'tensor: nested array must be 2 elements at depth 1, got 1 elements. Every row must have the same length.');
  assert.match(message([[1, 2], 3]), /2 elements at depth 1, got a number/);
  assert.match(message([1, [2]]), /a number at depth 1|1 elements/);
  assert.match(message([[[1]], [[1, 2]]]), /1 elements at depth 2, got 2 elements/);
  assert.match(message([1, '2']), /got string/);
});

test('shapes that do not fit are refused', () => {
  assert.match(thrown(ShapeError, () => tensor([1, 2, 3], { shape: [2, 2] })).message, /shape must be a shape of 3 elements, got \[2, 2\]/);
  assert.match(thrown(ShapeError, () => toHost({ data: [1, 2, 3], shape: [2, 2] }, 'float64')).message, /4 numbers for shape \[2, 2\], got 3/);
  for (const shape of [[-1, 2], [1.5], [NaN]]) assert.throws(() => toHost({ data: [], shape }, 'float64'), /whole numbers of at least 0/);
  // @ts-expect-error a wrong type name on purpose
  assert.match(thrown(ArgumentError, () => tensor([1], { dtype: 'int8' })).message, /float32 \| float64, got int8/);
});

test('helpers', () => {
  assert.equal([sizeOf([2, 3, 4]), sizeOf([]), sizeOf([3, 0])], [24, 1, 0]);
  assert.equal([sameShape([1, 2], [1, 2]), sameShape([1, 2], [2, 1]), sameShape([1], [1, 1])], [true, false, false]);
  assert.equal(shapeOf([[1, 2, 3], [4, 5, 6]]), [2, 3]);
  assert.instance(allocate('float32', 3), Float32Array);
  const data = Float64Array.of(1, 2);
  assert.is(fromHost(data, [2, 1]).data, data, 'wrapped without a copy');
  const z = zeros([2, 2]);
  assert.equal([z.shape, [...z.data], z.data instanceof Float32Array], [[2, 2], [0, 0, 0, 0], true]);
  assert.instance(zeros([1], 'float64').data, Float64Array);
});

test.run();
