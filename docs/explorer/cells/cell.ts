/** What a cell tells the explorer: its step as the library takes it, with all tensors on the way, and the equation behind each. */
import type { Kernels, Layer, Tensor } from 'bptt';
import { plus } from './expression.js';
import type { Expression } from './expression.js';

export type Named = Readonly<Record<string, Tensor>>;

/** Weights, or their gradients, which the library's functions replace one by one. */
export type Weights = { kernel: Tensor; recurrentKernel: Tensor; bias: Tensor; recurrentBias?: Tensor };

/** Forward: h, and c of the LSTM. Backward: dh, and dc. */
export interface State { readonly h: Tensor; readonly c?: Tensor | undefined }

export interface ForwardStep<C> { readonly values: Named; readonly state: State; readonly cache: C }

export interface BackwardStep {
  readonly values: Named;
  /** dh_{t−1}, dc_{t−1}. */
  readonly state: State;
  /** Adds what this step says of the weights. */
  addGradients(grads: Weights, x: Tensor, h: Tensor): void;
}

/** Where an equation is written out: reads numbers by name. */
export interface At {
  readonly t: number;
  readonly unit: number;
  readonly units: readonly number[];
  /** A quantity, at this step and unit or at others. Before the first step and after the last it is 0. */
  readonly q: (name: string, place?: { readonly t?: number; readonly unit?: number }) => Expression;
  /** An entry of W, from the only input to a unit of a gate. */
  readonly w: (gate: string, unit: number) => Expression;
  /** An entry of U, from a unit to a unit of a gate. */
  readonly u: (from: number, gate: string, to: number) => Expression;
  readonly bias: (gate: string, unit: number) => Expression;
  readonly recurrentBias: (gate: string, unit: number) => Expression;
}

export interface Quantity {
  readonly name: string;
  /** `dz`, with what stands below it besides step and unit. */
  readonly symbol: readonly [base: string, gate?: string];
  readonly meaning: string;
  readonly pass: 'forward' | 'backward';
  /** Of its equation; none for what is given. */
  readonly id?: string;
  /** One number a step, whatever the units: the input. */
  readonly ofInput?: boolean;
  readonly equation?: (at: At) => Expression;
}

export interface CellKind<C = unknown> {
  readonly title: string;
  /** Column blocks of the weights. */
  readonly gates: readonly string[];
  readonly layer: (options: { readonly units: number; readonly returnSequences?: boolean; readonly truncate?: number | undefined }) => Layer;
  readonly hasMemory: boolean;
  forward(k: Kernels, p: Weights, x: Tensor, state: State): ForwardStep<C>;
  backward(k: Kernels, p: Weights, step: ForwardStep<C>, d: State): BackwardStep;
  readonly quantities: readonly Quantity[];
}

/** The loss's part and what the step after sends back, which B3 adds: the same for every cell. */
export function stateGradients(id: string, fromAfter: (at: At) => Expression): readonly Quantity[] {
  return [
    { name: 'dy', symbol: ['∂L/∂y'], meaning: 'what the loss says of this step\'s output', pass: 'backward' },
    { name: 'dhNext', symbol: ['dh', 'from t+1'], meaning: 'what the step after sends back', pass: 'backward', id, equation: fromAfter },
    { name: 'dh', symbol: ['dh'], meaning: 'the whole gradient of the state: both of the above', pass: 'backward', id: 'B3', equation: ({ q }) => plus(q('dy'), q('dhNext')) },
  ];
}

