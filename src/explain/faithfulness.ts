/** Deletion and insertion (Petsiuk et al. 2018): does the score follow the places that a map calls important? */
import { ShapeError, formatShape } from '../errors.js';
import { requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { ModelData } from '../models/training/data.js';
import { fromHost } from '../ndarrays.js';
import { sameShape, sizeOf, toHost } from '../tensor.js';
import type { FloatArray, NdArray, TensorLike } from '../tensor.js';
import { groundOf, inputNames, takeAway } from './inputs.js';
import type { InputOptions } from './inputs.js';
import { requireFiniteMaps } from './maps.js';
import type { ExplainedModel } from './probe.js';
import { Subject, takeExplainOptions } from './subject.js';

export interface DeletionInsertionOptions extends InputOptions {
  /** Equal parts in which the places are taken away or put back. Default 20. */
  readonly steps?: number;
}

const optionNames: OptionNames<DeletionInsertionOptions> = { ...inputNames, steps: true };

export interface DeletionInsertion {
  /** [steps + 1], share of the places that is gone, or back: 0 … 1. */
  readonly shares: Float64Array;
  /** [B, steps + 1], scores while the most important places are taken away first. */
  readonly deletion: NdArray<FloatArray>;
  /** [B, steps + 1], scores while the most important places are put back first. */
  readonly insertion: NdArray<FloatArray>;
  /** [B], mean height of the deletion curve. The smaller, the better the map. */
  readonly deletionScore: Float64Array;
  /** [B], mean height of the insertion curve. The larger, the better the map. */
  readonly insertionScore: Float64Array;
}

/**
 * Takes places of the input away, or puts them back, in the order of a map, and follows the score. In units of the score: compare maps
 * of one model on the same samples, with a random map among them.
 *
 * Places that are equal in the map go in the order they lie in the input.
 *
 * @param maps [B, H, W], [B, T] or [B, D]: a number for each place of the input, as `resized` of the maps gives them.
 * @throws ShapeError for maps of another shape; DataError for a map with a value that is not finite, which has no rank; what `occlusion` throws for samples, inputs and baselines that do not fit.
 */
export async function deletionInsertion(
  model: ExplainedModel, x: ModelData, maps: TensorLike, options: DeletionInsertionOptions = {},
): Promise<DeletionInsertion> {
  const own = takeExplainOptions('deletionInsertion', options, optionNames);
  const { steps = 20 } = own;
  requireCount('deletionInsertion', 'steps', steps);
  const { data, shape } = toHost(maps, 'float64', { operation: 'deletionInsertion', argument: 'maps' });
  const subject = await Subject.open(model, x, own);
  const ground = groundOf('deletionInsertion', subject, own);
  const wanted = [subject.samples, ...ground.axes];
  if (!sameShape(shape, wanted)) {
    throw new ShapeError({ operation: 'deletionInsertion', argument: 'maps', expected: formatShape(wanted), actual: formatShape(shape), hint: 'Pass the resized maps.' });
  }
  requireFiniteMaps('deletionInsertion', data, shape);
  const places = sizeOf(ground.axes);
  const orders = Array.from({ length: subject.samples }, (_, sample) => {
    const map = data.subarray(sample * places, (sample + 1) * places);
    return Array.from(map, (_value, place) => place).sort((a, b) => (map[b] ?? 0) - (map[a] ?? 0));
  });

  const points = steps + 1;
  const curves = async (gone: (order: readonly number[], changed: number) => readonly number[]): Promise<Float64Array> => {
    const sampleOf = (copy: number): number => Math.floor(copy / points);
    return subject.scores({ copies: subject.samples * points, sampleOf, alter: (copy, inputs) => {
      const sample = sampleOf(copy);
      const changed = Math.round(((copy % points) / steps) * places);
      takeAway(ground, sample, inputs, gone(orders[sample] ?? [], changed));
    } });
  };
  const deletion = await curves((order, changed) => order.slice(0, changed));
  const insertion = await curves((order, changed) => order.slice(changed));
  const heights = (scores: Float64Array): Float64Array => Float64Array.from({ length: subject.samples }, (_, sample) => meanHeight(scores.subarray(sample * points, (sample + 1) * points)));
  const array = (scores: Float64Array): NdArray<FloatArray> => fromHost(scores, [subject.samples, points]);
  return {
    shares: Float64Array.from({ length: points }, (_, i) => i / steps), deletion: array(deletion), insertion: array(insertion),
    deletionScore: heights(deletion), insertionScore: heights(insertion),
  };
}

/** By the trapezoid rule over shares 0 … 1. */
function meanHeight(curve: Float64Array): number {
  const last = curve.length - 1;
  return curve.reduce((sum, height, i) => sum + (i === 0 || i === last ? height / 2 : height), 0) / last;
}
