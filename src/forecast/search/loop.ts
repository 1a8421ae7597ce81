/** Runs trials on a runner, as many at a time as it takes, and keeps each outcome before the next trial starts. */
import type { TextStream } from '../../callbacks/progressBar.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, FileFormatError } from '../../errors.js';
import type { JsonObject } from '../../layers/layer.js';
import { forgetful } from './journal.js';
import type { TrialHistory, TrialJournal } from './journal.js';
import { isRecord, shorten } from './json.js';
import { requireOutcome, requireRecord } from './outcome.js';
import { SearchProgress } from './progress.js';
import { haltRule, promoted, stages, survivors } from './pruning.js';
import type { Pruning } from './pruning.js';
import type { Trial, TrialRecord, TrialRunner, TrialTask } from './trial.js';

/** What every kind of run over trials takes. */
export interface RunOptions {
  /** `inProcess(…)`, or `threads(…)` and `redisQueue(…)` of bptt/node. It is left open. */
  readonly runner: TrialRunner;
  /** Where outcomes are kept; a run with the same journal goes on where the last one broke off. In memory by default. */
  readonly journal?: TrialJournal;
  /**
   * Seconds that a trial may run; one that takes longer is ended and has failed. No limit by default. On threads, here or
   * behind a queue, the thread is ended, the time it takes to start counts; in this process see `inProcess`. Not part of the
   * plan: a search may go on with another limit, and what has failed by then stays failed.
   */
  readonly trialTimeout?: number;
  /** Where progress and the time left are drawn: `process.stderr`. Nowhere by default. */
  readonly progress?: TextStream;
  /** Called after each trial that this run has finished, when it is in the journal. */
  readonly onTrial?: (record: TrialRecord) => void;
  /** Ends the run: trials under way are ended, on threads and machines too; finished ones stay in the journal. */
  readonly signal?: AbortSignal;
}

/** For `checkOptions`. */
export const RUN_OPTIONS: OptionNames<RunOptions> = { runner: true, journal: true, trialTimeout: true, progress: true, onTrial: true, signal: 'signal' };

/** What timers can wait for, in seconds: 24 days. */
const LONGEST = 2 ** 31 / 1000 - 1;

interface Run extends RunOptions {
  /** Name of the function that the user called. */
  readonly operation: string;
  /** All that decides what the trials are. */
  readonly plan: JsonObject;
  readonly trials: readonly Trial[];
  readonly objective?: string;
  readonly prune?: Pruning;
}

/**
 * @returns the latest record of each trial, by index.
 * @throws ArgumentError for a run that makes no sense, FileFormatError for a journal whose records do not fit the plan,
 *   DataError for an outcome that is none; what the runner throws when it cannot run trials, what the journal throws, or
 *   the signal's reason.
 */
export async function runTrials(run: Run): Promise<TrialRecord[]> {
  checkRun(run);
  const journal = run.journal ?? forgetful();
  const code = await run.runner.code?.();
  run.signal?.throwIfAborted();
  const history = await journal.open(run.plan, code);
  let progress: SearchProgress | undefined;
  try {
    const records = recorded(run, history);
    const total = stages(run.prune).map((_, rung) => expected(run, rung)).reduce((sum, n) => sum + n, 0);
    progress = run.progress && new SearchProgress(run.progress, total, records.size);

    const runOne = async (trial: Trial, rung: number, stage: number | undefined, signal: AbortSignal): Promise<void> => {
      const key = keyOf(trial.index, rung);
      const { index, seed, parameters } = trial;
      const halt = haltRule(run.prune, stage, records.values());
      const task: TrialTask = { id: `${history.run}-${key}`, index, seed, parameters, objective: run.objective, halt, timeout: run.trialTimeout };
      const outcome = requireOutcome(run.operation, `outcome of trial ${index}`, run.objective, await run.runner.submit(task, signal));
      const record = { index, rung, seed, parameters, ...outcome };
      await journal.append(record);
      records.set(key, record);
      progress?.add(record);
      run.onTrial?.(record);
    };

    let entered = run.trials;
    for (const [rung, stage] of stages(run.prune).entries()) {
      const missing = entered.filter(({ index }) => !records.has(keyOf(index, rung)));
      await inLanes(missing, run.runner.concurrency, run.signal, (trial, signal) => runOne(trial, rung, stage, signal));
      entered = survivors(run.prune, entered.flatMap(({ index }) => records.get(keyOf(index, rung)) ?? []));
    }
    return latest(records.values());
  } finally {
    progress?.end();
    await journal.close();
  }
}

function keyOf(index: number, rung: number): string {
  return `${index}-${rung}`;
}

function checkRun({ operation, runner, trialTimeout }: Run): void {
  const given: unknown = runner;
  if (!isRecord(given) || typeof given.submit !== 'function') {
    throw new ArgumentError({ operation, argument: 'runner', expected: 'a runner: inProcess(…), threads(…) or await redisQueue(…)', actual: given instanceof Promise ? 'a promise' : shorten(given) });
  }
  if (trialTimeout !== undefined && !(typeof trialTimeout === 'number' && trialTimeout > 0 && trialTimeout <= LONGEST)) {
    throw new ArgumentError({ operation, argument: 'trialTimeout', expected: `seconds above 0, at most ${Math.floor(LONGEST)}`, actual: shorten(trialTimeout), hint: 'Leave it out for trials that may take any time.' });
  }
}

/** What the journal holds, once every record is known to belong to the plan. */
function recorded(run: Run, history: TrialHistory): Map<string, TrialRecord> {
  const records = new Map<string, TrialRecord>();
  for (const [i, found] of history.records.entries()) {
    try {
      const record = requireRecord(run.operation, `record ${i + 1} of the journal`, run.objective, run.trials, stages(run.prune).length, found);
      const key = keyOf(record.index, record.rung);
      if (records.has(key)) throw new Error(`Trial ${record.index} is recorded twice.`);
      records.set(key, record);
    } catch (cause) {
      throw new FileFormatError({
        operation: run.operation, argument: 'journal', expected: 'records of this search alone, one for each trial', actual: `record ${i + 1} that is none`, hint: `${String(cause)} Delete its line to run the trial again.`,
      }, { cause });
    }
  }
  return records;
}

function latest(records: Iterable<TrialRecord>): TrialRecord[] {
  const found = new Map<number, TrialRecord>();
  for (const record of records) {
    if (record.rung >= (found.get(record.index)?.rung ?? 0)) found.set(record.index, record);
  }
  return [...found.values()].sort((a, b) => a.index - b.index);
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
