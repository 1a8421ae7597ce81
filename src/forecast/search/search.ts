/** Grid and random search over the parameters of a trial. */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import type { JsonObject } from '../../layers/layer.js';
import { copyJson, shorten } from './json.js';
import { RUN_OPTIONS, runTrials } from './loop.js';
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

export type RandomOptions = SearchOptions & { readonly trials: number };

const OPTIONS: OptionNames<SearchOptions> = { ...RUN_OPTIONS, space: true, seed: true, objective: true, prune: true };
const RANDOM_OPTIONS: OptionNames<RandomOptions> = { ...OPTIONS, trials: true };

/**
 * Runs every combination of the listed values.
 *
 * @throws ArgumentError for an unknown option, a space that is not made of lists, or a journal of another search.
 */
export async function gridSearch(options: SearchOptions): Promise<SearchResult> {
  checkOptions('gridSearch', options, OPTIONS);
  return search('gridSearch', {}, gridPoints(options.space), options);
}

/**
 * Runs `trials` points drawn from the space. A trial does not depend on how many there are: more trials with the same seed
 * begin with the same ones.
 *
 * @throws ArgumentError for an unknown option, a space that makes no sense, or a journal of another search.
 */
export async function randomSearch(options: RandomOptions): Promise<SearchResult> {
  checkOptions('randomSearch', options, RANDOM_OPTIONS);
  const { space, seed = 0 } = options;
  const trials = requireCount('randomSearch', 'trials', options.trials);
  requireSeed('randomSearch', seed);
  return search('randomSearch', { trials }, Array.from({ length: trials }, (_, index) => randomPoint(space, seed, index)), options);
}

async function search(operation: string, plan: JsonObject, points: readonly JsonObject[], options: SearchOptions): Promise<SearchResult> {
  const { space, seed = 0, objective = 'loss', prune: given, ...run } = options;
  requireSeed(operation, seed);
  if (typeof objective !== 'string') {
    throw new ArgumentError({ operation, argument: 'objective', expected: "the name of a field of the trials' results", actual: shorten(objective) });
  }
  checkPruning(operation, given);
  const prune = structuredClone(given);
  const trials = await runTrials({
    ...run,
    operation,
    objective,
    prune,
    plan: { kind: operation, space: copyJson(operation, 'space', space), seed, objective, ...plan, ...(prune && { prune }) },
    trials: points.map((parameters, index) => ({ index, seed: trialSeed(seed, index), parameters: copyJson(operation, 'space', parameters) })),
  });
  const finished = trials.filter(({ status }) => status === 'done');
  const best = finished.reduce<TrialRecord | undefined>((least, trial) => ((trial.value ?? Infinity) < (least?.value ?? Infinity) ? trial : least), undefined);
  return { trials, best };
}

function requireSeed(operation: string, seed: number): void {
  if (!Number.isSafeInteger(seed)) throw new ArgumentError({ operation, argument: 'seed', expected: 'a whole number', actual: shorten(seed) });
}
