/** Moving, viewing, adding, and matrix products. */
import type { MatmulMode } from '../../../src/backend.js';
import type { Shape } from '../../../src/tensor.js';
import { given, kernelCase } from './case.js';
import type { ConformanceCase } from './case.js';

const moving: ConformanceCase[] = [
  kernelCase('zeros, alone and into a slot', [[3, 5]], (k, x) => {
    const [slot] = k.series(1, [3, 5]);
    const kept = k.scale(k.copy(x, slot), 2); // the slot is dirty before it is zeroed
    return [k.zeros([2, 3]), kept, k.add(x, k.zeros([3, 5], slot))];
  }),
  kernelCase('full', [[3]], (k, x) => [k.full([2, 3], -1.5), k.add(x, k.full([3], 0.25))]),
  kernelCase('copy, alone and into a slot', [[3, 5]], (k, x) => {
    const slots = k.series(2, [3, 5]);
    return [k.copy(x), k.stack([k.copy(x, slots[0]), k.zeros([3, 5], slots[1])])];
  }),
  kernelCase('copy keeps its source apart', [[4], [4]], (k, x, y) => {
    const kept = k.copy(x);
    return [k.addTo(x, y), kept];
  }),
  kernelCase('what is brief leaves what was copied from it', [[4], [4]], (k, x, y) => {
    const [slot] = k.series(1, [4]);
    let product = x;
    const work = (): void => { product = k.copy(k.mul(x, y), slot); };
    if (k.brief) k.brief(work);
    else work();
    return [k.add(x, y), product];
  }),
  kernelCase('reshape', [[3, 4, 5]], (k, x) => [k.reshape(x, [5, 12]), k.row(k.reshape(x, [2, 30]), 1)]),
  kernelCase('row and rows', [[7, 3, 2]], (k, x) => [k.row(x, 4), k.rows(x, 2, 3), k.row(k.rows(x, 3, 4), 2), k.row(k.row(x, 6), 1)]),
  kernelCase('row as an operand', [[5, 7], [7]], (k, x, y) => [k.mul(k.row(x, 3), y), k.addRow(k.rows(x, 1, 2), y)]),
  kernelCase('series and stack', [[3, 5], [3, 5]], (k, a, b) => {
    const slots = k.series(3, [3, 5]);
    return [k.stack([k.add(a, b, slots[0]), k.mul(a, b, slots[1]), k.copy(a, slots[2])]), k.stack([b, a])];
  }),
  kernelCase('stack against the order of the slots', [[2, 3], [2, 3]], (k, a, b) => {
    const slots = k.series(2, [2, 3]);
    const first = k.copy(a, slots[0]);
    const second = k.copy(b, slots[1]);
    return k.stack([second, first]);
  }),
  kernelCase('swapLeading', [[5, 3, 4], [7, 2]], (k, x, m) => [k.swapLeading(x), k.swapLeading(m), k.swapLeading(k.swapLeading(x))]),
  kernelCase('swapLeading behind other axes', [[5, 3, 4], [2, 3, 4, 5, 6]], (k, x, deep) => [k.swapLeading(x, 1), k.swapLeading(deep, 1), k.swapLeading(deep, 2), k.swapLeading(deep, 3)]),
  kernelCase('concat', [[3, 5], [3, 1], [3, 8]], (k, a, b, c) => k.concat([a, b, c])),
  kernelCase('concat of three axes', [[2, 3, 5], [2, 3, 4]], (k, a, b) => k.concat([a, b])),
  kernelCase('split', [[3, 14], [2, 3, 7]], (k, x, y) => [...k.split(x, [5, 1, 8]), ...k.split(y, [3, 4])]),
];

const sizes: readonly Shape[] = [[1], [3, 7], [2, 5, 13], [129, 31]];

