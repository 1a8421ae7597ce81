import { checkOptions, requireCount, requireNotNegative, requireNumber } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { JsonObject } from '../layers/layer.js';
import type { Callback, CallbackState, Logs, TrainingContext } from './callback.js';
import { Monitor } from './monitor.js';
import type { MonitorMode } from './monitor.js';

export interface ReduceLROnPlateauOptions {
  /** Default 'val_loss'. */
  monitor?: string | undefined;
  /** Factor on the learning rate, in (0, 1). Default 0.1. */
  factor?: number | undefined;
  /** Epochs without improvement before a reduction. Default 10. */
  patience?: number | undefined;
  /** Default 1e-4. */
  minDelta?: number | undefined;
  /** Epochs to wait after a reduction. Default 0. */
  cooldown?: number | undefined;
  /** The rate is not reduced below this. Default 0. */
  minLearningRate?: number | undefined;
  mode?: MonitorMode | undefined;
}

const optionNames: OptionNames<ReduceLROnPlateauOptions> = {
  monitor: true, factor: true, patience: true, minDelta: true, cooldown: true, minLearningRate: true, mode: true,
};

/** Lowers the learning rate when the monitored value no longer improves. */
export class ReduceLROnPlateau implements Callback {
  readonly name = 'ReduceLROnPlateau';
  private readonly monitor: Monitor;
  private readonly factor: number;
  private readonly patience: number;
  private readonly cooldown: number;
  private readonly minLearningRate: number;
  private waited = 0;
  private cooling = 0;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    checkOptions('ReduceLROnPlateau', options, optionNames);
    this.monitor = new Monitor('ReduceLROnPlateau', options.monitor ?? 'val_loss', options.mode ?? 'auto', options.minDelta ?? 1e-4);
    this.factor = options.factor ?? 0.1;
    this.patience = requireCount('ReduceLROnPlateau', 'patience', options.patience ?? 10, 0);
    this.cooldown = requireCount('ReduceLROnPlateau', 'cooldown', options.cooldown ?? 0, 0);
    this.minLearningRate = options.minLearningRate ?? 0;
    requireNumber('ReduceLROnPlateau', 'factor', this.factor, this.factor > 0 && this.factor < 1, 'a number in (0, 1)');
    requireNotNegative('ReduceLROnPlateau', 'minLearningRate', this.minLearningRate);
  }

  /** @throws ArgumentError if the monitored value will not be logged. */
  onTrainBegin({ logged }: Pick<TrainingContext, 'logged'>): void {
    this.monitor.begin(logged);
    this.waited = 0;
    this.cooling = 0;
  }

  onEpochEnd(_epoch: number, logs: Logs, context: TrainingContext): void {
    const improved = this.monitor.improved(this.monitor.read(logs));
    if (this.cooling > 0) {
      this.cooling--;
      this.waited = 0;
    }
    if (improved) {
      this.waited = 0;
      return;
    }
    if (this.cooling > 0) return;
    this.waited++;
    if (this.waited < this.patience || context.learningRate <= this.minLearningRate) return;
    const rate = Math.max(context.learningRate * this.factor, this.minLearningRate);
    context.learningRateFactor *= rate / context.learningRate;
    this.cooling = this.cooldown;
    this.waited = 0;
  }

  getState(): CallbackState {
    return { json: { best: this.monitor.save(), waited: this.waited, cooling: this.cooling } };
  }

  setState({ json }: CallbackState): void {
    const { best, waited, cooling } = json as JsonObject;
    this.monitor.restore(best);
    this.waited = Number(waited);
    this.cooling = Number(cooling);
  }
}
