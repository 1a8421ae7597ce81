/**
 * Wiring: a symbolic tensor stands for "output `index` of this layer applied to those tensors". Graph models are
 * described with them before any number exists.
 */
import type { Shape } from '../tensor.js';
import type { AnyLayer } from './layer.js';

/** One use of a layer. A layer applied twice has two. */
export interface Application {
  readonly layer: AnyLayer;
  readonly inputs: readonly SymbolicTensor[];
}

export interface SymbolicTensor {
  /** Without the batch axis. */
  readonly shape: Shape;
  /** Undefined for a model input. */
  readonly source: Application | undefined;
  readonly index: number;
}

/** A model input. shape without the batch axis. */
export function Input(options: { shape: Shape }): SymbolicTensor {
  return { shape: [...options.shape], source: undefined, index: 0 };
}

/** All outputs of a layer on the given inputs. @throws ShapeError if they do not fit. */
export function applyLayer(layer: AnyLayer, inputs: readonly SymbolicTensor[]): SymbolicTensor[] {
  const source = { layer, inputs: [...inputs] };
  return layer.outputShapes(inputs.map((input) => input.shape)).map((shape, index) => ({ shape, source, index }));
}
