/** What users pass to a model, and what they get of its weights. */
import type { Backend } from '../../backend.js';
import { checkOptions, requireCount, typeName } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { requireCallbacks } from '../../callbacks/callback.js';
import type { Callback } from '../../callbacks/callback.js';
import { ArgumentError } from '../../errors.js';
import type { SymbolicTensor } from '../../layers/layer.js';
import type { Loss } from '../../losses/losses.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import type { OptimizerName } from '../../optimizers/resolve.js';
import type { FloatArray, NdArray } from '../../tensor.js';
import type { BatchFunction } from './batchStream.js';
import type { ClassWeight } from './classWeight.js';
import { dataNames } from './data.js';
import type { DataOptions, ModelData } from './data.js';
import { maskNames } from './givenMasks.js';
import type { MaskOptions } from './givenMasks.js';
import type { OutputMetrics } from './scoring.js';

export interface CompileOptions {
  /** Default: Adam with its defaults. */
  optimizer?: Optimizer | OptimizerName | undefined;
  /**
   * One loss, or one for each output, as a list or by the names of the outputs; several are added. Cross-entropies take a linear output for logits, and look behind one that
   * ends in their sigmoid or softmax.
   * @throws ArgumentError where an output ends in something else.
   */
  loss: Loss | readonly Loss[] | Readonly<Record<string, Loss>>;
  /** What each loss counts in the sum, at least 0: a list, or by the names of the outputs. Default 1. Logs have each loss without it. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>> | undefined;
  /**
   * A list, or lists by the names of outputs, as models of several outputs need, which log `price_mae`. `accuracy` is the one that fits
   * the loss; `binaryAccuracy`, precision, recall and f1 ask for the sign of logits, and of other outputs whether they are above 0.5.
   */
  metrics?: OutputMetrics | undefined;
  /** The same in which rows count by `sampleWeight` and `classWeight`, logged as `weighted_mae`. */
  weightedMetrics?: OutputMetrics | undefined;
  /**
   * Default: wasm, or cpu float32 where WebAssembly SIMD is missing. 'auto': wasm, or the GPU where a crossover measured once
   * on this machine says that the model is large enough; `summary()` says which and why once the model has run.
   */
  backend?: Backend | 'auto' | undefined;
  /**
   * Trains in less memory for more time, to the same bits: of long sequences, recurrent layers keep a third of what their steps have made, and
   * make the rest again on the way back, segment by segment. Default false. docs/training.md has the figures; it does not travel with a saved
   * model, as the backend does not.
   * @throws ArgumentError for a model without a recurrent layer that can, and on the GPU.
   */
  recompute?: boolean | undefined;
}

export const compileNames: OptionNames<CompileOptions> = {
  optimizer: true, loss: true, lossWeights: true, metrics: true, weightedMetrics: true, backend: true, recompute: 'flag',
};

export interface FitOptions extends DataOptions {
  /** Number of the last epoch. Default 1. */
  epochs?: number | undefined;
  /** Default 32. */
  batchSize?: number | undefined;
  /** A new order each epoch. Default true; off for stateful models, and refused for them. */
  shuffle?: boolean | undefined;
  /** Arrays or sources; or a function that returns an iterable of batches, as `fit` takes them, and is called for every validation. */
  validationData?: readonly [x: ModelData, y: ModelData] | readonly [x: ModelData, y: ModelData, options: DataOptions] | BatchFunction | undefined;
  /** Share of the last samples kept for validation. Default 0: none. */
  validationSplit?: number | undefined;
  /** Validation inside an epoch too, after every so many of its batches: for epochs that last long. `onBatchEnd` of that batch hears `val_…`. */
  validateEvery?: number | undefined;
  callbacks?: readonly Callback[] | undefined;
  /**
   * What the rows of each class count in the loss, beside their sample weight: a list, or a record by the numbers of the classes, one for
   * each. For a model of one output whose cross-entropy knows classes; not in validation.
   */
  classWeight?: ClassWeight | undefined;
  /** Aborting rejects with the signal's reason; weights and position stay, so that `resume` goes on. */
  signal?: AbortSignal | undefined;
  /**
   * Go on where the last fit, or the saved file, stopped: epoch, batch, schedule, callbacks. Default false: epochs and schedules start
   * anew; weights, the optimiser's state and what `ReduceLROnPlateau` has made of the rate stay until `compile`.
   */
  resume?: boolean | undefined;
  /**
   * Epochs that count as done, as in Keras: training begins with this one, counted from 0, and ends after `epochs`. Schedules begin there
   * too, those that count steps at so many epochs of this call's batches; data are shuffled as ever. For a run of one's own that goes
   * on, with other data or options; what `fit` has interrupted itself, or a file holds, goes on with `resume`, to the bit. Default 0.
   */
  initialEpoch?: number | undefined;
  /**
   * Batches that make one optimiser step together, which is that of one batch with all their rows, up to rounding: by rows that count and by
   * weights, of each output for itself. For batches that would not fit into memory; BatchNorm still knows its batch alone. The last step of an
   * epoch has what is left. Schedules count optimiser steps; callbacks hear of batches, after the step. Default 1. Keras has it on the optimiser.
   */
  gradientAccumulationSteps?: number | undefined;
}

