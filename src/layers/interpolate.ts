/**
 * Linear interpolation along one axis, n entries for each: bilinear up-sampling is one along the width and one along the height.
 *
 * The entries of y lie in the middle of n equal parts of each entry of x, f_i = (i + ½)/n − ½ beside its centre:
 *   X5  y_{r·n+i} = (1 − |f_i|)·x_r + |f_i|·x_q, q = r − 1 where f_i < 0 and r + 1 where f_i > 0, and r itself at the ends
 *   X6  dx_r = Σ_i (1 − |f_i|)·dy_{r·n+i} + Σ |f_i|·dy_{s·n+i} over the s and i with q = r
 * Derivation: docs/sequence-layers.md.
 */
import type { Kernels, Tensor } from '../backend.js';
import { sizeOf } from '../tensor.js';

function offsets(n: number): number[] {
  return Array.from({ length: n }, (_, i) => (i + 0.5) / n - 0.5);
}

/** Rows side by side, [R, M] in all. */
function joined(k: Kernels, parts: readonly Tensor[], like: Tensor): Tensor {
  return k.reshape(k.concat(parts.map((part) => k.reshape(part, [1, part.size]))), like.shape);
}

/** Row r + 1 of x [R, M] (or r − 1) at place r; the last (first) one twice. */
function neighbours(k: Kernels, x: Tensor, ahead: boolean): Tensor {
  const [rows = 1] = x.shape;
  if (rows === 1) return x;
  return joined(k, ahead ? [k.rows(x, 1, rows - 1), k.rows(x, rows - 1, 1)] : [k.rows(x, 0, 1), k.rows(x, 0, rows - 1)], x);
}

/** What d at the neighbours is for x. */
function neighboursBackward(k: Kernels, d: Tensor, ahead: boolean): Tensor {
  const [rows = 1, width = 1] = d.shape;
  if (rows === 1) return d;
  const zeros = (count: number): Tensor => k.zeros([count, width]);
  const [inner, end] = ahead
    ? [[zeros(1), k.rows(d, 0, rows - 1)], [zeros(rows - 1), k.rows(d, rows - 1, 1)]]
    : [[k.rows(d, 1, rows - 1), zeros(1)], [k.rows(d, 0, 1), zeros(rows - 1)]];
  return k.add(joined(k, inner, d), joined(k, end, d));
}

export function interpolate(k: Kernels, x: Tensor, axis: number, n: number): Tensor {
  if (n === 1) return x;
  const [before, entries = 1, behind] = [sizeOf(x.shape.slice(0, axis)), x.shape[axis], sizeOf(x.shape.slice(axis + 1))];
  const own = k.reshape(k.swapLeading(k.reshape(x, [before, entries, behind])), [entries, before * behind]);
  const [earlier, later] = [neighbours(k, own, false), neighbours(k, own, true)];
  const parts = offsets(n).map((f) => (f === 0 ? own : k.add(k.scale(own, 1 - Math.abs(f)), k.scale(f < 0 ? earlier : later, Math.abs(f))))); // X5
  const byEntry = k.swapLeading(k.reshape(k.stack(parts), [n, entries * before, behind]));
  return k.reshape(k.swapLeading(k.reshape(byEntry, [entries, before, n * behind])), x.shape.map((size, i) => (i === axis ? n * size : size)));
}

export function interpolateBackward(k: Kernels, dy: Tensor, axis: number, n: number): Tensor {
  if (n === 1) return dy;
  const shape = dy.shape.map((size, i) => (i === axis ? size / n : size));
  const [before, entries = 1, behind] = [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
  const byEntry = k.reshape(k.swapLeading(k.reshape(dy, [before, entries, n * behind])), [entries * before, n, behind]);
  const parts = k.swapLeading(byEntry);
  const sum = (weights: readonly number[]): Tensor => weights.reduce(
    (total, weight, i) => (weight === 0 ? total : k.addTo(total, k.scale(k.reshape(k.row(parts, i), [entries, before * behind]), weight))),
    k.zeros([entries, before * behind]),
  );
  const own = sum(offsets(n).map((f) => 1 - Math.abs(f)));
  const earlier = neighboursBackward(k, sum(offsets(n).map((f) => Math.max(0, -f))), false);
  const later = neighboursBackward(k, sum(offsets(n).map((f) => Math.max(0, f))), true);
  const dx = k.add(own, k.add(earlier, later)); // X6
  return k.reshape(k.swapLeading(k.reshape(dx, [entries, before, behind])), shape);
}
