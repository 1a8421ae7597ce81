import { formatDuration } from '../../callbacks/progressBar.js';
import type { TextStream } from '../../callbacks/progressBar.js';
import type { TrialRecord } from './trial.js';

/** One line that is redrawn, on a terminal; a line for each tenth of the trials elsewhere. */
export class SearchProgress {
  private readonly started = performance.now();
  private readonly counts = { done: 0, pruned: 0, failed: 0 };
  private best: TrialRecord | undefined;
  /** Whether the cursor stands behind a line. */
  private open = false;

  /**
   * @param total trials to be run in all.
   * @param before trials that the journal had already: they do not count in the time left.
   */
  constructor(private readonly stream: TextStream, private readonly total: number, private readonly before: number) {}

  add(record: TrialRecord): void {
    this.counts[record.status]++;
    if (record.status === 'done' && (record.value ?? Infinity) < (this.best?.value ?? Infinity)) this.best = record;
    const now = this.counts.done + this.counts.pruned + this.counts.failed;
    const done = this.before + now;
    const tenth = (n: number): number => Math.floor((10 * n) / this.total);
    if (!this.stream.isTTY && tenth(done) === tenth(done - 1)) return;

    const { pruned, failed } = this.counts;
    const left = (((performance.now() - this.started) / 1000) * (this.total - done)) / now;
    const line = [
      `trial ${String(done).padStart(String(this.total).length)}/${this.total}`,
      ...(pruned ? [`${pruned} pruned`] : []),
      ...(failed ? [`${failed} failed`] : []),
      ...(this.best ? [`best ${this.best.value?.toPrecision(4)} (trial ${this.best.index})`] : []),
      ...(left > 0 ? [`ETA ${formatDuration(left)}`] : []),
    ].join('  ');
    this.open = this.stream.isTTY === true;
    this.stream.write(this.open ? `\r\u001b[K${line.slice(0, (this.stream.columns ?? 120) - 1)}` : `${line}\n`);
  }

  /** Leaves the line: all trials have run, or the search was broken off. */
  end(): void {
    if (this.open) this.stream.write('\n');
    this.open = false;
  }
}
