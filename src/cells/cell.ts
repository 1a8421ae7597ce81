/**
 * What the time loop (src/layers/recurrent.ts) needs of a cell: one step forward, one step backward, and the two
 * products that are cheaper for all time steps at once.
 *
 * Shapes: B batch, T time, D input width, H units, G gate columns (LSTM 4H, GRU 3H, RNN H), R = T·B rows.
 */
import type { Kernels, Tensor } from '../backend.js';
import type { ParameterSpec } from '../layers/layer.js';

/** h first, then c where the cell has one; each [B, H]. */
export type State = readonly Tensor[];

export interface StepOptions {
  /** [B, H] recurrent dropout mask on h_{t−1} where it enters a product (Gal & Ghahramani 2016: one mask for all steps). */
  readonly hMask?: Tensor;
  /** Where to put the new h. */
  readonly hOut?: Tensor;
  /** Which time step this is, for cells that keep their results in series. */
  readonly t: number;
}

export interface Cell<P, C, W> {
  /** Number of state tensors: 1 for h, 2 for h and c. */
  readonly stateCount: 1 | 2;
  parameters(inputWidth: number): { [K in keyof P]: ParameterSpec };
  /** x [R, D] → x·W + b [R, G]. */
  project(k: Kernels, p: P, x: Tensor): Tensor;
  /** Scratch series for a sequence, and weights packed for its direction. */
  openForward(k: Kernels, p: P, steps: number, batch: number): W;
  /** xz [B, G] may be overwritten. */
  forward(k: Kernels, p: P, work: W, xz: Tensor, state: State, options: StepOptions): { state: State; cache: C };
  openBackward(k: Kernels, p: P, steps: number, batch: number): W;
  /** dState [dh, dc?] → the gradients of the state before; what the weights need goes into `work`. */
  backward(k: Kernels, p: P, work: W, cache: C, dState: readonly (Tensor | undefined)[], options: StepOptions): { dxz: Tensor; dState: State };
  /** After the loop: adds the weight gradients of all steps; x [R, D], dxz [R, G]. */
  accumulate(k: Kernels, grads: P, work: W, caches: readonly C[], x: Tensor, dxz: Tensor): void;
  /** dxz [R, G] → ∂L/∂x [R, D]. */
  inputGradient(k: Kernels, p: P, dxz: Tensor): Tensor;
}

/** All steps' tensors as one matrix [R, n]. */
export function asRows(k: Kernels, parts: readonly Tensor[]): Tensor {
  const all = k.stack(parts);
  const [steps = 1, batch = 1, n = 1] = all.shape;
  return k.reshape(all, [steps * batch, n]);
}
