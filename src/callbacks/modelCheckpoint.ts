import type { JsonObject } from '../layers/layer.js';
import type { Callback, CallbackState, Logs, TrainingContext } from './callback.js';
import { finiteOrNull } from './earlyStopping.js';
import { Monitor } from './monitor.js';
import type { MonitorMode } from './monitor.js';

export interface ModelCheckpointOptions {
  /** File to write; `{epoch}` becomes the number of epochs done. */
  path: string;
  /** Default 'val_loss'; read only with saveBestOnly. */
  monitor?: string;
  /** Default false: every epoch. */
  saveBestOnly?: boolean;
  mode?: MonitorMode;
}

/** Saves the whole training state after an epoch, what the other callbacks decided included. */
export class ModelCheckpoint implements Callback {
  readonly name = 'ModelCheckpoint';
  private readonly path: string;
  private readonly saveBestOnly: boolean;
  private readonly monitor: Monitor;
  private due = false;

  constructor(options: ModelCheckpointOptions) {
    this.path = options.path;
    this.saveBestOnly = options.saveBestOnly ?? false;
    this.monitor = new Monitor('ModelCheckpoint', options.monitor ?? 'val_loss', options.mode ?? 'auto', 0);
  }

  onTrainBegin(): void {
    this.monitor.reset();
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    this.due = !this.saveBestOnly || this.monitor.improved(this.monitor.read(logs));
  }

  async onCheckpoint(epoch: number, context: TrainingContext): Promise<void> {
    if (this.due) await context.model.save(this.path.replaceAll('{epoch}', String(epoch + 1)));
  }

  getState(): CallbackState {
    return { json: { best: finiteOrNull(this.monitor.best) } };
  }

  setState({ json }: CallbackState): void {
    const { best } = json as JsonObject;
    if (typeof best === 'number') this.monitor.best = best;
  }
}