const fitNames: OptionNames<FitOptions> = {
  ...dataNames, epochs: true, batchSize: true, shuffle: 'flag', validationData: true, validationSplit: true, validateEvery: true, callbacks: true,
  classWeight: true, signal: 'signal', resume: 'flag', initialEpoch: true, gradientAccumulationSteps: true,
};

/** @throws ArgumentError for what no data could make right. */
export function checkFitOptions(operation: string, options: FitOptions): FitOptions {
  const { epochs, batchSize, validateEvery, gradientAccumulationSteps, validationData, validationSplit = 0, callbacks } = checkOptions(operation, options, fitNames);
  for (const [argument, count] of Object.entries({ epochs, batchSize, validateEvery, gradientAccumulationSteps })) {
    if (count !== undefined) requireCount(operation, argument, count);
  }
  if (validateEvery !== undefined && gradientAccumulationSteps !== undefined && validateEvery % gradientAccumulationSteps !== 0) {
    throw new ArgumentError({
      operation, argument: 'validateEvery', expected: `a multiple of gradientAccumulationSteps ${gradientAccumulationSteps}`, actual: String(validateEvery),
    });
  }
  const { initialEpoch, resume, epochs: last = 1 } = options;
  if (initialEpoch !== undefined) {
    requireCount(operation, 'initialEpoch', initialEpoch, 0);
    if (resume) throw new ArgumentError({ operation, argument: 'initialEpoch', expected: 'left off with resume', actual: String(initialEpoch) });
    if (initialEpoch >= last) {
      throw new ArgumentError({ operation, argument: 'initialEpoch', expected: `below epochs ${last}`, actual: String(initialEpoch), hint: 'epochs is the number of the last one.' });
    }
  }
  if (validationData && validationSplit !== 0) {
    throw new ArgumentError({ operation, argument: 'validationSplit', expected: 'given without validationData', actual: 'both' });
  }
  if (typeof validationData !== 'function') requireList(operation, 'validationData', validationData, '[x, y] or [x, y, options], or a function that returns batches');
  requireList(operation, 'callbacks', callbacks, 'a list of callbacks');
  requireCallbacks(operation, callbacks ?? []);
  if (typeof validationData === 'object' && validationData[2]) checkOptions(`${operation}, validationData`, validationData[2], dataNames);
  return options;
}

/**
 * Of `fit` over batches, which bring their own sizes, order, weights and masks. Each is read, checked and copied when its turn has
 * come, after the callbacks of the one before it; memory holds one, or those that make one step.
 */
export interface FitBatchesOptions extends Pick<FitOptions, 'epochs' | 'validationData' | 'validateEvery' | 'callbacks' | 'classWeight' | 'signal' | 'resume' | 'initialEpoch' | 'gradientAccumulationSteps'> {
  /**
   * Batches that make an epoch. An iterable is read through once: each epoch takes so many, and training goes on in it; without, it
   * is one epoch, and `epochs` above 1 are refused. A function is called for every epoch: so many of what it returns, or all of it. A
   * DataError if they end sooner. Where an epoch's length is not known, learning rates that count epochs are refused, `context.batches`
   * is Infinity, and `validateEvery` may fall on the last batch.
   */
  stepsPerEpoch?: number | undefined;
}

