/**
 * A training as the page holds it: a worker, and all that its epochs have left. The worker gets ahead of what is drawn by a few epochs only, so
 * a page that is hidden, or too slow, holds it back.
 */
import type { Example, FromWorker, Start, ToWorker } from './protocol.js';
import type { EpochSeen } from './trainer.js';

/** Epochs asked for and not yet drawn, at most: the worker computes one while one waits to be drawn. */
const AHEAD = 3;

export interface Listener {
  /** Before a frame in which something is new. */
  changed(): void;
}

export class Session {
  readonly epochs: EpochSeen[] = [];
  example: Example | undefined;
  /** Among which training is shared. */
  threads = 1;
  /** The newest, where asked for. */
  connections: Float64Array | undefined;
  /** Why it cannot go on. */
  failure: string | undefined;
  private readonly worker = new Worker(new URL('training.worker.js', document.baseURI), { type: 'module' });
  private until = 0;
  /** Epochs that it has been asked for. */
  requested = 0;
  private frame = 0;

  constructor(start: Omit<Start, 'kind'>, private readonly listener: Listener) {
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.hear(data);
    this.worker.onerror = ({ message }) => this.hear({ kind: 'failed', message: message || 'The worker could not start.' });
    this.send({ kind: 'start', ...start });
  }

  /** Epochs done. */
  get done(): number {
    return Math.max(0, this.epochs.length - 1);
  }

  /** Whether there is more to come without being asked. */
  get running(): boolean {
    return this.failure === undefined && this.done < this.until;
  }

  /** Trains until so many epochs are done. */
  run(until: number): void {
    this.until = until;
    this.ask();
  }

  /** Asks for no more. @returns where it will stand once what was asked for is done. */
  stop(): number {
    this.until = this.requested;
    return this.requested;
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.worker.terminate();
  }

  private send(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private ask(): void {
    const wanted = Math.min(this.until, this.done + AHEAD);
    if (wanted <= this.requested) return;
    this.send({ kind: 'more', epochs: wanted - this.requested });
    this.requested = wanted;
  }

  private hear(message: FromWorker): void {
    if (message.kind === 'started') {
      this.example = message.example;
      this.threads = message.threads;
    } else if (message.kind === 'failed') this.failure = message.message;
    else {
      this.epochs.push(message.seen);
      this.connections = message.connections ?? this.connections;
    }
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.listener.changed();
      this.ask();
    });
  }
}
