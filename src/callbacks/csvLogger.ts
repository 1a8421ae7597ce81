import { checkOptions } from '../checks.js';
import { appendText } from '../files.js';
import type { Callback, Logs, TrainingContext } from './callback.js';

/** Writes one CSV line an epoch: epoch, then the logged values. A new run overwrites the file, a resumed one appends to it. */
export class CSVLogger implements Callback {
  readonly name = 'CSVLogger';
  private readonly path: string;
  private columns: readonly string[] | undefined;

  constructor(options: { path: string }) {
    this.path = checkOptions('CSVLogger', options, { path: true }).path;
  }

  onTrainBegin(): void {
    this.columns = undefined;
  }

  async onEpochEnd(epoch: number, logs: Logs, context: TrainingContext): Promise<void> {
    const fresh = this.columns === undefined && context.initialEpoch === 0;
    this.columns ??= Object.keys(logs);
    const header = fresh ? `epoch,${this.columns.join(',')}\n` : '';
    const row = [epoch, ...this.columns.map((key) => logs[key] ?? '')].join(',');
    await appendText('CSVLogger', this.path, `${header}${row}\n`, fresh);
  }
}
