/** Cutting a dataset into the arrays a step takes. */
import type { NoiseSpec } from '../../layers/layer.js';
import { fillDropoutMask, randomStream } from '../../random.js';
import { allocate, sizeOf } from '../../tensor.js';
import type { DType, FloatArray, Shape } from '../../tensor.js';
import type { Dataset } from './data.js';
import { gather } from './samples.js';
import type { StepForm } from './stepInputs.js';

export interface Batch {
  readonly form: StepForm;
  /** x, y, row weights, mask: what every step takes first. */
  readonly inputs: readonly FloatArray[];
  readonly y: readonly FloatArray[];
  /** Per output and row: 0 where it is padding. Undefined without a mask over that output. */
  readonly counted: readonly (FloatArray | undefined)[];
  /** What its mean loss weighs in that of the whole: samples, or valid steps where a mask leaves some out. */
  readonly weight: number;
  /** Of a row of the first output. */
  readonly width: number;
}

/** Row weights of one output: sample weight × mask, scaled so that padding leaves the mean over real steps. */
function rowWeights(
  sampleWeight: FloatArray | undefined, mask: FloatArray | undefined, batch: number, rows: number, dtype: DType,
): FloatArray | undefined {
  if (!sampleWeight && !mask) return undefined;
  const perSample = rows / batch;
  const weights = allocate(dtype, rows).fill(1);
  if (sampleWeight) {
    const stride = sampleWeight.length / batch === perSample ? 1 : perSample;
    for (let r = 0; r < rows; r++) weights[r] = sampleWeight[Math.floor(r / stride)] ?? 1;
  }
  if (mask) {
    let valid = 0;
    for (let r = 0; r < rows; r++) valid += mask[r] ?? 0;
    for (let r = 0; r < rows; r++) weights[r] = (weights[r] ?? 0) * (mask[r] ?? 0) * (rows / Math.max(1, valid));
  }
  return weights;
}

function validRows(counted: readonly (FloatArray | undefined)[]): number | undefined {
  const rows = counted.find((mask) => mask !== undefined);
  if (!rows) return undefined;
  let valid = 0;
  for (const row of rows) valid += row;
  return valid;
}

/** Samples order[from … from+count). */
export function takeBatch(
  data: Dataset, order: Int32Array, from: number, count: number, outputShapes: readonly Shape[], training: boolean, dtype: DType,
): Batch {
  const x = data.x.map((tensor) => gather(tensor, order, from, count, dtype));
  const y = data.y.map((tensor) => gather(tensor, order, from, count, dtype));
  const sampleWeight = data.sampleWeight && gather(data.sampleWeight, order, from, count, dtype);
  const mask = data.mask && gather(data.mask, order, from, count, dtype);
  const steps = data.mask?.shape[1];
  const counted = outputShapes.map((shape) => (shape.length === 2 && shape[0] === steps ? mask : undefined));
  const weights = y.length === 0
    ? outputShapes.map(() => undefined)
    : outputShapes.map((shape, i) => rowWeights(sampleWeight, counted[i], count, count * sizeOf(shape.slice(0, -1)), dtype));
  return {
    form: { batch: count, mask: mask !== undefined, rowWeights: weights.map((w) => w !== undefined), training },
    inputs: [...x, ...y, ...weights.filter((w) => w !== undefined), ...(mask ? [mask] : [])],
    y, counted, weight: validRows(counted) ?? count, width: outputShapes[0]?.at(-1) ?? 1,
  };
}

/** Dropout masks of one training step: the same for the same seed and step. */
export function drawNoise(specs: readonly NoiseSpec[], seed: number, step: number, dtype: DType): FloatArray[] {
  const random = randomStream(seed, 'dropout', step);
  return specs.map(({ shape, rate }) => {
    const mask = allocate(dtype, sizeOf(shape));
    fillDropoutMask(random, rate, mask);
    return mask;
  });
}

/** 0 … n−1 as they come. */
export function inSequence(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
