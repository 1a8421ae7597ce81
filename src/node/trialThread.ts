/** One thread for trials, one at a time: started when there is a trial, ended when it is idle, told to, or broken. */
import { Worker } from 'node:worker_threads';
import type { ThreadReply, ThreadRequest } from './worker.js';

/** Milliseconds without a trial after which a thread gives its memory back. */
const IDLE = 10_000;
/** Milliseconds that anybody waits for the end of a thread: one inside a call to the system ends when that returns. */
const PATIENCE = 5000;

export class TrialThread {
  private thread: Worker | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;

  /**
   * @throws what the thread died of, or the reason of the signal; then the thread has ended.
   */
  async run(request: ThreadRequest, signal: AbortSignal): Promise<ThreadReply> {
    signal.throwIfAborted();
    clearTimeout(this.idle);
    const thread = (this.thread ??= this.start());
    thread.ref();
    let free = (): void => undefined;
    try {
      const reply = await new Promise<ThreadReply>((resolve, reject) => {
        const onAbort = (): void => { reject(signal.reason as Error); };
        const onExit = (code: number): void => { reject(new Error(`exit code ${code}`)); };
        thread.once('message', resolve).once('error', reject).once('messageerror', reject).once('exit', onExit);
        signal.addEventListener('abort', onAbort);
        free = () => {
          thread.off('message', resolve).off('error', reject).off('messageerror', reject).off('exit', onExit);
          signal.removeEventListener('abort', onAbort);
        };
        thread.postMessage(request);
      });
      thread.unref();
      this.idle = setTimeout(() => void this.end(), IDLE).unref();
      return reply;
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      free();
    }
  }

  /** Stops whatever runs. Resolves when nothing does any more, or after five seconds. */
  async end(): Promise<void> {
    clearTimeout(this.idle);
    const thread = this.thread;
    this.thread = undefined;
    if (!thread) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([thread.terminate(), new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE); })]);
    clearTimeout(timer);
  }

  private start(): Worker {
    const thread = new Worker(new URL('./worker.js', import.meta.url));
    // An error that comes when no trial runs is nobody's; the next trial gets a thread of its own.
    thread.on('error', () => undefined);
    thread.on('exit', () => {
      if (this.thread === thread) this.thread = undefined;
    });
    return thread;
  }
}
