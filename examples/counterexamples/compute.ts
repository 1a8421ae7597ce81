/** Running a few kernels at once in float64, with names instead of positions. */
import { cpu } from 'bptt';
import type { Kernels, Tensor } from 'bptt';

export interface Matrix {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** A matrix from its rows. */
export function matrix(rows: readonly (readonly number[])[]): Matrix {
  return { shape: [rows.length, rows[0]?.length ?? 0], data: Float64Array.from(rows.flat()) };
}

export function vector(values: readonly number[]): Matrix {
  return { shape: [values.length], data: Float64Array.from(values) };
}

export function zeros(...shape: number[]): Matrix {
  return { shape, data: new Float64Array(shape.reduce((size, n) => size * n, 1)) };
}

export function identity(n: number): Matrix {
  return matrix(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_unused, j) => Number(i === j))));
}

/** Runs `body` on the named inputs and reads the named results. */
export function compute<I extends string, O extends string>(
  inputs: Record<I, Matrix>, body: (k: Kernels, tensors: Record<I, Tensor>) => Record<O, Tensor>,
): Record<O, Float64Array> {
  const names = Object.keys(inputs) as I[];
  let results: O[] = [];
  const program = cpu({ dtype: 'float64' }).open().compile((k, tensors) => {
    const made = body(k, Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Record<I, Tensor>);
    results = Object.keys(made) as O[];
    return { outputs: results.map((name) => made[name]), variables: [] };
  }, names.map((name) => inputs[name].shape), []);
  const outputs = program.run(names.map((name) => inputs[name].data));
  if (outputs instanceof Promise) throw new Error('the cpu backend answers at once');
  return Object.fromEntries(results.map((name, i) => [name, Float64Array.from(outputs[i] ?? [])])) as Record<O, Float64Array>;
}

export function norm(values: ArrayLike<number>): number {
  return Math.hypot(...Array.from(values));
}

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: Float64Array, b: Float64Array): number {
  return norm(a.map((x, i) => x - (b[i] ?? NaN))) / norm(b);
}

/** 0.04567 → 0.0457, 1.2345e-9 → 1.23e-9. */
export function short(value: number): string {
  const size = Math.abs(value);
  return value === 0 || (size >= 1e-3 && size < 1e5) ? String(Number(value.toPrecision(3))) : value.toExponential(2);
}
