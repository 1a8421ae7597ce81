/**
 * Trials on a BullMQ queue on Redis: they run wherever a worker has joined the queue (`joinQueue`, `npm run worker`).
 *
 * BullMQ and ioredis are optional: `npm install bullmq ioredis`.
 */
import { createHash } from 'node:crypto';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, BackendError } from '../errors.js';
import { describeError } from '../forecast/search/trial.js';
import type { TrialOutcome, TrialRunner } from '../forecast/search/trial.js';
import { redisAddress } from './redisAddress.js';
import type { QueueAddress } from './redisAddress.js';
import { gaveUp, leave, loadBullMQ, requireName, requireRedis, unreachable, within } from './redisConnection.js';
import type { QueuedTrial } from './redisConnection.js';
import { QueueJobs } from './redisJobs.js';
import { codeOf, placeBelow, requireModule } from './trialCode.js';

export interface RedisQueueOptions extends QueueAddress {
  /** The trial module, below the working directory: workers look for it at the same place below theirs. */
  readonly worker: URL;
  /** Trials in the queue at the same time, 64 by default: no less than all workers together run. */
  readonly ahead?: number;
}

const OPTIONS: OptionNames<RedisQueueOptions> = { url: true, tls: true, name: true, worker: true, ahead: true };
/** Milliseconds until both connections are open, when the server has answered already. */
const OPEN = 5000;

/**
 * A runner that leaves the trials to the workers of a queue. A worker that dies loses none: its trials go to another one.
 * Nor does Redis: trials that it has lost are handed out again. A search that dies finds the trials it had submitted when
 * it is run again with the same results file; those of another run, or of other code, it never takes. An abort ends the
 * trials where they run. Close it when done; workers stay.
 *
 * @throws ArgumentError for an unknown option or a wrong one; BackendError if BullMQ is not installed or Redis does not
 *   answer within five seconds.
 */
export async function redisQueue(options: RedisQueueOptions): Promise<TrialRunner> {
  const operation = 'redisQueue';
  const { name = 'bptt', worker, ahead = 64 } = checkOptions(operation, options, OPTIONS);
  requireName(operation, name);
  requireCount(operation, 'ahead', ahead);
  const address = redisAddress(operation, options);
  const path = requireModule(operation, worker);
  const module = placeBelow(process.cwd(), path);
  if (module === undefined) {
    throw new ArgumentError({ operation, argument: 'worker', expected: 'below the working directory', actual: path, hint: 'Workers find it by its path below the directory they run in.' });
  }
  const code = await codeOf(operation, path);
  const identity = createHash('sha256').update(JSON.stringify([module, code])).digest('hex').slice(0, 16);

  const { Queue, QueueEvents } = await loadBullMQ(operation);
  await requireRedis(operation, address);
  const queue = new Queue<QueuedTrial>(name, { connection: address.connection });
  const events = new QueueEvents(name, { connection: address.connection });
  // Redis going away is no reason to end: both connect again. Without a listener the event would be thrown.
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  const close = async (): Promise<void> => {
    await Promise.all([queue, events].map((each) => leave(each)));
  };
  try {
    await within(OPEN, Promise.all([queue.waitUntilReady(), events.waitUntilReady()]));
  } catch (error) {
    await close();
    throw unreachable(operation, address, error);
  }
  const jobs = new QueueJobs(queue, events);

  return {
    concurrency: ahead,
    code: () => Promise.resolve(code),
    async submit(task, given) {
      // One of its own: many trials may wait on the signal of a search.
      const signal = AbortSignal.any(given ? [given] : []);
      signal.throwIfAborted();
      // Held by the module, its code and the run: nothing else can have put a result there.
      const id = `${task.id}-${identity}`;
      let reason: string;
      try {
        const job = await jobs.finished(id, { module, code, task: structuredClone(task) }, signal);
        await job.remove().catch(() => undefined);
        if (!job.failedReason) return job.returnvalue as TrialOutcome;
        reason = job.failedReason;
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(operation, address, error);
      }
      if (gaveUp(reason)) return { status: 'failed', reason: 'every worker that took it died', reports: [], seconds: 0 };
      throw new BackendError({ operation, argument: 'worker', expected: 'able to run trials', actual: describeError(address.conceal(reason)) });
    },
    close,
  };
}