const adding: ConformanceCase[] = [
  ...sizes.flatMap((shape) => [
    kernelCase(`add, sub, mul ${shape.join('×')}`, [shape, shape], (k, a, b) => [k.add(a, b), k.sub(a, b), k.mul(a, b)]),
    kernelCase(`scale ${shape.join('×')}`, [shape], (k, a) => k.scale(a, -0.37)),
    kernelCase(`addTo ${shape.join('×')}`, [shape, shape], (k, a, b) => k.addTo(k.addTo(k.zeros(shape), a), b)),
    kernelCase(`sumSquares ${shape.join('×')}`, [shape, [11]], (k, a, b) => [k.sumSquares([a]), k.sumSquares([a, b, a])]),
  ]),
  kernelCase('add and mul into slots', [[3, 5], [3, 5]], (k, a, b) => {
    const slots = k.series(2, [3, 5]);
    return k.stack([k.mul(a, b, slots[0]), k.add(a, b, slots[1])]);
  }),
  kernelCase('addTo a view of its own', [[3, 4], [4]], (k, x, y) => {
    const copy = k.copy(x);
    return [k.addTo(k.row(copy, 1), y)];
  }),
  kernelCase('addRow', [[9, 13], [13]], (k, x, row) => k.addRow(x, row)),
  kernelCase('addRow over three axes', [[2, 3, 5], [5]], (k, x, row) => k.addRow(x, row)),
  kernelCase('mulTiled', [[4, 3, 7], [3, 7]], (k, x, tile) => k.mulTiled(x, tile)),
  kernelCase('divRows', [[5, 3, 2], [5]], (k, x, m) => [k.divRows(x, m), k.divRows(x, k.scale(m, 0))]),
  kernelCase('mulRows', [[5, 3, 2], [5]], (k, x, m) => [k.mulRows(x, m), k.mulRows(x, m, true)]),
  kernelCase('blendRows', [given([5], [1, 0, 0.25, 0, 1]), [5, 7], [5, 7]], (k, m, a, b) => {
    const [slot] = k.series(1, [5, 7]);
    return [k.blendRows(m, a, b), k.blendRows(m, b, a, slot)];
  }),
  kernelCase('sumRowsTo', [[7], [33, 7], [2, 3, 7]], (k, target, x, y) => k.sumRowsTo(k.sumRowsTo(target, x), y)),
];

const broadcasting: ConformanceCase[] = [
  kernelCase('broadcast', [[3, 1, 5], [1, 4, 1, 3], [6]], (k, a, b, c) => [k.broadcast(a, [3, 7, 5]), k.broadcast(b, [2, 4, 5, 3]), k.broadcast(c, [6])]),
  kernelCase('broadcast of the last axis', [[3, 1], [2, 1, 1]], (k, a, b) => [k.broadcast(a, [3, 9]), k.broadcast(b, [2, 3, 7])]),
  kernelCase('sumAxes', [[3, 7, 5], [2, 4, 5, 3], [6]], (k, a, b, c) => [k.sumAxes(a, [3, 1, 5]), k.sumAxes(b, [1, 4, 1, 3]), k.sumAxes(c, [6])]),
  kernelCase('sumAxes of the last axis', [[3, 9], [2, 3, 37]], (k, a, b) => [k.sumAxes(a, [3, 1]), k.sumAxes(b, [2, 1, 1])]),
];

