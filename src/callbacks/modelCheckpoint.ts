import { ArgumentError } from '../errors.js';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { JsonObject } from '../layers/layer.js';
import type { Callback, CallbackState, Logs, TrainingContext } from './callback.js';
import { Monitor } from './monitor.js';
import type { MonitorMode } from './monitor.js';

export interface ModelCheckpointOptions {
  /** File to write; `{epoch}` becomes the number of epochs done. */
  path: string;
  /** Default 'val_loss'. Only with saveBestOnly, as is `mode`. */
  monitor?: string | undefined;
  /** Default false: every epoch. */
  saveBestOnly?: boolean | undefined;
  mode?: MonitorMode | undefined;
  /** Also inside an epoch, after every so many of its batches: for epochs that last long. Not with saveBestOnly. */
  everyBatches?: number | undefined;
}

const optionNames: OptionNames<ModelCheckpointOptions> = { path: true, monitor: true, saveBestOnly: 'flag', mode: true, everyBatches: true };

/**
 * Saves the whole training state after an epoch, what the other callbacks decided included; `fit` with `resume` goes on from
 * any such file as if nothing had happened.
 */
export class ModelCheckpoint implements Callback {
  readonly name = 'ModelCheckpoint';
  private readonly path: string;
  private readonly saveBestOnly: boolean;
  private readonly monitor: Monitor;
  private readonly everyBatches: number;
  private due = false;
  private done = 0;

  /** @throws ArgumentError for everyBatches together with saveBestOnly, or not a whole number of at least 1; for monitor or mode without saveBestOnly. */
  constructor(options: ModelCheckpointOptions) {
    const { everyBatches } = checkOptions('ModelCheckpoint', options, optionNames);
    if (everyBatches !== undefined) {
      requireCount('ModelCheckpoint', 'everyBatches', everyBatches);
      if (options.saveBestOnly) {
        throw new ArgumentError({ operation: 'ModelCheckpoint', argument: 'everyBatches', expected: 'without saveBestOnly', actual: `${everyBatches}` });
      }
    }
    for (const argument of ['monitor', 'mode'] as const) {
      if (options[argument] === undefined || options.saveBestOnly) continue;
      throw new ArgumentError({ operation: 'ModelCheckpoint', argument, expected: 'given with saveBestOnly', actual: 'given without', hint: 'Without it every epoch is saved.' });
    }
    this.everyBatches = everyBatches ?? Infinity;
    this.path = options.path;
    this.saveBestOnly = options.saveBestOnly ?? false;
    this.monitor = new Monitor('ModelCheckpoint', options.monitor ?? 'val_loss', options.mode ?? 'auto', 0);
  }

  /** @throws ArgumentError if the monitored value will not be logged. */
  onTrainBegin({ logged }: Pick<TrainingContext, 'logged'>): void {
    if (this.saveBestOnly) this.monitor.begin(logged);
  }

  onEpochBegin(epoch: number): void {
    this.done = epoch;
  }

  async onBatchEnd(batch: number, _logs: Logs, context: TrainingContext): Promise<void> {
    // The last batch of an epoch is saved with its end.
    if ((batch + 1) % this.everyBatches === 0 && batch + 1 < context.batches) await this.save(this.done, context);
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    this.due = !this.saveBestOnly || this.monitor.improved(this.monitor.read(logs));
  }

  async onCheckpoint(epoch: number, context: TrainingContext): Promise<void> {
    if (this.due) await this.save(epoch + 1, context);
  }

  private async save(epochs: number, { model }: TrainingContext): Promise<void> {
    await model.save(this.path.replaceAll('{epoch}', String(epochs)));
  }

  getState(): CallbackState {
    return { json: { best: this.monitor.save() } };
  }

  setState({ json }: CallbackState): void {
    const { best } = json as JsonObject;
    this.monitor.restore(best);
  }
}
