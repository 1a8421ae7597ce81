/** Cutting a dataset into the arrays a step takes. */
import type { NoiseSpec } from '../../layers/layer.js';
import { randomStream } from '../../random.js';
import { allocate, sizeOf } from '../../tensor.js';
import type { DType, FloatArray } from '../../tensor.js';
import { masksRead, outputMasks } from '../graph/masks.js';
import type { Network } from '../graph/network.js';
import { noiseFrom } from '../graph/noise.js';
import type { RowsByClass } from './classWeight.js';
import type { Dataset } from './data.js';
import { gather } from './samples.js';
import type { Samples } from './samples.js';
import type { StepForm } from './stepInputs.js';

export interface Batch {
  readonly form: StepForm;
  /** x, y, row weights, masks: what every step takes first. */
  readonly inputs: readonly FloatArray[];
  readonly y: readonly FloatArray[];
  /** Per output and row: 0 where it is padding. Undefined where the output has no mask. */
  readonly counted: readonly (FloatArray | undefined)[];
  /** Per output what its rows count, or its numbers; undefined where all count alike. Padding is not in it. */
  readonly weights: readonly (FloatArray | undefined)[];
  /** How many rows of each output count. */
  readonly rows: readonly number[];
}

/** What one output's rows count, or its numbers where they have their own: sample weight × weight of the class. */
function weightsOf(sampleWeight: FloatArray | undefined, byClass: FloatArray | undefined, rows: number, width: number, dtype: DType): FloatArray | undefined {
  if (!sampleWeight && !byClass) return undefined;
  const size = (sampleWeight?.length ?? 0) > rows ? rows * width : rows;
  const weights = allocate(dtype, size).fill(1);
  for (const own of [sampleWeight, byClass]) {
    if (!own) continue;
    const each = size / own.length; // what one weight is for
    for (let r = 0; r < size; r++) weights[r] = (weights[r] ?? 1) * (own[Math.floor(r / each)] ?? 1);
  }
  return weights;
}

/** As the loss takes them: times the mask, scaled so that padding leaves the mean over real steps. */
function masked(weights: FloatArray | undefined, mask: FloatArray | undefined, rows: number, dtype: DType): FloatArray | undefined {
  if (!mask) return weights;
  const scale = rows / Math.max(1, sum(mask)); // a batch may be padding altogether
  const perRow = (weights?.length ?? rows) / rows;
  return allocate(dtype, rows * perRow).map((_, r) => (weights?.[r] ?? 1) * (mask[Math.floor(r / perRow)] ?? 0) * scale);
}

function sum(values: FloatArray): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** What the mask of an output's steps says of its rows: a step may have several, as an image has. */
function rowsOf(mask: FloatArray | undefined, rows: number): FloatArray | undefined {
  if (!mask || mask.length === rows) return mask;
  const perStep = rows / mask.length;
  return allocate('float32', rows).map((_, row) => mask[Math.floor(row / perStep)] ?? 0);
}

type Later<T> = T | Promise<T>;

/** Samples order[from … from+count); without an order as they come. At once unless a source takes its time: a small step takes no longer than waiting. */
export function takeBatch(
  data: Dataset, order: Int32Array | undefined, from: number, count: number, training: boolean, dtype: DType,
): Later<Batch> {
  const take = (samples: Samples): Later<FloatArray> => gather(samples, order, from, count, dtype);
  const perhaps = (samples: Samples | undefined): Later<FloatArray> | undefined => samples && take(samples);
  const [x, y, masks, sampleWeight] = [data.x.map(take), data.y.map(take), data.masks.map(perhaps), perhaps(data.sampleWeight)];
  const made = (taken: Taken): Batch => batchOf(data.network, taken, data.rowsByClass, count, training, dtype);
  if (![...x, ...y, ...masks, sampleWeight].some((part) => part instanceof Promise)) return made({ x, y, masks, sampleWeight } as Taken);
  const all = async <T>(parts: readonly Later<T>[]): Promise<T[]> => Promise.all(parts.map(async (part) => part));
  return Promise.all([all(x), all(y), all(masks), all([sampleWeight])]).then(([ownX, ownY, ownMasks, [weight]]) =>
    made({ x: ownX, y: ownY, masks: ownMasks, sampleWeight: weight }));
}

interface Taken {
  readonly x: readonly FloatArray[];
  readonly y: readonly FloatArray[];
  readonly masks: readonly (FloatArray | undefined)[];
  readonly sampleWeight: FloatArray | undefined;
}

function batchOf(network: Network, { x, y, masks: own, sampleWeight }: Taken, rowsByClass: RowsByClass | undefined, count: number, training: boolean, dtype: DType): Batch {
  const given = own.map((mask, i) => ({ mask, values: x[i] }));
  const isMasked = own.map((mask) => mask !== undefined);
  const masks = masksRead(network, isMasked).map((mask) => mask.rows(given, count) ?? allocate(dtype, 0));
  const rows = network.outputs.map(({ shape }) => count * sizeOf(shape.slice(0, -1)));
  const counted = outputMasks(network, given, count).map((mask, i) => rowsOf(mask, rows[i] ?? 0));
  const byClass = y[0] && rowsByClass?.(y[0]);
  const weights = network.outputs.map(({ shape }, i) => (y.length === 0 ? undefined : weightsOf(sampleWeight, byClass, rows[i] ?? 0, shape.at(-1) ?? 1, dtype)));
  const rowWeights = counted.map((mask, i) => (y.length === 0 ? undefined : masked(weights[i], mask, rows[i] ?? 0, dtype)));
  return {
    form: { batch: count, x: network.inputs.map(({ shape }) => shape), masked: isMasked, rowWeights: rowWeights.map((w, i) => (w ? w.length / (rows[i] ?? 1) : 0)), training, mayHold: !counted.includes(undefined) },
    inputs: [...x, ...y, ...rowWeights.filter((w) => w !== undefined), ...masks],
    y, counted, weights, rows: counted.map((mask, i) => (mask ? sum(mask) : rows[i] ?? 0)),
  };
}

/** The random numbers of one training step: the same for the same seed and step. @param part which of the batches that make the step. */
export function drawNoise(specs: readonly NoiseSpec[], seed: number, step: number, dtype: DType, part = 0): FloatArray[] {
  if (specs.length === 0) return [];
  const random = randomStream(seed, part === 0 ? 'dropout' : `dropout of part ${part}`, step);
  return specs.map((spec) => noiseFrom(random, spec, dtype));
}
