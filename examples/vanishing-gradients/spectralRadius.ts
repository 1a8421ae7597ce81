/** The spectral radius of a matrix, and recurrent weights scaled to a wanted one. */
import type { FloatArray, NdArray } from 'bptt';

/**
 * max |eigenvalue| of a square matrix, by Gelfand's formula ‖Aⁿ‖^(1/n) with n = 2²⁴ by repeated squaring. A power iteration on a
 * vector does not settle where the largest eigenvalues are a complex pair, as in most random matrices.
 *
 * @param a [n·n], row-major.
 */
export function spectralRadius(a: Float64Array, n: number): number {
  const doublings = 24;
  let power = a;
  let logNorm = 0;
  for (let i = 0; i <= doublings; i++) {
    const norm = Math.hypot(...power);
    if (norm === 0) return 0;
    logNorm += Math.log(norm) / 2 ** i;
    const unit = power.map((value) => value / norm);
    power = unit.map((_, at) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += (unit[Math.floor(at / n) * n + k] ?? 0) * (unit[k * n + (at % n)] ?? 0);
      return sum;
    });
  }
  return Math.exp(logNorm);
}

/** Recurrent weights [H, gates·H] with every [H, H] block scaled to the given spectral radius. */
export function scaleBlocks(weights: NdArray<FloatArray>, radius: number): { data: Float64Array; shape: number[] } {
  const [units = 0, columns = 0] = weights.shape;
  const data = Float64Array.from({ length: units * columns }, (_, at) => weights.get(Math.floor(at / columns), at % columns));
  for (let from = 0; from < columns; from += units) {
    const inBlock = (at: number): number => Math.floor(at / units) * columns + from + (at % units);
    const block = Float64Array.from({ length: units * units }, (_, at) => data[inBlock(at)] ?? 0);
    const factor = radius / spectralRadius(block, units);
    block.forEach((value, at) => (data[inBlock(at)] = factor * value));
  }
  return { data, shape: [units, columns] };
}
