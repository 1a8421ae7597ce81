/** A backtest whose folds are spread over workers, with the same results as `backtest` to the last bit. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { copyOf } from '../../copies.js';
import { ArgumentError, DataError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import type { Series } from '../series/columns.js';
import { foldSettingNames, runChain, summariseFolds, takeFoldOptions } from '../evaluation/backtest.js';
import type { BacktestResult, FoldResult, FoldSettings } from '../evaluation/backtest.js';
import { foldChains } from '../windows/refit.js';
import type { FoldChain, RefitOptions } from '../windows/refit.js';
import { foldFromJSON, foldToJSON } from './foldJson.js';
import { canonical, copyJson, isRecord, shorten } from './json.js';
import { RUN_OPTIONS, runTrials } from './loop.js';
import type { RunOptions } from './loop.js';
import type { TrialProgram } from './trial.js';
import type { Fold } from '../windows/splits.js';

/** What a worker needs for its folds: the settings of `backtest`, and the data. */
export interface FoldSetup extends FoldSettings {
  readonly series: Series;
}

export interface ParallelBacktestOptions extends RunOptions, RefitOptions {
  readonly folds: readonly Fold[];
  /** Handed to the setup on the worker: names of files, sizes of the model. Part of what the journal is checked against. */
  readonly parameters?: JsonObject;
}

type JsonRange = { readonly start: number; readonly end: number };
type JsonFold = { readonly fold: { readonly index: number; readonly train: JsonRange; readonly validation: JsonRange }; readonly fit: boolean };

export interface ParallelBacktestResult extends BacktestResult {
  /** Folds without a result: all of a chain in which one failed. */
  readonly failures: readonly { readonly folds: readonly number[]; readonly reason: string }[];
}

const OPTIONS: OptionNames<ParallelBacktestOptions> = { ...RUN_OPTIONS, folds: true, parameters: true, refit: true, warmStart: 'flag', restart: true };

const SETUP: OptionNames<FoldSetup> = { ...foldSettingNames, series: true };

/**
 * The default export of the module that runs the folds:
 * `export default foldProgram(async ({ csv }) => ({ series: await load(csv), window: 60, forecaster: () => … }))`.
 *
 * @param setup called once in each worker and for each set of parameters.
 */
export function foldProgram(setup: (parameters: JsonObject) => FoldSetup | Promise<FoldSetup>): TrialProgram {
  if (typeof setup !== 'function') throw new ArgumentError({ operation: 'foldProgram', argument: 'setup', expected: 'a function', actual: typeof setup });
  const setups = new Map<string, Promise<FoldSetup>>();
  return async (trial, { signal }) => {
    const { chain, parameters } = copyOf(requireChain(trial.parameters));
    const key = canonical(parameters);
    const ready = setups.get(key) ?? Promise.resolve(setup(parameters)).then((given) => takeFoldOptions('foldProgram', given, SETUP));
    setups.set(key, ready);
    const { series, ...settings } = await ready;
    const results: JsonValue[] = [];
    for await (const result of runChain(series, chain, settings)) {
      results.push(foldToJSON(result));
      signal.throwIfAborted();
    }
    return results;
  };
}

/** A fold program that is run as a plain trial has no folds. */
function requireChain(given: JsonObject): { chain: readonly JsonFold[]; parameters: JsonObject } {
  const { chain, parameters } = given as { chain?: readonly JsonFold[]; parameters?: JsonObject };
  if (Array.isArray(chain) && isRecord(parameters)) return { chain, parameters };
  throw new ArgumentError({ operation: 'foldProgram', argument: 'parameters', expected: 'folds, as parallelBacktest hands them out', actual: shorten(given) });
}

/**
 * Runs folds on the workers of `runner`, whose module exports a `foldProgram`. Folds that share a model run one after the
 * other on one worker; see `RefitOptions`. The unit of the journal is such a chain: a kill loses at most those under way.
 *
 * @throws ArgumentError for an unknown option or a journal of another backtest; DataError if no fold has a result, or a
 *   worker returns what is none.
 */
export async function parallelBacktest(options: ParallelBacktestOptions): Promise<ParallelBacktestResult> {
  const operation = 'parallelBacktest';
  checkOptions(operation, options, OPTIONS);
  const { folds, parameters: given = {}, refit, warmStart, restart, ...run } = options;
  const parameters = copyJson(operation, 'parameters', given);
  const chains = foldChains(folds, { refit, warmStart, restart }).map(toJSON);
  const records = await runTrials({
    ...run,
    operation,
    plan: { kind: 'backtest', parameters, chains: chains.map((chain) => chain.map(({ fold }) => `${fold.index}: ${span(fold)}`)) },
    trials: chains.map((chain, index) => ({ index, seed: 0, parameters: { chain, parameters } })),
  });
  const failures = records.flatMap(({ index, status, reason = '' }) => (status === 'done' ? [] : [{ folds: (chains[index] ?? []).map(({ fold }) => fold.index), reason }]));
  const results = records.flatMap(({ index, status, result }) => (status === 'done' ? foldsOf(operation, chains[index] ?? [], result) : []));
  if (results.length === 0) {
    throw new DataError({ operation, argument: 'folds', expected: 'at least one fold that runs', actual: `${failures.length} failures`, hint: failures[0]?.reason });
  }
  return { ...summariseFolds(results), failures };
}

/** What came of a chain: each of its folds, in their order. */
function foldsOf(operation: string, chain: readonly JsonFold[], result: JsonValue | undefined): FoldResult[] {
  if (!Array.isArray(result) || result.length !== chain.length) {
    throw new DataError({
      operation, argument: 'the result of a worker', expected: `${chain.length} folds`, actual: shorten(result), hint: 'The default export of the worker module must be a foldProgram.',
    });
  }
  return chain.map(({ fold }, i) => foldFromJSON(operation, fold, result[i] as JsonValue));
}

/** The same, in types that are JSON: what a task carries. */
function toJSON(chain: FoldChain): JsonFold[] {
  return chain.map(({ fold: { index, train, validation }, fit }) => ({ fold: { index, train: { ...train }, validation: { ...validation } }, fit }));
}

function span({ train, validation }: Fold): string {
  return `${train.start}-${train.end} ${validation.start}-${validation.end}`;
}
