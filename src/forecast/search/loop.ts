/** Runs trials on a runner, as many at a time as it takes, and keeps each outcome before the next trial starts. */
import type { TextStream } from '../../callbacks/progressBar.js';
import type { JsonObject } from '../../layers/layer.js';
import { fingerprint, forgetful } from './journal.js';
import type { TrialJournal } from './journal.js';
import { SearchProgress } from './progress.js';
import { haltRule, promoted, stages, survivors } from './pruning.js';
import type { Pruning } from './pruning.js';
import type { Trial, TrialRecord, TrialRunner } from './trial.js';

/** What every kind of run over trials takes. */
export interface RunOptions {
  /** `inProcess(…)`, or `threads(…)` and `redisQueue(…)` of bptt/node. It is left open. */
  readonly runner: TrialRunner;
  /** Where outcomes are kept; a run with the same journal goes on where the last one broke off. In memory by default. */
  readonly journal?: TrialJournal;
  /** Where progress and the time left are drawn: `process.stderr`. Nowhere by default. */
  readonly progress?: TextStream;
  /** Called after each trial that this run has finished, when it is in the journal. */
  readonly onTrial?: (record: TrialRecord) => void;
  /** Ends the run: trials under way are given up, finished ones stay in the journal. */
  readonly signal?: AbortSignal;
}

interface Run extends RunOptions {
  /** All that decides what the trials are. */
  readonly plan: JsonObject;
  readonly trials: readonly Trial[];
  readonly objective?: string;
  readonly prune?: Pruning;
}

/**
 * @returns the latest record of each trial, by index.
 * @throws what the runner throws when it cannot run trials, what the journal throws, or the signal's reason.
 */
export async function runTrials(run: Run): Promise<TrialRecord[]> {
  const journal = run.journal ?? forgetful();
  const records = new Map<string, TrialRecord>();
  const keyOf = (index: number, rung: number): string => `${index}-${rung}`;
  for (const record of await journal.open(run.plan)) records.set(keyOf(record.index, record.rung), record);

  const name = (await fingerprint(run.plan)).slice(0, 16);
  const total = stages(run.prune).map((_, rung) => expected(run, rung)).reduce((sum, n) => sum + n, 0);
  const progress = run.progress && new SearchProgress(run.progress, total, records.size);

  const runOne = async (trial: Trial, rung: number, stage: number | undefined, signal: AbortSignal): Promise<void> => {
    const key = keyOf(trial.index, rung);
    const { index, seed, parameters } = trial;
    const halt = haltRule(run.prune, stage, records.values());
    const task = { id: `${name}-${key}`, index, seed, parameters, objective: run.objective, halt };
    const record = { index, rung, seed, parameters, ...(await run.runner.submit(task, signal)) };
    await journal.append(record);
    records.set(key, record);
    progress?.add(record);
    run.onTrial?.(record);
  };

  try {
    let entered = run.trials;
    for (const [rung, stage] of stages(run.prune).entries()) {
      const missing = entered.filter(({ index }) => !records.has(keyOf(index, rung)));
      await inLanes(missing, run.runner.concurrency, run.signal, (trial, signal) => runOne(trial, rung, stage, signal));
      entered = survivors(run.prune, entered.flatMap(({ index }) => records.get(keyOf(index, rung)) ?? []));
    }
  } finally {
    progress?.end();
    await journal.close();
  }
  const latest = new Map<number, TrialRecord>();
  for (const record of records.values()) {
    if (record.rung >= (latest.get(record.index)?.rung ?? 0)) latest.set(record.index, record);
  }
  return [...latest.values()].sort((a, b) => a.index - b.index);
}

/** Trials that reach a rung if none fails and none ends before. */
function expected(run: Run, rung: number): number {
  let count = run.trials.length;
  for (let i = 0; i < rung; i++) count = promoted(run.prune, count);
  return count;
}

/** Works through a list in `lanes` at a time. The first error ends all lanes, and is thrown when they have ended. */
async function inLanes<T>(list: readonly T[], lanes: number, signal: AbortSignal | undefined, work: (entry: T, signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const queue = list.values();
  const lane = async (): Promise<void> => {
    try {
      for (const entry of queue) {
        either.throwIfAborted();
        await work(entry, either);
      }
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
  await Promise.allSettled(Array.from({ length: Math.min(lanes, list.length) }, lane));
  if (either.aborted) throw either.reason;
}
