/**
 * What a recurrent cell is: one time step forward and one back. The time loop (src/layers/timeLoop.ts) gives it masks, states that
 * last over batches, truncation and directions. A cell of your own needs `stateShapes`, `parameters`, `forward` and `backward`; it
 * reads no values and keeps nothing on itself, like a layer. `new RNN({ cell })` runs it.
 *
 * Shapes: B batch, T time, D input width, H units, R = T·B rows.
 */
import type { KernelFamily, Kernels, Tensor } from '../backend.js';
import type { JsonObject, LayerHead, NoiseSpec, ParameterSpec, Tensors } from '../layers/layer.js';
import type { Shape } from '../tensor.js';

/** Dropout masks of one step, as `noise()` lists them, each with the batch in front; empty outside training. */
export type CellNoise = readonly Tensor[];

/** P: trained parameters, S: states, C: what forward hands to backward. Plain records by name, `type`s. */
export interface Cell<P = Tensors, S = Tensors, C = unknown> {
  /** Name under which `loadModel({ customCells })` finds the maker; only models that are saved need it. */
  readonly className?: string;
  /** The state tensors by name, without the batch: `{ h: [units] }`. They start at zero, or as they are given. */
  readonly stateShapes: { readonly [K in keyof S]: Shape };
  /** What it calls beside the core of the kernels. Default none. */
  readonly families?: readonly KernelFamily[];
  /** How many axes x has at one step, without the batch. Default 1: [D]. */
  readonly inputRank?: number;
  /** Which state is the output of a step. Default: the first. */
  readonly output?: keyof S & string;
  /** What the maker needs to make the cell again, as JSON; only models that are saved need it. */
  config?(): JsonObject;
  /** Trained tensors. @param inputShape of one step, without the batch: [D]. */
  parameters(inputShape: Shape): { [K in keyof P]: ParameterSpec };
  /** Dropout masks wanted in training, without the batch: one of each for all steps of a sequence. Default none. */
  noise?(inputShape: Shape): readonly NoiseSpec[];
  /** What the output is to a loss: see `Layer.head`. Default: linear in something. */
  head?(): LayerHead | undefined;
  /** One step: x [B, D] and the states before it, read only, give the states after it. */
  forward(k: Kernels, p: P, x: Tensor, states: S, noise: CellNoise): { readonly states: S; readonly cache: C };
  /**
   * One step back. dStates: ∂L/∂(states after the step), whole. Adds into `grads` with the `…To` kernels and stores what they return:
   * `grads.kernel = k.matmulTo('tn', grads.kernel, x, dz)`. Returns ∂L/∂x and ∂L/∂(states before the step).
   */
  backward(k: Kernels, p: P, cache: C, dStates: S, grads: P, noise: CellNoise): { readonly dx: Tensor; readonly dStates: S };
  /** The cell's own way through a whole sequence, where that is cheaper than step by step. The cells of this library have one. */
  readonly passes?: Passes<P, S>;
}

/** A cell whose type parameters do not matter to the caller. */
export type AnyCell = Cell<Tensors, Tensors, unknown>;

/** What the time loop knows of a cell besides its passes. */
export type CellStates = Pick<AnyCell, 'stateShapes' | 'output' | 'inputRank'>;

/** A sequence of T steps of B samples. */
export interface Sequence {
  readonly steps: number;
  readonly batch: number;
  /** x of all steps as rows [R, D], step by step. */
  readonly x: Tensor;
  readonly noise: CellNoise;
  /**
   * Whether the states before it are zeros that nobody gave: its first step need not multiply by them, nor send anything back to them. Default false.
   * A cell whose passes hand other states to those of a cell within says so to them: `{ ...sequence, fresh: false }`.
   */
  readonly fresh?: boolean;
}

export interface ForwardSteps<S, C = unknown> {
  /** Step t, called from the first to the last. `out`: where to put the output, if it can. */
  step(t: number, states: S, out: Tensor | undefined): { readonly states: S; readonly cache: C };
}

export interface BackwardSteps<S, C = unknown> {
  /** Step t back, called from the last to the first. A state without a gradient is missing, as are those that a fresh sequence begins with. */
  step(t: number, cache: C, dStates: Partial<S>): Partial<S>;
  /** After the last step: adds the weights' gradients; ∂L/∂x as rows [R, D] where it is wanted. */
  finish(): Tensor | undefined;
}

/** What a pass backward is to give. */
export interface Wanted<P> {
  /** Missing where the weights are frozen. */
  readonly grads: P | undefined;
  /** Whether ∂L/∂x is wanted. */
  readonly input: boolean;
}

export interface ForwardPass<P, S, C = unknown> {
  /** The weights as the products of many steps, forward (`nn`) or back (`nt`), read them best; what the passes are given as p. Default: as they are. */
  ready?(k: Kernels, mode: 'nn' | 'nt', p: P): P;
  forwardPass(k: Kernels, p: P, sequence: Sequence): ForwardSteps<S, C>;
}

/** Products that need no state are cheaper for all rows of a sequence, or of a part of it, at once: x·W before the loop, dW, dU and dx after it. */
export interface Passes<P, S, C = unknown> extends ForwardPass<P, S, C> {
  backwardPass(k: Kernels, p: P, sequence: Sequence, caches: readonly C[], wanted: Wanted<P>): BackwardSteps<S, C>;
}

/** All steps' tensors [B, …] as rows [R, …]. */
export function asRows(k: Kernels, parts: readonly Tensor[]): Tensor {
  const all = k.stack(parts);
  const [steps = 1, batch = 1, ...rest] = all.shape;
  return k.reshape(all, [steps * batch, ...rest]);
}

/** Rows [R, …] as [T, B, …]. */
export function byStep(k: Kernels, rows: Tensor, { steps, batch }: Sequence): Tensor {
  return k.reshape(rows, [steps, batch, ...rows.shape.slice(1)]);
}

/** Whether step t is the first one after states of zero that nobody gave. */
export function startsAt(t: number, { fresh = false }: Sequence): boolean {
  return fresh && t === 0;
}

/** What the steps multiplied by U as rows; undefined where none did. */
export function multiplied(k: Kernels, hIn: readonly Tensor[], { fresh = false }: Sequence): Tensor | undefined {
  const parts = fresh ? hIn.slice(1) : hIn;
  return parts.length > 0 ? asRows(k, parts) : undefined;
}

/** Adds hᵀ·dz of the last rows of dz, as many as h has. */
export function addProducts(k: Kernels, target: Tensor, h: Tensor | undefined, dz: Tensor): Tensor {
  if (!h) return target;
  const [all = 0] = dz.shape;
  const [rows = 0] = h.shape;
  return k.matmulTo('tn', target, h, rows === all ? dz : k.rows(dz, all - rows, rows));
}

/** The name of the state that is a cell's output. */
export function outputOf(cell: CellStates): string {
  return cell.output ?? Object.keys(cell.stateShapes)[0] ?? '';
}
