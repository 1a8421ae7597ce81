/** Grid and random search over the parameters of a trial. */
import { ArgumentError } from '../../errors.js';
import type { JsonObject } from '../../layers/layer.js';
import { runTrials } from './loop.js';
import type { RunOptions } from './loop.js';
import { checkPruning } from './pruning.js';
import type { Pruning } from './pruning.js';
import { gridPoints, randomPoint } from './space.js';
import type { SearchSpace } from './space.js';
import { trialSeed } from './trial.js';
import type { TrialRecord } from './trial.js';

export interface SearchOptions extends RunOptions {
  readonly space: SearchSpace;
  /** 0 by default. Each trial has a seed of its own, derived from (seed, index of the trial). */
  readonly seed?: number;
  /** The field of a trial's result to minimise, 'loss' by default. A trial in which it is not a finite number has failed. */
  readonly objective?: string;
  /** Ends hopeless trials early, by what they report; off by default. */
  readonly prune?: Pruning;
}

export interface SearchResult {
  /** The latest record of each trial, by index. */
  readonly trials: readonly TrialRecord[];
  /** The finished trial with the lowest objective; the first of equals. */
  readonly best?: TrialRecord;
}

/**
 * Runs every combination of the listed values.
 *
 * @throws ArgumentError for a space that is not made of lists, or a journal of another search.
 */
export async function gridSearch(options: SearchOptions): Promise<SearchResult> {
  return search('gridSearch', {}, gridPoints(options.space), options);
}

/**
 * Runs `trials` points drawn from the space. A trial does not depend on how many there are: more trials with the same seed
 * begin with the same ones.
 */
export async function randomSearch(options: SearchOptions & { readonly trials: number }): Promise<SearchResult> {
  const { space, trials, seed = 0 } = options;
  if (!(Number.isSafeInteger(trials) && trials >= 1)) {
    throw new ArgumentError({ operation: 'randomSearch', argument: 'trials', expected: 'a whole number of at least 1', actual: String(trials) });
  }
  return search('randomSearch', { trials }, Array.from({ length: trials }, (_, index) => randomPoint(space, seed, index)), options);
}

async function search(operation: string, plan: JsonObject, points: readonly JsonObject[], options: SearchOptions): Promise<SearchResult> {
  const { space, seed = 0, objective = 'loss', prune } = options;
  checkPruning(operation, prune);
  const trials = await runTrials({
    ...options,
    objective,
    plan: { kind: operation, space, seed, objective, prune, ...plan },
    trials: points.map((parameters, index) => ({ index, seed: trialSeed(seed, index), parameters })),
  });
  const finished = trials.filter(({ status }) => status === 'done');
  const best = finished.reduce<TrialRecord | undefined>((least, trial) => ((trial.value ?? Infinity) < (least?.value ?? Infinity) ? trial : least), undefined);
  return { trials, best };
}
