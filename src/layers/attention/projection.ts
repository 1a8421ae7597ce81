/** Dense maps of sequences inside attention layers: D1–D3 of dense.ts. */
import type { Kernels, Tensor } from '../../backend.js';

function rowsOf(k: Kernels, x: Tensor): Tensor {
  const n = x.shape.at(-1) ?? 1;
  return k.reshape(x, [x.size / n, n]);
}

/** x [B, T, D] · kernel [D, N] + bias → [B, T, N]. */
export function project(k: Kernels, x: Tensor, kernel: Tensor, bias?: Tensor): Tensor {
  const product = k.matmul('nn', rowsOf(k, x), kernel); // D1
  return k.reshape(bias ? k.addRow(product, bias) : product, [...x.shape.slice(0, -1), kernel.shape[1] ?? 1]); // D1
}

/** The gradients of the weights, added under their names. */
export function projectWeightsTo<K extends string, P extends { [N in K]?: Tensor }>(k: Kernels, x: Tensor, dy: Tensor, grads: P, kernelName: K, biasName?: K): void {
  const rows = rowsOf(k, dy);
  const record: { [N in K]?: Tensor } = grads;
  const [dKernel, dBias] = [record[kernelName], biasName && record[biasName]];
  if (dKernel) record[kernelName] = k.matmulTo('tn', dKernel, rowsOf(k, x), rows); // D2
  if (biasName && dBias) record[biasName] = k.sumRowsTo(dBias, rows); // D2
}

/** ∂L/∂x. */
export function projectBack(k: Kernels, x: Tensor, kernel: Tensor, dy: Tensor): Tensor {
  return k.reshape(k.matmul('nt', rowsOf(k, dy), kernel), x.shape); // D3
}
