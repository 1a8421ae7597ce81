/**
 * Trials on a BullMQ queue on Redis: they run wherever a worker has joined the queue (`joinQueue`, `npm run worker`).
 *
 * BullMQ and ioredis are optional: `npm install bullmq ioredis`.
 */
import { setMaxListeners } from 'node:events';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArgumentError, BackendError } from '../errors.js';
import type { TrialOutcome, TrialRunner } from '../forecast/search/trial.js';
import { connection, gaveUp, loadBullMQ, requireRedis } from './redisConnection.js';

export interface QueueAddress {
  /** `redis://[:password@]host:port[/database]` */
  readonly url: string;
  /** Name of the queue, 'bptt' by default. */
  readonly name?: string;
}

export interface RedisQueueOptions extends QueueAddress {
  /** The trial module, below the working directory: workers look for it at the same place below theirs. */
  readonly worker: URL;
  /** Trials in the queue at the same time, 64 by default: no less than all workers together run. */
  readonly ahead?: number;
}

/**
 * A runner that leaves the trials to the workers of a queue. A worker that dies loses none: its trials go to another one.
 * A search that dies finds the trials it had submitted when it is run again. Close it when done; workers stay.
 *
 * @throws BackendError if BullMQ is not installed or Redis does not answer.
 */
export async function redisQueue(options: RedisQueueOptions): Promise<TrialRunner> {
  const { name = 'bptt', worker, ahead = 64 } = options;
  const module = relative(process.cwd(), fileURLToPath(worker));
  if (module.startsWith('..')) {
    throw new ArgumentError({ operation: 'redisQueue', argument: 'worker', expected: 'below the working directory', actual: module, hint: 'Workers find it by its path below the directory they run in.' });
  }
  const { Queue, QueueEvents } = await loadBullMQ('redisQueue');
  await requireRedis('redisQueue', options.url);
  const queue = new Queue(name, { connection: connection(options.url) });
  const events = new QueueEvents(name, { connection: connection(options.url) });
  // Each trial in the queue listens to the end of its job.
  setMaxListeners(0, queue, events);
  await events.waitUntilReady();

  return {
    concurrency: ahead,
    async submit(task, signal) {
      signal?.throwIfAborted();
      if (signal) setMaxListeners(0, signal);
      const job = await queue.add('trial', { module, task }, { jobId: task.id });
      const discard = (): Promise<unknown> => job.remove().catch(() => undefined);
      try {
        const outcome = await orAborted(job.waitUntilFinished(events) as Promise<TrialOutcome>, signal);
        await discard();
        return outcome;
      } catch (error) {
        if (signal?.aborted) {
          // A trial under way cannot be taken back: it ends where it is, and its outcome waits for the search to be resumed.
          if (await job.isWaiting()) await discard();
          throw error;
        }
        await discard();
        const reason = error instanceof Error ? error.message : String(error);
        if (gaveUp(reason)) return { status: 'failed', reason: 'every worker that took it died', reports: [], seconds: 0 };
        throw new BackendError({ operation: 'redisQueue', argument: 'worker', expected: 'able to run trials', actual: reason }, { cause: error });
      }
    },
    async close() {
      await Promise.all([queue.close(), events.close()]);
    },
  };
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
