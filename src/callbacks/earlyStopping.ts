import type { JsonObject } from '../layers/layer.js';
import type { Callback, CallbackState, Logs, Trainee, TrainingContext } from './callback.js';
import { Monitor } from './monitor.js';
import type { MonitorMode } from './monitor.js';

export interface EarlyStoppingOptions {
  /** Logged value to watch. Default 'val_loss'. */
  monitor?: string;
  /** Epochs without improvement before training stops. Default 0. */
  patience?: number;
  /** Smallest change that counts. Default 0. */
  minDelta?: number;
  mode?: MonitorMode;
  /** Put back the weights of the best epoch when training ends, for whatever reason. Default true (Keras: false). */
  restoreBestWeights?: boolean;
}

/** Stops when the monitored value no longer improves. A NaN is never an improvement. */
export class EarlyStopping implements Callback {
  readonly name = 'EarlyStopping';
  readonly patience: number;
  readonly restoreBestWeights: boolean;
  /** Epoch of the best value, counted from 0; −1 before the first. */
  bestEpoch = -1;
  private readonly monitor: Monitor;
  private waited = 0;
  private bestWeights: ReturnType<Trainee['getWeights']> | undefined;

  constructor(options: EarlyStoppingOptions = {}) {
    this.monitor = new Monitor('EarlyStopping', options.monitor ?? 'val_loss', options.mode ?? 'auto', options.minDelta ?? 0);
    this.patience = options.patience ?? 0;
    this.restoreBestWeights = options.restoreBestWeights ?? true;
  }

  /** Best value so far. */
  get best(): number {
    return this.monitor.best;
  }

  onEpochEnd(epoch: number, logs: Logs, context: TrainingContext): void {
    if (this.monitor.improved(this.monitor.read(logs))) {
      this.waited = 0;
      this.bestEpoch = epoch;
      if (this.restoreBestWeights) this.bestWeights = context.model.getWeights();
      return;
    }
    this.waited++;
    if (this.waited >= Math.max(1, this.patience)) {
      context.stop(`${this.monitor.key} has not improved for ${this.waited} epoch(s) since ${this.monitor.best}`);
    }
  }

  onTrainEnd(context: TrainingContext): void {
    if (this.bestWeights) context.model.setWeights(this.bestWeights);
  }

  getState(): CallbackState {
    return { json: { best: finiteOrNull(this.monitor.best), waited: this.waited, bestEpoch: this.bestEpoch }, tensors: this.bestWeights };
  }

  setState({ json, tensors }: CallbackState): void {
    const { best, waited, bestEpoch } = json as JsonObject;
    if (typeof best === 'number') this.monitor.best = best;
    this.waited = Number(waited);
    this.bestEpoch = Number(bestEpoch);
    this.bestWeights = tensors;
  }
}

/** JSON has no infinity: null stands for "none yet". */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
