/** The other end of `redisQueue`: a process that takes trials off a queue and runs them on threads of its own. */
import { availableParallelism } from 'node:os';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ArgumentError } from '../errors.js';
import type { TrialRecord, TrialRunner, TrialTask } from '../forecast/search/trial.js';
import { threads } from './pool.js';
import { connection, loadBullMQ, requireRedis } from './redisConnection.js';
import type { QueueAddress } from './redis.js';

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

/** A trial that has killed this many workers is given up, and recorded as failed. */
const DEATHS = 3;

/**
 * Takes trials until it is closed. Trials run on threads, so that the process keeps telling Redis that it lives.
 *
 * @throws BackendError if BullMQ is not installed or Redis does not answer.
 */
export async function joinQueue(options: JoinOptions): Promise<{ close(): Promise<void> }> {
  const { url, name = 'bptt', workers = availableParallelism(), root = process.cwd(), patience = 30, onTrial } = options;
  const { Worker } = await loadBullMQ('joinQueue');
  await requireRedis('joinQueue', url);
  const pools = new Map<string, TrialRunner>();
  const poolOf = (module: string): TrialRunner => {
    const pool = pools.get(module) ?? threads({ worker: pathToFileURL(moduleBelow(root, module)), workers });
    pools.set(module, pool);
    return pool;
  };
  const worker = new Worker<{ module: string; task: TrialTask }>(name, async ({ data: { module, task } }) => {
    const outcome = await poolOf(module).submit(task);
    onTrial?.(task.index, outcome.status);
    return outcome;
  }, {
    connection: connection(url),
    concurrency: workers,
    lockDuration: 1000 * patience,
    stalledInterval: 1000 * patience,
    maxStalledCount: DEATHS - 1,
  });
  // Redis going away is no reason to die: BullMQ reconnects. Without a listener the event would be thrown.
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
  return {
    async close() {
      await worker.close();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

/** A queue names modules: those outside the project must not be run. */
function moduleBelow(root: string, module: string): string {
  const path = resolve(root, module);
  if (path.startsWith(resolve(root) + sep)) return path;
  throw new ArgumentError({ operation: 'joinQueue', argument: 'module', expected: `below ${root}`, actual: module });
}