const seen = given([3, 5], [1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
const asking = given([3, 4], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]);
const attending: ConformanceCase[] = [
  kernelCase('headScores', [[3, 4, 6], [3, 5, 6]], (k, q, x) => [k.headScores(q, x, 2), k.headScores(q, x, 6)]),
  kernelCase('headScores, one head', [[2, 37, 19], [2, 9, 19]], (k, q, x) => k.headScores(q, x, 1)),
  kernelCase('headMix', [[3, 2, 4, 5], [3, 5, 6], [3, 4, 6]], (k, w, v, d) => [k.headMix(w, v), k.headMix(w, d, true)]),
  kernelCase('headMix, one head', [[2, 1, 9, 37], [2, 37, 19], [2, 9, 3]], (k, w, v, d) => [k.headMix(w, v), k.headMix(w, d, true)]),
  ...[false, true].flatMap((causal) => [[false, false], [false, true], [true, false], [true, true]].map(([query, key]) =>
    kernelCase(`visibleSoftmax${causal ? ', causal' : ''}${query ? ', queries' : ''}${key ? ', keys' : ''}`, [[3, 2, 4, 5], asking, seen], (k, s, q, x) =>
      k.visibleSoftmax(k.scale(s, 3), { query: query ? q : undefined, key: key ? x : undefined, causal })))),
  kernelCase('visibleSoftmax, large scores', [given([1, 1, 2, 3], [400, -400, 390, -1e30, -1e30, 5])], (k, s) => k.visibleSoftmax(s, { query: undefined, key: undefined, causal: false })),
  kernelCase('additiveScores', [[3, 4, 7], [3, 5, 7], [7]], (k, q, x, v) => k.additiveScores(q, x, v)),
  kernelCase('additiveScoresBackward', [[3, 4, 7], [3, 5, 7], [7], [3, 1, 4, 5], [7]], (k, q, x, v, ds, dv) => {
    const { dq, dk, dV } = k.additiveScoresBackward(q, x, v, ds, k.copy(dv));
    return [dq, dk, dV];
  }),
];

function operands(mode: MatmulMode, m: number, n: number, inner: number): [Shape, Shape] {
  return [mode === 'tn' ? [inner, m] : [m, inner], mode === 'nt' ? [n, inner] : [inner, n]];
}

const products: ConformanceCase[] = (['nn', 'nt', 'tn'] as const).flatMap((mode) => [
  ...[[1, 1, 1], [5, 3, 7], [1, 17, 4], [33, 1, 9], [37, 29, 18], [32, 200, 50], [150, 170, 160]].map(([m = 1, n = 1, inner = 1]) =>
    kernelCase(`matmul ${mode} ${m}×${inner}×${n}`, operands(mode, m, n, inner), (k, a, b) => k.matmul(mode, a, b))),
  kernelCase(`matmul ${mode} into a slot`, operands(mode, 6, 5, 3), (k, a, b) => {
    const slots = k.series(2, [6, 5]);
    return k.stack([k.matmul(mode, a, b, slots[0]), k.zeros([6, 5], slots[1])]);
  }),
  ...[[6, 5, 3], [40, 23, 31]].map(([m = 1, n = 1, inner = 1]) =>
    kernelCase(`matmulTo ${mode} ${m}×${inner}×${n}`, [[m, n], ...operands(mode, m, n, inner)], (k, target, a, b) =>
      k.matmulTo(mode, k.matmulTo(mode, target, a, b), a, b))),
]);

const prepared: ConformanceCase[] = [
  ...(['nn', 'nt'] as const).flatMap((mode) => [[7, 11, 5], [32, 100, 25], [10, 200, 50]].map(([m = 1, n = 1, inner = 1]) => {
    const [a, b] = operands(mode, m, n, inner);
    return kernelCase(`pack ${mode} ${m}×${inner}×${n}`, [a, a, b], (k, x, y, weights) => {
      const packed = k.pack(mode, weights);
      return [k.matmul(mode, x, packed), k.matmulTo(mode, k.matmul(mode, y, packed), x, packed)];
    });
  })),
  kernelCase('columns as right operand', [[5, 4], [4, 9], [5, 3], [3, 6]], (k, a, b, c, d) => [
    k.matmul('nn', a, k.columns(b, 2, 5)), k.matmul('nt', k.columns(b, 1, 6), d), k.matmul('tn', c, k.columns(a, 1, 2)),
  ]),
  kernelCase('columns on both sides', [[5, 12], [4, 12], [5, 4]], (k, a, b, target) => [
    k.matmul('nt', k.columns(a, 8, 4), k.columns(b, 8, 4)), k.matmulTo('nt', target, k.columns(a, 0, 8), k.columns(b, 0, 8)),
  ]),
];

/** Rows of more than one block of vectors, and a rest. */
const wide: ConformanceCase[] = [
  kernelCase('addRow, wide', [[3, 37], [37]], (k, x, row) => k.addRow(x, row)),
  kernelCase('mulTiled, wide', [[4, 3, 37], [3, 37]], (k, x, tile) => k.mulTiled(x, tile)),
  kernelCase('mulRows and blendRows, wide', [[5, 37], [5, 37], [5]], (k, a, b, m) => [k.mulRows(a, m), k.mulRows(a, m, true), k.blendRows(m, a, b)]),
  kernelCase('sumRowsTo, wide', [[37], [9, 37]], (k, target, x) => k.sumRowsTo(target, x)),
  kernelCase('concat and split, wide', [[3, 37], [3, 21]], (k, a, b) => [k.concat([a, b]), ...k.split(a, [18, 19])]),
];

export const arrayCases: readonly ConformanceCase[] = [...moving, ...adding, ...broadcasting, ...attending, ...wide, ...products, ...prepared];