const fitBatchesNames: OptionNames<FitBatchesOptions> = {
  epochs: true, validationData: true, validateEvery: true, callbacks: true, classWeight: true, signal: 'signal', resume: 'flag', initialEpoch: true, gradientAccumulationSteps: true,
  stepsPerEpoch: true,
};

/** @throws ArgumentError for what no batches could make right. */
export function checkFitBatchesOptions(operation: string, options: FitBatchesOptions): FitBatchesOptions {
  const { stepsPerEpoch, ...others } = checkOptions(operation, options, { ...fitNames, ...fitBatchesNames });
  const settled = Object.keys(options).find((name) => !Object.hasOwn(fitBatchesNames, name) && Reflect.get(options, name) !== undefined);
  if (settled !== undefined) {
    throw new ArgumentError({
      operation, argument: settled, expected: 'left off: batches are used as they come', actual: 'given', hint: 'sampleWeight, mask and lengths go with each batch: [x, y, { mask }].',
    });
  }
  if (stepsPerEpoch !== undefined) requireCount(operation, 'stepsPerEpoch', stepsPerEpoch);
  checkFitOptions(operation, others);
  return options;
}

/** @throws ArgumentError for what is given and no list. */
export function requireList(operation: string, argument: string, value: unknown, expected: string): void {
  if (value !== undefined && !Array.isArray(value)) throw new ArgumentError({ operation, argument, expected, actual: typeName(value) });
}

export interface ApplyGradientsOptions {
  /** Steps that make an epoch, for learning rates that count epochs. */
  stepsPerEpoch?: number | undefined;
}

export const applyGradientsNames: OptionNames<ApplyGradientsOptions> = { stepsPerEpoch: true };

export interface TrainOnBatchOptions extends DataOptions {
  /** Steps that make an epoch, for learning rates that count epochs. */
  stepsPerEpoch?: number | undefined;
  /** As of `fit`. */
  classWeight?: ClassWeight | undefined;
}

export const trainOnBatchNames: OptionNames<TrainOnBatchOptions> = { ...dataNames, stepsPerEpoch: true, classWeight: true };

export interface PassOptions extends DataOptions {
  /** Dropout (mask of step 0) and batch statistics. Default false. */
  training?: boolean | undefined;
}

export const passNames: OptionNames<PassOptions> = { ...dataNames, training: 'flag' };

export interface EvaluateOptions extends DataOptions {
  /** Default 32. */
  batchSize?: number | undefined;
  signal?: AbortSignal | undefined;
}

export const evaluateNames: OptionNames<EvaluateOptions> = { ...dataNames, batchSize: true, signal: 'signal' };

export interface EvaluateBatchesOptions {
  /** How many batches to take. Default: all. */
  steps?: number | undefined;
  signal?: AbortSignal | undefined;
}

export const evaluateBatchesNames: OptionNames<EvaluateBatchesOptions> = { steps: true, signal: 'signal' };

export interface PredictOptions extends MaskOptions {
  /** Default 32. */
  batchSize?: number | undefined;
  signal?: AbortSignal | undefined;
}

export const predictNames: OptionNames<PredictOptions> = { ...maskNames, batchSize: true, signal: 'signal' };

/** Weights by key, `lstm/kernel`, as contiguous ndarrays. */
export type Weights = Record<string, NdArray<FloatArray>>;

export interface ModelOptions {
  inputs: SymbolicTensor | readonly SymbolicTensor[];
  /** As a record, `{ price, direction }`, each has its name; else that of the layer that makes it. Losses, metrics and logs go by it. */
  outputs: SymbolicTensor | readonly SymbolicTensor[] | Readonly<Record<string, SymbolicTensor>>;
  /** Of initial weights, shuffling and dropout. Default 0. */
  seed?: number | undefined;
}

export const modelNames: OptionNames<ModelOptions> = { inputs: true, outputs: true, seed: true };
