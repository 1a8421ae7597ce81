/** The other end of `redisQueue`: a process that takes trials off a queue and runs them on threads of its own. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import { shorten } from '../forecast/search/json.js';
import type { TrialRecord, TrialRunner } from '../forecast/search/trial.js';
import { threadPool } from './pool.js';
import { redisAddress } from './redisAddress.js';
import type { QueueAddress } from './redisAddress.js';
import { CANCELLED, leave, loadBullMQ, requireName, requireQueued, requireRedis, unreachable } from './redisConnection.js';
import type { QueuedTrial } from './redisConnection.js';
import { moduleBelow } from './trialCode.js';

export interface JoinOptions extends QueueAddress {
  /** Trials at the same time; as many as there are cores by default. */
  readonly workers?: number;
  /** Only modules below this directory are run; the working directory by default. */
  readonly root?: string;
  /** Seconds without a sign of life after which a worker counts as dead and its trials go to others; 30 by default. */
  readonly patience?: number;
  /** Called after each trial. */
  readonly onTrial?: (index: number, status: TrialRecord['status']) => void;
}

const OPTIONS: OptionNames<JoinOptions> = { url: true, tls: true, name: true, workers: true, root: true, patience: true, onTrial: true };
/** A trial that has killed this many workers is given up, and recorded as failed. */
const DEATHS = 3;
/** Milliseconds between two looks whether the trials under way are still wanted. */
const LOOK = 1000;

/**
 * Takes trials until it is closed. Trials run on threads, so that the process keeps telling Redis that it lives. A trial
 * whose search was stopped is ended within a second, one that is out of time at once. A module whose code is not that of
 * the search is not run.
 *
 * @throws ArgumentError for an unknown option or a wrong one; BackendError if BullMQ is not installed or Redis does not
 *   answer within five seconds.
 */
export async function joinQueue(options: JoinOptions): Promise<{ close(): Promise<void> }> {
  const operation = 'joinQueue';
  const { name = 'bptt', workers = availableParallelism(), root = process.cwd(), patience = 30, onTrial } = checkOptions(operation, options, OPTIONS);
  requireName(operation, name);
  requireCount(operation, 'workers', workers);
  if (!(typeof patience === 'number' && patience > 0 && patience <= 1e6)) {
    throw new ArgumentError({ operation, argument: 'patience', expected: 'seconds above 0, at most 1000000', actual: shorten(patience) });
  }
  const address = redisAddress(operation, options);
  const { Queue, Worker } = await loadBullMQ(operation);
  await requireRedis(operation, address);

  const pools = new Map<string, TrialRunner>();
  const poolOf = (module: string, code: string): TrialRunner => {
    const path = moduleBelow(root, module);
    const key = `${code} ${path}`;
    const pool = pools.get(key) ?? threadPool(pathToFileURL(path), workers, () => Promise.resolve(code));
    pools.set(key, pool);
    return pool;
  };

  const queue = new Queue<QueuedTrial>(name, { connection: address.connection });
  const running = new Map<string, AbortController>();
  const worker = new Worker<QueuedTrial>(name, async ({ id = '', data }) => {
    const { module, code, task, cancelled } = requireQueued(data);
    if (cancelled) throw new Error(CANCELLED);
    const unwanted = new AbortController();
    running.set(id, unwanted);
    try {
      const outcome = await poolOf(module, code).submit(task, unwanted.signal);
      // What goes wrong in there is no fault of the trial.
      if (onTrial) queueMicrotask(() => { onTrial(task.index, outcome.status); });
      return outcome;
    } finally {
      if (running.get(id) === unwanted) running.delete(id);
    }
  }, {
    connection: address.connection,
    concurrency: workers,
    lockDuration: 1000 * patience,
    stalledInterval: 1000 * patience,
    maxStalledCount: DEATHS - 1,
  });
  // A search that was stopped may not be there any more to take it away.
  worker.on('failed', (job) => {
    if (job?.failedReason === CANCELLED) job.remove().catch(() => undefined);
  });
  // Redis going away is no reason to die: BullMQ reconnects. Without a listener the event would be thrown.
  worker.on('error', () => undefined);
  queue.on('error', () => undefined);

  /** A job that is not there any more is wanted by nobody: Redis came back empty, and the search hands it out anew. */
  const look = async (): Promise<void> => {
    for (const [id, unwanted] of [...running]) {
      const job = await queue.getJob(id);
      if (!job || job.data.cancelled) unwanted.abort(new Error(CANCELLED));
    }
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look().catch(() => undefined).finally(() => { looking = false; });
  }, LOOK);

  const close = async (): Promise<void> => {
    const closing = worker.close();
    while (running.size > 0) await sleep(20);
    await Promise.all([leave(worker, closing), leave(queue)]);
    clearInterval(timer);
    await Promise.all([...pools.values()].map((pool) => pool.close()));
  };
  try {
    await worker.waitUntilReady();
  } catch (error) {
    await close();
    throw unreachable(operation, address, error);
  }
  return { close };
}
