/**
 * The learning-rate range test (Smith 2015, Cyclical learning rates for training neural networks, section 3.3): steps at rates that rise from
 * one end to the other, each a factor above the one before. The loss stands still while they are too small, falls, and climbs or breaks down
 * where they are too large. Derivation of the suggestion: docs/training.md.
 */
import { checkOptions, requireCount, requireNumber, requirePositive } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { Model } from './model.js';
import type { ClassWeight } from './training/classWeight.js';
import { dataNames } from './training/data.js';
import type { DataOptions, ModelData } from './training/data.js';
import { cutForTraining, running } from './training/fit.js';

export interface LearningRateFinderOptions extends DataOptions {
  /** The first rate. Default 1e-6. */
  from?: number | undefined;
  /** The last one. Default 10. */
  to?: number | undefined;
  /** How many. Default 100. */
  steps?: number | undefined;
  /** Default 32. The rate that suits one size may not suit another. */
  batchSize?: number | undefined;
  /** As of `fit`. */
  classWeight?: ClassWeight | undefined;
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

const optionNames: OptionNames<LearningRateFinderOptions> = { ...dataNames, from: true, to: true, steps: true, batchSize: true, classWeight: true, signal: 'signal' };

export interface LearningRateRange {
  /** Rising, up to where the loss was 4 times what it had been, or not finite. */
  readonly rates: readonly number[];
  /** Of a batch before the step at each rate. */
  readonly losses: readonly number[];
  /** Means over neighbouring rates. */
  readonly smoothed: readonly number[];
  /** Where the loss falls fastest, per factor of the rate; undefined where it does not fall. */
  readonly suggestion: number | undefined;
}

/** Neighbours on each side that a mean or a slope goes over: a twentieth of all. */
const reach = (steps: number): number => Math.max(1, Math.round(steps / 20));

function around<T>(list: readonly T[], i: number, width: number): readonly T[] {
  return list.slice(Math.max(0, i - width), i + width + 1);
}

const meanOf = (list: readonly number[]): number => list.reduce((sum, v) => sum + v, 0) / list.length;

/** The least-squares slope of these values over their places. */
function slopeOf(values: readonly number[]): number {
  const [centre, mean] = [(values.length - 1) / 2, meanOf(values)];
  const spread = values.reduce((sum, _, i) => sum + (i - centre) ** 2, 0);
  return values.reduce((sum, v, i) => sum + (i - centre) * (v - mean), 0) / spread; // S6
}

/** The place of the steepest fall before the lowest mean. */
function steepest(losses: readonly number[], smoothed: readonly number[], width: number): number | undefined {
  const lowest = smoothed.indexOf(Math.min(...smoothed));
  let [at, least] = [-1, 0];
  for (let i = width; i <= lowest && i + width < losses.length; i++) {
    const slope = slopeOf(around(losses, i, width));
    if (slope < least) [at, least] = [i, slope];
  }
  return at < 0 ? undefined : at;
}

/** Whether the last loss is four times what the first ones were. */
function diverged(losses: readonly number[], width: number): boolean {
  const first = losses.slice(0, 2 * width + 1);
  const [start, last = NaN] = [meanOf(first), losses.at(-1)];
  return losses.length > first.length && last > start + 3 * Math.abs(start);
}

/**
 * Which rates the model learns at: what comes of one step at each, from the smallest to the largest. It trains a copy; the model stays as it is, in its weights,
 * optimiser and position. x and y are read before it returns.
 *
 * @throws StateError for a model that is not compiled; ArgumentError, ShapeError, DataError as `fit`.
 */
export async function findLearningRate(model: Model, x: ModelData, y: ModelData, options: LearningRateFinderOptions = {}): Promise<LearningRateRange> {
  const operation = 'findLearningRate';
  const { from = 1e-6, to = 10, steps = 100, batchSize = 32, signal, ...data } = checkOptions(operation, options, optionNames);
  requirePositive(operation, 'from', from);
  requireNumber(operation, 'to', to, to > from && to < Infinity, `a number above from ${from}`);
  requireCount(operation, 'steps', steps, 5);
  requireCount(operation, 'batchSize', batchSize);
  const { copy, engine } = model.twin(operation);
  try {
    engine.requireTrainable(operation);
    const feed = cutForTraining(operation, engine, engine.prepareToTrain(operation, x, y, data), batchSize);
    const all = Array.from({ length: steps }, (_, i) => from * (to / from) ** (i / (steps - 1)));
    const width = reach(steps);
    const { lossesAtRates } = await engine.begin(running, batchSize, feed.data.network);
    const losses = await lossesAtRates(engine, copy, feed, all, (own) => diverged(own, width), signal);
    const smoothed = losses.map((_, i) => meanOf(around(losses, i, width)));
    const at = steepest(losses, smoothed, width);
    return { rates: all.slice(0, losses.length), losses, smoothed, suggestion: at === undefined ? undefined : all[at] };
  } finally {
    copy.dispose();
  }
}
