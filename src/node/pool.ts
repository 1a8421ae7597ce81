/** Trials on worker threads. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import { ArgumentError } from '../errors.js';
import { describeError } from '../forecast/search/trial.js';
import type { TrialRunner } from '../forecast/search/trial.js';
import type { ThreadReply, ThreadRequest } from './worker.js';

export interface ThreadOptions {
  /** The trial module: `new URL('./trial.js', import.meta.url)`. Its default export is a `TrialProgram`. */
  readonly worker: URL;
  /** Threads; as many as there are cores by default. */
  readonly workers?: number;
}

/**
 * Runs trials on a pool of threads, one trial at a time on each. A thread that dies (out of memory, an error nobody
 * caught) fails its trial and is replaced. Close it when done.
 */
export function threads(options: ThreadOptions): TrialRunner {
  const { worker, workers = availableParallelism() } = options;
  if (!(Number.isSafeInteger(workers) && workers >= 1)) {
    throw new ArgumentError({ operation: 'threads', argument: 'workers', expected: 'a whole number of at least 1', actual: String(workers) });
  }
  const pool = new Tinypool({ filename: fileURLToPath(new URL('./worker.js', import.meta.url)), minThreads: 0, maxThreads: workers });
  return {
    concurrency: workers,
    async submit(task, signal) {
      signal?.throwIfAborted();
      const started = performance.now();
      const request: ThreadRequest = { module: worker.href, task };
      let reply: ThreadReply;
      try {
        reply = (await pool.run(request, { signal })) as ThreadReply;
      } catch (error) {
        signal?.throwIfAborted();
        return { status: 'failed', reason: `the thread ended: ${describeError(error)}`, reports: [], seconds: (performance.now() - started) / 1000 };
      }
      if ('outcome' in reply) return reply.outcome;
      throw new ArgumentError({ operation: 'threads', argument: 'worker', expected: 'a trial module', actual: reply.unusable, hint: `It was looked for at ${worker.href}.` });
    },
    close: () => pool.destroy(),
  };
}
