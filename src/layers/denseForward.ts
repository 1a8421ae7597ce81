/** The way forward of dense.ts, and what its weights are. */
import type { ActivationKind, Kernels, Tensor } from '../backend.js';
import type { Shape } from '../tensor.js';
import { activate } from './activationKinds.js';
import { requireRank, single } from './ranks.js';

export type DenseParams = { kernel: Tensor; bias?: Tensor };

/** Sizes without the batch. @throws ShapeError */
export function denseShapes(label: string, units: number, inputs: readonly Shape[]): Shape[] {
  const x = single(label, inputs);
  if (x.length === 0) requireRank(label, x, 1, '[batch, …, features]');
  return [[...x.slice(0, -1), units]];
}

export function denseWeightShapes({ units, useBias }: { readonly units: number; readonly useBias: boolean }, x: Shape): { [K in keyof DenseParams]: Shape } {
  return { kernel: [x.at(-1) ?? 0, units], ...(useBias ? { bias: [units] } : {}) };
}

/** `x`: the rows of the input; `z`: before the activation. */
export function denseForward(
  k: Kernels, p: DenseParams, input: Tensor, { units, activation }: { readonly units: number; readonly activation: ActivationKind },
): { readonly output: Tensor; readonly x: Tensor; readonly z: Tensor; readonly y: Tensor } {
  const d = input.shape.at(-1) ?? 1;
  const x = k.reshape(input, [input.size / d, d]);
  const product = k.matmul('nn', x, p.kernel); // D1
  const z = p.bias ? k.addRow(product, p.bias) : product; // D1
  const y = activation === 'linear' ? z : activate(k, activation, z);
  return { output: k.reshape(y, [...input.shape.slice(0, -1), units]), x, z, y };
}
