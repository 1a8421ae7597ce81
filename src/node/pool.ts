/** Trials on worker threads. */
import { availableParallelism } from 'node:os';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, StateError } from '../errors.js';
import { Overtime, describeError } from '../forecast/search/trial.js';
import type { TrialOutcome, TrialRunner, TrialTask } from '../forecast/search/trial.js';
import { codeOf, requireModule } from './trialCode.js';
import { TrialThread } from './trialThread.js';

export interface ThreadOptions {
  /** The trial module: `new URL('./trial.js', import.meta.url)`. Its default export is a `TrialProgram`. */
  readonly worker: URL;
  /** Threads; as many as there are cores by default. */
  readonly workers?: number;
}

const OPTIONS: OptionNames<ThreadOptions> = { worker: true, workers: true };

/**
 * Runs trials on threads, one trial at a time on each. A thread that ends (out of memory, `process.exit`, an error nobody
 * caught) fails its trial and is replaced; one whose trial is out of time or no longer wanted is ended, whatever it does.
 * Close it when done: what runs then is ended.
 */
export function threads(options: ThreadOptions): TrialRunner {
  const { worker, workers = availableParallelism() } = checkOptions('threads', options, OPTIONS);
  requireCount('threads', 'workers', workers);
  const path = requireModule('threads', worker);
  let hash: Promise<string> | undefined;
  return threadPool(new URL(worker), workers, () => (hash ??= codeOf('threads', path)));
}

/** @param code the hash that the code must have on each thread that loads it. */
export function threadPool(worker: URL, workers: number, code: () => Promise<string>): TrialRunner {
  const all = Array.from({ length: workers }, () => new TrialThread());
  const idle = [...all];
  const waiting: ((thread: TrialThread) => void)[] = [];
  const closed = new AbortController();

  /** A thread for one trial: its time begins when it has one. */
  const take = async (signal: AbortSignal): Promise<TrialThread> => {
    const found = idle.pop();
    if (found) return found;
    return new Promise((resolve, reject) => {
      const take = (thread: TrialThread): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(thread);
      };
      const onAbort = (): void => {
        waiting.splice(waiting.indexOf(take), 1);
        reject(signal.reason as Error);
      };
      waiting.push(take);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  };
  const giveBack = (thread: TrialThread): void => {
    const next = waiting.shift();
    if (next) next(thread);
    else idle.push(thread);
  };

  const runOn = async (thread: TrialThread, { timeout, ...task }: TrialTask, unwanted: AbortSignal): Promise<TrialOutcome> => {
    const started = performance.now();
    const late = new AbortController();
    const timer = timeout === undefined ? undefined : setTimeout(() => late.abort(new Overtime(timeout)), 1000 * timeout);
    try {
      const reply = await thread.run({ module: worker.href, code: await code(), task }, AbortSignal.any([unwanted, late.signal]));
      if ('outcome' in reply) return reply.outcome;
      throw new ArgumentError({ operation: 'threads', argument: 'worker', expected: 'a trial module', actual: reply.unusable, hint: `It was looked for at ${worker.href}.` });
    } catch (error) {
      unwanted.throwIfAborted();
      if (error instanceof ArgumentError) throw error;
      const reason = error instanceof Overtime ? describeError(error) : `the thread ended: ${describeError(error)}`;
      return { status: 'failed', reason, reports: [], seconds: (performance.now() - started) / 1000 };
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    concurrency: workers,
    code,
    async submit(task, signal) {
      const own = structuredClone(task); // it may wait for a thread
      const unwanted = signal ? AbortSignal.any([signal, closed.signal]) : closed.signal;
      unwanted.throwIfAborted();
      const thread = await take(unwanted);
      try {
        return await runOn(thread, own, unwanted);
      } finally {
        giveBack(thread);
      }
    },
    async close() {
      closed.abort(new StateError({ operation: 'threads', argument: 'runner', expected: 'open', actual: 'closed', hint: 'Close it when the search has ended.' }));
      await Promise.all(all.map((thread) => thread.end()));
    },
  };
}
