import { checkOptions } from '../checks.js';
import type { Callback, Logs, TrainingContext } from './callback.js';

/** Where the bar is drawn. Node's process.stderr fits. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** `1 h 05 min`, `3 min 20 s`, `12 s`, `0.4 s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

function formatLogs(logs: Logs): string {
  return Object.entries(logs)
    .filter(([key]) => key !== 'learningRate')
    .map(([key, value]) => `${key} ${value.toPrecision(4)}`)
    .join('  ');
}

/**
 * A live bar with the time left, on a terminal, a count of batches where an epoch's length is not known; one line an epoch elsewhere (a file, CI).
 * Draws on stderr by default, so that what a program prints stays clean; without a process, on the console.
 */
export class ProgressBar implements Callback {
  readonly name = 'ProgressBar';
  private readonly stream: TextStream;
  private readonly live: boolean;
  private started = 0;
  private epochStarted = 0;
  private epoch = 0;
  private batchesSeen = 0;
  /** Before this epoch. */
  private seenBefore = 0;
  private lastDraw = 0;
  /** Whether the cursor stands behind a bar. */
  private open = false;

  constructor(options: { stream?: TextStream } = {}) {
    this.stream = checkOptions('ProgressBar', options, { stream: true }).stream ?? defaultStream();
    this.live = this.stream.isTTY === true;
  }

  onTrainBegin(): void {
    this.started = performance.now();
    this.batchesSeen = 0;
  }

  onEpochBegin(epoch: number): void {
    this.epoch = epoch;
    this.epochStarted = performance.now();
    this.seenBefore = this.batchesSeen;
  }

  onBatchEnd(batch: number, logs: Logs, context: TrainingContext): void {
    this.batchesSeen++;
    const now = performance.now();
    if (!this.live || now - this.lastDraw < 80) return;
    this.lastDraw = now;
    this.open = true;
    this.draw(`${this.title(context)} ${this.bar(batch + 1, now, context)}  ${formatLogs(logs)}`);
  }

  onEpochEnd(_epoch: number, logs: Logs, context: TrainingContext): void {
    const now = performance.now();
    const seconds = (now - this.epochStarted) / 1000;
    const step = ((seconds * 1000) / Math.max(1, this.batchesSeen - this.seenBefore)).toFixed(1);
    const epochsDone = this.epoch + 1 - context.initialEpoch;
    const left = (((now - this.started) / epochsDone) * (context.epochs - this.epoch - 1)) / 1000;
    const eta = left > 0 ? `  ETA ${formatDuration(left)}` : '';
    this.open = false;
    this.draw(`${this.title(context)} ${formatDuration(seconds)}  ${step} ms/step${eta}  ${formatLogs(logs)}`, true);
  }

  /** Leaves a bar that training broke off under. */
  onTrainEnd(): void {
    if (this.open) this.stream.write('\n');
    this.open = false;
  }

  /** How far an epoch is, and what is left of all of them; only its batches where nobody knows how many there will be. */
  private bar(done: number, now: number, { batches, epochs }: TrainingContext): string {
    if (batches === Infinity) return `batch ${done}`;
    const width = 24;
    const filled = Math.round((done / batches) * width);
    const perBatch = (now - this.started) / this.batchesSeen;
    const left = (epochs - this.epoch) * batches - done;
    return `${'━'.repeat(filled)}${'─'.repeat(width - filled)} ${done}/${batches}  ETA ${formatDuration((left * perBatch) / 1000)}`;
  }

  private title(context: TrainingContext): string {
    return `epoch ${String(this.epoch + 1).padStart(String(context.epochs).length)}/${context.epochs}`;
  }

  private draw(line: string, last = false): void {
    const fitted = this.live ? `\r\u001b[K${line.slice(0, (this.stream.columns ?? 120) - 1)}` : line;
    this.stream.write(last ? `${fitted}\n` : fitted);
  }
}

function defaultStream(): TextStream {
  const found = typeof process === 'undefined' ? undefined : process.stderr;
  if (found) return found;
  // eslint-disable-next-line no-console -- a browser has no other place for a line of text
  return { write: (text: string) => console.log(text.trimEnd()) };
}
