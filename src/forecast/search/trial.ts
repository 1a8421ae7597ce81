/**
 * A trial: what is to be run, what comes of it, and who runs it. Tasks and outcomes are plain JSON, so that a trial runs
 * the same in this process, on a thread or on another machine.
 */
import { copyOf } from '../../copies.js';
import { ArgumentError, DataError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import { randomStream } from '../../random.js';

/** What a trial program is given. */
export interface Trial {
  readonly index: number;
  /** Derived from (seed of the search, index): no result depends on which trial ran where, or after which other. */
  readonly seed: number;
  readonly parameters: JsonObject;
}

/** A reported value: [step, value]. */
export type Report = readonly [number, number];

/** When a trial is to be stopped early; judged where the trial runs, at each report. */
export interface Halt {
  /** At the first report of this step or a later one. */
  readonly at?: number;
  /** At one of these steps, if the best value so far is above the bound beside it. */
  readonly above?: readonly Report[];
}

/** A trial on its way to a runner. */
export interface TrialTask extends Trial {
  /** Unique among all searches; the same again when a search is resumed. */
  readonly id: string;
  /** The field of the result that must be a finite number. */
  readonly objective?: string;
  readonly halt?: Halt;
  /** Seconds after which the trial is ended and has failed; it has all the time it wants by default. */
  readonly timeout?: number;
}

export interface TrialOutcome {
  readonly status: 'done' | 'pruned' | 'failed';
  /** Of the objective; of the last report where the trial was pruned. */
  readonly value?: number;
  readonly result?: JsonValue;
  /** Why it was pruned or failed. */
  readonly reason?: string;
  readonly reports: readonly Report[];
  /** Wall-clock time of the trial. */
  readonly seconds: number;
}

/** One line of a results file. */
export interface TrialRecord extends Trial, TrialOutcome {
  /** 0; with successive halving, how often the trial had been promoted. */
  readonly rung: number;
}

export interface TrialTools {
  /**
   * Tells an intermediate value, lower is better. Throws to end the trial when it is pruned or the value is not finite:
   * let the error pass.
   */
  readonly report: (step: number, value: number) => void;
  /** Aborted when the trial is pruned, out of time, or the search is stopped: to pass on to `fit`. */
  readonly signal: AbortSignal;
}

/** The default export of a trial module: resolves to a plain JSON result. */
export type TrialProgram = (trial: Trial, tools: TrialTools) => JsonValue | Promise<JsonValue>;

/** Something that runs trials. A search knows nothing else of it. */
export interface TrialRunner {
  /** Trials worth submitting at the same time. */
  readonly concurrency: number;
  /** Hash of the code of the trials, where they are a module: a journal of other code is refused. */
  code?(): Promise<string>;
  /** Resolves however the trial ends; rejects only when trials cannot be run at all, or on abort. */
  submit(task: TrialTask, signal?: AbortSignal): Promise<TrialOutcome>;
  close(): Promise<void>;
}

/** The seed of trial `index`: 32 bits. */
export function trialSeed(seed: number, index: number): number {
  return randomStream(seed, 'trial', index).next() >>> 0;
}

/**
 * Runs trials here, one at a time: for tests, for browsers, and where a trial uses all cores itself.
 *
 * A trial that waits is ended by an abort or by its time limit, whether it heeds its signal or not. One that computes
 * without ever waiting holds this whole process: it is judged at its next report or when it returns, and only `threads`
 * can end it before.
 */
export function inProcess(program: TrialProgram): TrialRunner {
  if (typeof program !== 'function') {
    throw new ArgumentError({ operation: 'inProcess', argument: 'program', expected: 'a function', actual: typeof program });
  }
  return { concurrency: 1, submit: (task, signal) => runTrial(program, task, signal), close: async () => undefined };
}

/** The trial was stopped by the search. */
class Pruned extends Error {
  override readonly name = 'Pruned';
}

/** The trial took longer than it may. */
export class Overtime extends Error {
  override readonly name = 'Overtime';

  constructor(timeout: number) {
    super(`not finished after ${timeout} s (trialTimeout)`);
  }
}

/** Milliseconds that a trial which was told to stop has for leaving in order, before nobody waits for it any more. */
const GRACE = 1000;

/**
 * Runs one trial and turns whatever happens into an outcome. What every runner calls in the end.
 *
 * @throws the signal's reason, and nothing else.
 */
export async function runTrial(program: TrialProgram, task: TrialTask, signal?: AbortSignal): Promise<TrialOutcome> {
  signal?.throwIfAborted();
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const reports: Report[] = [];
  const stop = new AbortController();
  const timers: ReturnType<typeof setTimeout>[] = [];
  let leave = (_: Error): void => undefined;
  const left = new Promise<never>((_, reject) => { leave = reject; });
  const end = (reason: Error): void => {
    stop.abort(reason);
    timers.push(setTimeout(leave, GRACE, reason));
  };
  const onAbort = (): void => end(signal?.reason as Error);
  signal?.addEventListener('abort', onAbort);
  const { index, seed, parameters, objective, timeout = Infinity } = task;
  const halt = copyOf(task.halt);
  const onTime = (): void => {
    if (seconds() > timeout) end(new Overtime(timeout));
  };
  if (timeout < Infinity) timers.push(setTimeout(() => end(new Overtime(timeout)), 1000 * timeout));
  const report = (step: number, value: number): void => {
    onTime();
    stop.signal.throwIfAborted();
    reports.push([step, value]);
    const stopped = verdict(reports, halt);
    if (!stopped) return;
    stop.abort(stopped);
    throw stopped;
  };
  const outcome = (rest: Pick<TrialOutcome, 'status' | 'value' | 'result' | 'reason'>): TrialOutcome => ({
    ...rest, reports: reports.filter(([, value]) => Number.isFinite(value)), seconds: seconds(),
  });
  try {
    // A copy: what the program does to its parameters is not what is recorded.
    const result = await Promise.race([program({ index, seed, parameters: structuredClone(parameters) }, { report, signal: stop.signal }), left]);
    onTime();
    stop.signal.throwIfAborted();
    return outcome(judge(result, objective));
  } catch (error) {
    signal?.throwIfAborted();
    // The program may have wrapped the error of a report, or thrown another one on its way out.
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
    if (reason instanceof Pruned) return outcome({ status: 'pruned', reason: reason.message, value: reports.at(-1)?.[1] });
    return outcome({ status: 'failed', reason: describeError(reason) });
  } finally {
    timers.forEach(clearTimeout);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Why a trial must end after its latest report, if it must. */
function verdict(reports: readonly Report[], halt: Halt = {}): Error | undefined {
  const [step, value] = reports.at(-1) ?? [0, 0];
  if (!Number.isFinite(value)) {
    return new DataError({ operation: 'report', argument: `the value of step ${step}`, expected: 'finite', actual: String(value) });
  }
  if (halt.at !== undefined && step >= halt.at) return new Pruned(`halted at step ${step}`);
  const bound = halt.above?.find(([at]) => at === step)?.[1];
  if (bound === undefined) return undefined;
  const best = reports.reduce((least, [, v]) => Math.min(least, v), Infinity);
  return best > bound ? new Pruned(`${best} at step ${step} is above the median ${bound}`) : undefined;
}

function judge(result: JsonValue | undefined, objective: string | undefined): Pick<TrialOutcome, 'status' | 'value' | 'result' | 'reason'> {
  const value = objective === undefined ? undefined : numberAt(result, objective);
  // What JSON makes of the result, so that every runner returns the same: NaN becomes null.
  const json = JSON.parse(JSON.stringify(result ?? null)) as JsonValue;
  if (value !== undefined && !Number.isFinite(value.number)) {
    return { status: 'failed', result: json, reason: `${objective} is ${value.text}` };
  }
  return { status: 'done', result: json, value: value?.number };
}

function numberAt(result: JsonValue | undefined, field: string): { number: number; text: string } {
  const found = typeof result === 'object' && result !== null ? Object.entries(result).find(([key]) => key === field)?.[1] : undefined;
  return typeof found === 'number' ? { number: found, text: String(found) } : { number: NaN, text: found === undefined ? 'missing' : JSON.stringify(found) };
}

export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
