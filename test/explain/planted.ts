/** Pictures of noise with a pattern at a random place that alone decides the target, and a decoy that decides nothing. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { Activation, Adam, Conv2D, Dense, GlobalAveragePool2D, MaxPool2D, Sequential } from '../../src/index.js';
import { normal, randomStream } from '../../src/random.js';
import type { HostTensor } from '../../src/tensor.js';

export const side = 20;
const patternSide = 6;
/** Share of the picture that counts as a hit: the pattern's places. */
export const chance = (patternSide / side) ** 2;

export interface Pictures {
  /** [N, 20, 20, 1] */
  readonly x: HostTensor;
  /** [N, 2]: one-hot. */
  readonly y: HostTensor;
  readonly classes: readonly number[];
  /** Top left place of each pattern. */
  readonly corners: readonly (readonly [row: number, column: number])[];
}

/** Stripes across (class 0) or upright (class 1), and beside them, as bright and as large, a chessboard. */
export function pictures(count: number, seed: number): Pictures {
  const random = randomStream(seed, 'planted');
  const x = new Float64Array(count * side * side).map(() => 0.7 * normal(random));
  const y = new Float64Array(count * 2);
  const classes: number[] = [];
  const corners: [number, number][] = [];
  for (let n = 0; n < count; n++) {
    const upright = uniformInt(random, 0, 1);
    const place = (): [number, number] => [uniformInt(random, 0, side - patternSide), uniformInt(random, 0, side - patternSide)];
    const corner = place();
    let decoy = place();
    while (decoy.every((at, axis) => Math.abs(at - (corner[axis] ?? 0)) < patternSide)) decoy = place();
    const draw = ([top, left]: [number, number], phase: (i: number, j: number) => number): void => {
      for (let i = 0; i < patternSide; i++) {
        for (let j = 0; j < patternSide; j++) {
          const at = (n * side + top + i) * side + left + j;
          x[at] = (x[at] ?? 0) + (phase(i, j) % 2 === 0 ? 1 : -1);
        }
      }
    };
    draw(corner, (i, j) => (upright ? j : i));
    draw(decoy, (i, j) => i + j);
    classes.push(upright);
    corners.push(corner);
    y[2 * n + upright] = 1;
  }
  return { x: { data: x, shape: [count, side, side, 1] }, y: { data: y, shape: [count, 2] }, classes, corners };
}

export function network(seed: number): Sequential {
  const model = new Sequential([
    new Conv2D({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: 'heNormal' }),
    new MaxPool2D(),
    new Conv2D({ filters: 12, kernelSize: 3, padding: 'same', kernelInitializer: 'heNormal', name: 'last' }), new Activation({ kind: 'relu', name: 'seen' }),
    new GlobalAveragePool2D(), new Dense({ units: 2 }),
  ], { inputShape: [side, side, 1], seed });
  model.compile({ loss: 'categoricalCrossentropy', optimizer: new Adam({ learningRate: 0.01 }), metrics: ['categoricalAccuracy'] });
  return model;
}

/** Mean over 5 × 5 places: for maps that speak of single pixels, whose largest value is chance. */
export function smoothed({ data, shape }: { readonly data: ArrayLike<number>; readonly shape: readonly number[] }): { data: Float64Array; shape: readonly number[] } {
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const [row, column] = [Math.floor(at / side) % side, at % side];
    for (let i = -2; i <= 2; i++) {
      for (let j = -2; j <= 2; j++) {
        if (row + i >= 0 && row + i < side && column + j >= 0 && column + j < side) out[at] = (out[at] ?? 0) + (data[at + i * side + j] ?? NaN) / 25;
      }
    }
  }
  return { data: out, shape };
}

/** Share of the pictures whose largest place in the map lies in the pattern. */
export function hitRate(maps: { readonly data: ArrayLike<number> }, { corners }: Pictures): number {
  const hits = corners.filter(([top, left], n) => {
    const map = Array.from({ length: side * side }, (_, i) => maps.data[n * side * side + i] ?? NaN);
    const at = map.indexOf(Math.max(...map));
    const [row, column] = [Math.floor(at / side), at % side];
    return row >= top && row < top + patternSide && column >= left && column < left + patternSide;
  });
  return hits.length / corners.length;
}
