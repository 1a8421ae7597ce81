/** Forecasts on worker threads, each under a time limit that begins when it has a thread. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import type { Prediction, PredictionTask } from './prediction.js';

export interface PoolOptions {
  /** Default: as many as there are cores, at most 4: while they work, the thread that asks waits. */
  readonly threads?: number | undefined;
  /** Milliseconds for one forecast, loading of the network included. */
  readonly limit: number;
  /** A module whose default export answers a task; for tests. */
  readonly worker?: URL;
}

export interface PredictionPool {
  readonly threads: number;
  /** @throws Error where it takes too long or the thread ended: the thread is replaced. */
  predict(task: PredictionTask): Promise<Prediction>;
  close(): Promise<void>;
}

export function openPool({ threads = Math.min(4, availableParallelism()), limit, worker = new URL('./worker.js', import.meta.url) }: PoolOptions): PredictionPool {
  const pool = new Tinypool({ filename: worker.href, minThreads: threads, maxThreads: threads });
  let idle = threads;
  const waiting: (() => void)[] = [];

  const predict = async (task: PredictionTask): Promise<Prediction> => {
    if (idle > 0) idle--;
    else await new Promise<void>((resolve) => { waiting.push(resolve); });
    // A thread that ends itself leaves its promise pending in tinypool: what is aborted is rejected, and its thread replaced.
    const late = new AbortController();
    const timer = setTimeout(() => { late.abort(); }, limit);
    try {
      return await pool.run(task, { signal: late.signal }) as Prediction;
    } catch (error) {
      if (late.signal.aborted) throw new Error(`The forecast of ${task.symbol} took more than ${limit} ms, or its thread ended.`, { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
      const next = waiting.shift();
      if (next) next();
      else idle++;
    }
  };

  return { threads, predict, close: () => pool.destroy() };
}
