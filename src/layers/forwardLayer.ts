/** What a graph needs of a layer to run it forward: {@link Layer} has all of it, and what training takes besides; who predicts alone has no more. */
import type { Tensor } from '../backend.js';
import type { Shape } from '../tensor.js';
import type { Forward, InputRule, Run, StateSpec, Tensors } from './layer.js';
import type { TimeMask } from './timeMask.js';

export interface ForwardLayer {
  /** For messages. */
  label(): string;
  /** Shapes without the batch, as everywhere here. @throws ShapeError if the inputs do not fit. */
  outputShapes(inputs: readonly Shape[]): Shape[];
  parameters(inputs: readonly Shape[]): { readonly [name: string]: { readonly shape: Shape } | undefined };
  states(inputs: readonly Shape[], batch: number): { readonly [name: string]: Pick<StateSpec, 'shape' | 'kind'> | undefined };
  masks(inputs: readonly (TimeMask | undefined)[], shapes: readonly Shape[]): readonly (TimeMask | undefined)[];
  inputRules(inputs: readonly Shape[]): readonly (InputRule | undefined)[];
  forward(run: Run, p: Tensors, s: Tensors, inputs: readonly Tensor[]): Forward<Tensors, unknown>;
}
