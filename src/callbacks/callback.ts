/** What a callback may do while a model trains. */
import { checkOptions, nearest, typeName } from '../checks.js';
import type { NoOptions, OptionNames } from '../checks.js';
import { ArgumentError, quoted } from '../errors.js';
import type { NotFiniteError } from '../errors.js';
import type { JsonValue } from '../layers/layer.js';
import type { FloatArray } from '../tensor.js';

/** Values of loss and metrics, by name: loss, mae, val_loss, val_mae, learningRate. */
export type Logs = Readonly<Record<string, number>>;

/** The model as a callback sees it. */
export interface Trainee {
  getWeights(): Record<string, { readonly data: FloatArray; readonly shape: readonly number[] }>;
  setWeights(weights: Record<string, { readonly data: FloatArray; readonly shape: readonly number[] }>): void;
  /** For stateful layers. */
  resetStates(): void;
  save(path: string): Promise<void>;
}

export interface TrainingContext {
  readonly model: Trainee;
  /** Where fit will stop at the latest. */
  readonly epochs: number;
  /** First epoch of this call; larger than 0 when resumed. */
  readonly initialEpoch: number;
  /** Of an epoch; Infinity where only its end tells: batches of a function or an iterable, without `stepsPerEpoch`. */
  readonly batches: number;
  /** Names of the values that `onEpochEnd` will hear, in their order: loss, mae, val_loss, val_mae, learningRate. */
  readonly logged: readonly string[];
  /** Multiplies the optimiser's learning rate from the next step on. Saved with the model. */
  learningRateFactor: number;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Ends training after the current batch. */
  stop(reason: string): void;
}

/** What a callback needs to go on after a resume. */
export interface CallbackState {
  readonly json: JsonValue;
  readonly tensors?: Record<string, { readonly data: FloatArray; readonly shape: readonly number[] }>;
}

export type Hook<A extends unknown[]> = (...args: [...A, context: TrainingContext]) => void | Promise<void>;

export interface Callback {
  /** Identifies the callback in a saved run. */
  readonly name: string;
  /** Forget earlier runs here; what a resumed run goes on with comes afterwards, through `setState`. */
  onTrainBegin?: Hook<[]>;
  /** Also when an epoch that was interrupted goes on. */
  onEpochBegin?: Hook<[epoch: number]>;
  onBatchEnd?: Hook<[batch: number, logs: Logs]>;
  onEpochEnd?: Hook<[epoch: number, logs: Logs]>;
  /** After every onEpochEnd, when the model's position and all callback states are those of the epoch's end: the time to save. */
  onCheckpoint?: Hook<[epoch: number]>;
  /** However training ends: finished, stopped, aborted or failed. */
  onTrainEnd?: Hook<[]>;
  /** Loss or gradients are not finite. Return true to end training without an error. */
  onNotFinite?(error: NotFiniteError): boolean;
  getState?(): CallbackState;
  /** In a resumed run, after onTrainBegin. */
  setState?(state: CallbackState, context: TrainingContext): void;
}

/** What {@link LambdaCallback} takes. */
export type LambdaHooks = { [K in 'onTrainBegin' | 'onEpochBegin' | 'onBatchEnd' | 'onEpochEnd' | 'onCheckpoint' | 'onTrainEnd']?: Callback[K] | undefined };

const hookNames: OptionNames<LambdaHooks> = {
  onTrainBegin: true, onEpochBegin: true, onBatchEnd: true, onEpochEnd: true, onCheckpoint: true, onTrainEnd: true,
};

/** @throws ArgumentError for what would never be called: no object, a class in place of its instance, no hook, a hook by an unknown name. */
export function requireCallbacks(operation: string, callbacks: readonly Callback[]): void {
  const known = [...Object.keys(hookNames), 'onNotFinite'];
  callbacks.forEach((callback, i) => {
    const given: unknown = callback;
    const argument = `callbacks[${i}]`;
    const expected = `an object with a hook: ${known.join(', ')}`;
    if (typeof given !== 'object' || given === null) {
      const hint = typeof given === 'function' ? `Make one of it: new ${given.name || 'Callback'}(…).` : undefined;
      throw new ArgumentError({ operation, argument, expected, actual: typeName(given), hint });
    }
    // A class may call what is its own as it likes.
    const unknown = Object.getPrototypeOf(given) !== Object.prototype ? undefined : Object.keys(given).find((key) => /^on[A-Z]/.test(key) && !known.includes(key));
    if (unknown !== undefined) throw new ArgumentError({ operation, argument, expected, actual: quoted(unknown), hint: `Did you mean '${nearest(unknown, known)}'?` });
    if (!known.some((hook) => hook in given)) throw new ArgumentError({ operation, argument, expected, actual: 'an object without one' });
  });
}

/** Runs functions at the hooks they are given for. */
export class LambdaCallback implements Callback {
  readonly name = 'LambdaCallback';
  // Optional, not `| undefined`: so they fit a Callback under exactOptionalPropertyTypes as well.
  readonly onTrainBegin?: Hook<[]>;
  readonly onEpochBegin?: Hook<[epoch: number]>;
  readonly onBatchEnd?: Hook<[batch: number, logs: Logs]>;
  readonly onEpochEnd?: Hook<[epoch: number, logs: Logs]>;
  readonly onCheckpoint?: Hook<[epoch: number]>;
  readonly onTrainEnd?: Hook<[]>;

  constructor(hooks: LambdaHooks) {
    Object.assign(this, checkOptions('LambdaCallback', hooks, hookNames));
  }
}

/** Ends training quietly where loss or gradients are not finite; without it `fit` rejects with a NotFiniteError. */
export class TerminateOnNaN implements Callback {
  readonly name = 'TerminateOnNaN';

  constructor(options: NoOptions = {}) {
    checkOptions('TerminateOnNaN', options, {});
  }

  onNotFinite(): boolean {
    return true;
  }
}
