import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';
import type { Callback, CallbackState, Logs, Trainee, TrainingContext } from './callback.js';
import { addPrefix, withoutPrefix } from '../layers/nested.js';
import { Monitor } from './monitor.js';
import type { MonitorMode } from './monitor.js';

export interface EarlyStoppingOptions {
  /** Logged value to watch. Default 'val_loss'. */
  monitor?: string | undefined;
  /** Epochs without improvement before training stops. Default 0. */
  patience?: number | undefined;
  /** Smallest change that counts. Default 0. */
  minDelta?: number | undefined;
  mode?: MonitorMode | undefined;
  /** Only values better than this (by minDelta) end the waiting: a run that never gets there is stopped after `patience`. Default: none. */
  baseline?: number | undefined;
  /** Epochs before this one, counted from 0, are not looked at: they neither improve nor wait. Default 0. */
  startFromEpoch?: number | undefined;
  /** Put back the weights of the best epoch when training ends, for whatever reason. Default true (Keras: false). */
  restoreBestWeights?: boolean | undefined;
}

const optionNames: OptionNames<EarlyStoppingOptions> = {
  monitor: true, patience: true, minDelta: true, mode: true, baseline: true, startFromEpoch: true, restoreBestWeights: 'flag',
};

type Weights = ReturnType<Trainee['getWeights']>;

/**
 * Stops when the monitored value no longer improves. A NaN is never an improvement.
 * A resumed run goes on from the last weights, not from the best ones that were put back: it equals the uninterrupted run.
 */
export class EarlyStopping implements Callback {
  readonly name = 'EarlyStopping';
  readonly patience: number;
  readonly baseline: number | undefined;
  readonly startFromEpoch: number;
  readonly restoreBestWeights: boolean;
  /** Epoch of the best value, counted from 0; −1 before the first. */
  bestEpoch = -1;
  private readonly monitor: Monitor;
  private waited = 0;
  private bestWeights: Weights | undefined;
  /** What the best weights replaced when training ended. */
  private lastWeights: Weights | undefined;

  constructor(options: EarlyStoppingOptions = {}) {
    checkOptions('EarlyStopping', options, optionNames);
    this.monitor = new Monitor('EarlyStopping', options.monitor ?? 'val_loss', options.mode ?? 'auto', options.minDelta ?? 0);
    this.patience = requireCount('EarlyStopping', 'patience', options.patience ?? 0, 0);
    this.startFromEpoch = requireCount('EarlyStopping', 'startFromEpoch', options.startFromEpoch ?? 0, 0);
    this.baseline = options.baseline;
    if (this.baseline !== undefined && !Number.isFinite(this.baseline)) {
      throw new ArgumentError({ operation: 'EarlyStopping', argument: 'baseline', expected: 'a finite number', actual: String(this.baseline) });
    }
    this.restoreBestWeights = options.restoreBestWeights ?? true;
  }

  /** Best value so far. */
  get best(): number {
    return this.monitor.best;
  }

  /** @throws ArgumentError if the monitored value will not be logged. */
  onTrainBegin({ logged }: Pick<TrainingContext, 'logged'>): void {
    this.monitor.begin(logged);
    this.waited = 0;
    this.bestEpoch = -1;
    this.bestWeights = this.lastWeights = undefined;
  }

  onEpochEnd(epoch: number, logs: Logs, context: TrainingContext): void {
    const value = this.monitor.read(logs);
    if (epoch < this.startFromEpoch) return;
    const improved = this.monitor.improved(value);
    if (improved) {
      this.bestEpoch = epoch;
      if (this.restoreBestWeights) this.bestWeights = context.model.getWeights();
    }
    this.waited = improved && (this.baseline === undefined || this.monitor.beats(value, this.baseline)) ? 0 : this.waited + 1;
    this.stopIfDue(context);
  }

  private stopIfDue(context: TrainingContext): void {
    if (this.waited < Math.max(1, this.patience)) return;
    const { key, best } = this.monitor;
    context.stop(this.baseline === undefined || this.monitor.beats(best, this.baseline)
      ? `${key} has not improved for ${this.waited} epoch(s) since ${best}`
      : `${key} has not passed the baseline ${this.baseline} for ${this.waited} epoch(s), its best is ${best}`);
  }

  onTrainEnd(context: TrainingContext): void {
    if (!this.bestWeights) return;
    this.lastWeights = context.model.getWeights();
    context.model.setWeights(this.bestWeights);
  }

  getState(): CallbackState {
    return {
      json: { best: this.monitor.save(), waited: this.waited, bestEpoch: this.bestEpoch },
      tensors: { ...addPrefix('best/', this.bestWeights ?? {}), ...addPrefix('last/', this.lastWeights ?? {}) },
    };
  }

  setState({ json, tensors = {} }: CallbackState, context: TrainingContext): void {
    const { best, waited, bestEpoch } = json as JsonObject;
    this.monitor.restore(best);
    this.waited = Number(waited);
    this.bestEpoch = Number(bestEpoch);
    const bestWeights = withoutPrefix('best/', tensors);
    this.bestWeights = Object.keys(bestWeights).length > 0 ? bestWeights : undefined;
    context.model.setWeights(withoutPrefix('last/', tensors));
    this.stopIfDue(context);
  }
}
