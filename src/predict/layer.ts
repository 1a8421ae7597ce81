/** What a predictor is told of a layer or a cell, and how a file's configuration is read. */
import type { AnyCell } from '../cells/cell.js';
import { requireChoice, requireCount } from '../checks.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { ForwardLayer } from '../layers/forwardLayer.js';
import { numberOf, textOf } from '../models/files/json.js';
import type { PredictionKernels } from './kernels.js';

/** What stands around a layer that is made. */
export interface Surroundings {
  /** Of the layer, in its model. */
  readonly name: string;
  /** Makes the layer within a layer, from `{ className, config }`. */
  readonly layer: (entry: JsonValue | undefined) => ForwardLayer;
  /** Makes the cell within a layer, from the same. */
  readonly cell: (entry: JsonValue | undefined) => AnyCell;
}

/**
 * A layer for `loadPredictor`. Those of this library are exported by `bptt/predict` under their names; one of your own is
 * `{ className: 'Swish', make: (config, { name }) => new Swish({ ...config, name }), kernels: [kernels.pointwise] }`.
 */
export interface PredictionLayer {
  /** Name under which a saved model finds it. */
  readonly className: string;
  /** From what `config()` of the layer returned. */
  readonly make: (config: JsonObject, surroundings: Surroundings) => ForwardLayer;
  /** What it calls beside the core. Default: nothing. */
  readonly kernels?: readonly PredictionKernels[];
}

/** The same of a cell in {@link RNN}. */
export interface PredictionCell {
  readonly className: string;
  readonly make: (config: JsonObject, cell: Surroundings['cell']) => AnyCell;
  readonly kernels?: readonly PredictionKernels[];
}

/** A whole number of at least 1. @throws FileFormatError, ArgumentError */
export function countOf(label: string, argument: string, config: JsonObject): number {
  return requireCount(label, argument, numberOf(argument, config[argument]));
}

/** @throws FileFormatError, ArgumentError */
export function choiceOf<T extends string>(label: string, argument: string, config: JsonObject, choices: readonly T[], usual: T): T {
  const given = config[argument];
  return given === undefined ? usual : requireChoice(label, argument, textOf(argument, given) as T, choices);
}
