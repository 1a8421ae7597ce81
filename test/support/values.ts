/** Random host tensors, all entries distinct, and sums over them. */
import { normal, randomStream } from '../../src/random.js';
import { sizeOf } from '../../src/tensor.js';
import type { HostTensor, Shape } from '../../src/tensor.js';

export type Host = HostTensor<Float64Array>;

/** Standard normal values from a stream of their own. */
export function randomTensor(seed: number, purpose: string, shape: Shape, scale = 1): Host {
  const random = randomStream(seed, `test ${purpose}`);
  return { shape, data: new Float64Array(sizeOf(shape)).map(() => scale * normal(random)) };
}

export function host(shape: Shape, data: ArrayLike<number>): Host {
  return { shape, data: Float64Array.from(data) };
}

/** Σ over all tensors of a⊙b. */
export function dot(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let sum = 0;
  a.forEach((x, i) => {
    const y = b[i] ?? [];
    for (let j = 0; j < x.length; j++) sum += (x[j] ?? NaN) * (y[j] ?? NaN);
  });
  return sum;
}

export function sum(parts: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array()] = parts;
  return first.map((_, i) => parts.reduce((total, part) => total + (part[i] ?? NaN), 0));
}

/** [B, T] with 1 for valid steps. */
export function lengthMask(lengths: readonly number[], steps: number): Host {
  const data = new Float64Array(lengths.length * steps);
  lengths.forEach((length, b) => data.fill(1, b * steps, b * steps + length));
  return { shape: [lengths.length, steps], data };
}

/** The slice [from, from + count) of the time axis of x [B, T, D]. */
export function timeSlice(x: Host, from: number, count: number): Host {
  const [batch = 0, steps = 0, width = 1] = x.shape;
  const data = new Float64Array(batch * count * width);
  for (let b = 0; b < batch; b++) {
    data.set(x.data.subarray((b * steps + from) * width, (b * steps + from + count) * width), b * count * width);
  }
  return { shape: [batch, count, ...x.shape.slice(2)], data };
}

/** x [B, T, D] with time reversed. */
export function reversedTime(x: Host): Host {
  const [batch = 0, steps = 0, width = 1] = x.shape;
  const data = new Float64Array(x.data.length);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < steps; t++) {
      data.set(x.data.subarray((b * steps + t) * width, (b * steps + t + 1) * width), (b * steps + steps - 1 - t) * width);
    }
  }
  return { shape: x.shape, data };
}

/** Central differences of `loss` in every entry of `values`, which are put back. */
export function numericGradient(loss: () => number, values: Float64Array, epsilon = 1e-5): Float64Array {
  return values.map((at, i) => {
    values[i] = at + epsilon;
    const above = loss();
    values[i] = at - epsilon;
    const below = loss();
    values[i] = at;
    return (above - below) / (2 * epsilon);
  });
}
