/** One line of progress over all that the study trains, with the time left; the threads tell of every fit. */
import { BroadcastChannel } from 'node:worker_threads';
import { formatDuration } from 'bptt';
import type { TextStream } from 'bptt';

const NAME = 'bptt rolling-window';
let told: BroadcastChannel | undefined;

interface Told {
  readonly work: number;
  /** An earlier run had done it. */
  readonly before: boolean;
}

/** Called on a thread: a fit is done that took so many samples through so many epochs, or an earlier run had done it. */
export function tellFit(work: number, before = false): void {
  told ??= new BroadcastChannel(NAME);
  told.unref();
  told.postMessage({ work, before } satisfies Told);
}

/** Work is counted in samples times epochs. */
export class FitProgress {
  private readonly started = performance.now();
  private readonly channel = new BroadcastChannel(NAME);
  private readonly total: number;
  private done = 0;
  private fits = 0;
  private skipped = 0;
  private tenths = 0;

  /** @param work of each fit. */
  constructor(private readonly stream: TextStream, work: readonly number[]) {
    this.total = work.reduce((sum, each) => sum + each, 0);
    this.channel.onmessage = (event) => {
      const { work: each, before } = (event as { readonly data: Told }).data;
      if (before) this.skip(each);
      else this.add(each);
    };
    this.channel.unref();
  }

  /** Work that an earlier run had done: it does not count in the time left. */
  skip(work: number): void {
    this.skipped += work;
  }

  private add(work: number): void {
    const { stream, total, skipped } = this;
    this.fits++;
    this.done += work;
    const share = Math.min(1, (this.done + skipped) / total);
    const tenths = Math.floor(10 * share);
    if (!stream.isTTY && tenths === this.tenths) return;
    this.tenths = tenths;
    const left = ((performance.now() - this.started) / 1000) * Math.max(0, total - this.done - skipped) / this.done;
    const line = `  training ${String(Math.floor(100 * share)).padStart(3)} %, ${this.fits} fits, ETA ${formatDuration(left)}`;
    stream.write(stream.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }

  /** Leaves the line. */
  end(): void {
    this.channel.close();
    if (this.stream.isTTY) this.stream.write('\r\u001b[K');
  }
}
