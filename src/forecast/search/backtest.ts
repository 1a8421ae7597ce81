/** A backtest whose folds are spread over workers, with the same results as `backtest` to the last bit. */
import { DataError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import type { Numbers } from '../series/arrays.js';
import { runChain, summariseFolds } from '../evaluation/backtest.js';
import type { BacktestResult, FoldSettings } from '../evaluation/backtest.js';
import { foldChains } from '../windows/refit.js';
import type { FoldChain, RefitOptions } from '../windows/refit.js';
import { foldFromJSON, foldToJSON } from './foldJson.js';
import { runTrials } from './loop.js';
import type { RunOptions } from './loop.js';
import type { TrialProgram } from './trial.js';
import type { Fold } from '../windows/splits.js';

/** What a worker needs for its folds: the settings of `backtest`, and the data. */
export interface FoldSetup extends FoldSettings {
  readonly series: Numbers;
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

/**
 * The default export of the module that runs the folds:
 * `export default foldProgram(async ({ csv }) => ({ series: await load(csv), window: 60, forecaster: () => … }))`.
 *
 * @param setup called once in each worker and for each set of parameters.
 */
export function foldProgram(setup: (parameters: JsonObject) => FoldSetup | Promise<FoldSetup>): TrialProgram {
  const setups = new Map<string, Promise<FoldSetup>>();
  return async (trial, { signal }) => {
    const { chain, parameters } = trial.parameters as { chain: JsonFold[]; parameters: JsonObject };
    const key = JSON.stringify(parameters);
    const ready = setups.get(key) ?? Promise.resolve(setup(parameters));
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

/**
 * Runs folds on the workers of `runner`, whose module exports a `foldProgram`. Folds that share a model run one after the
 * other on one worker; see `RefitOptions`. The unit of the journal is such a chain: a kill loses at most those under way.
 *
 * @throws DataError if no fold has a result.
 */
export async function parallelBacktest(options: ParallelBacktestOptions): Promise<ParallelBacktestResult> {
  const { folds, parameters = {}, refit, warmStart, restart, ...run } = options;
  const chains = foldChains(folds, { refit, warmStart, restart }).map(toJSON);
  const records = await runTrials({
    ...run,
    plan: { kind: 'backtest', parameters, chains: chains.map((chain) => chain.map(({ fold }) => `${fold.index}: ${span(fold)}`)) },
    trials: chains.map((chain, index) => ({ index, seed: 0, parameters: { chain, parameters } })),
  });
  const failures = records.flatMap(({ index, status, reason = '' }) => (status === 'done' ? [] : [{ folds: (chains[index] ?? []).map(({ fold }) => fold.index), reason }]));
  const results = records.flatMap(({ status, result }) => (status === 'done' && Array.isArray(result) ? result.map(foldFromJSON) : []));
  if (results.length === 0) {
    throw new DataError({ operation: 'parallelBacktest', argument: 'folds', expected: 'at least one fold that runs', actual: `${failures.length} failures`, hint: failures[0]?.reason });
  }
  return { ...summariseFolds(results), failures };
}

/** The same, in types that are JSON: what a task carries. */
function toJSON(chain: FoldChain): JsonFold[] {
  return chain.map(({ fold: { index, train, validation }, fit }) => ({ fold: { index, train: { ...train }, validation: { ...validation } }, fit }));
}

function span({ train, validation }: Fold): string {
  return `${train.start}-${train.end} ${validation.start}-${validation.end}`;
}
