/** How much gradient reaches each recurrent layer: of its weights, and of what it hands on. */
import type { Model } from 'bptt';
import { tensor } from 'bptt';
import type { Float64NdArray } from 'bptt/forecast';
import { gradientFlow } from 'bptt/explain';
import type { Samples } from './features.js';

export type LayerGradient = {
  /** ‖∂L/∂θ‖₂ over kernel, recurrent kernel and bias, L the mean squared error over all training samples. */
  readonly weights: number;
  /** ‖∂L/∂h‖₂ over all time steps and units, L the mean squared error over a sample of windows. */
  readonly states: number;
};

/** Windows, evenly spread, on which the gradients of the states are taken. */
const OBSERVED = 64;

/**
 * One entry for each recurrent layer, input side first. In training mode: batch normalisation uses the statistics of the batch, as
 * in the step that would follow. The weights stay as they are.
 */
export async function layerGradients(model: Model, { x, y }: Pick<Samples, 'x' | 'y'>): Promise<LayerGradient[]> {
  const { gradients } = await model.lossAndGradients(x, y, { training: true });
  const count = x.shape[0] ?? 0;
  const chosen = Array.from({ length: Math.min(OBSERVED, count) }, (_, i) => Math.floor((i * count) / Math.min(OBSERVED, count)));
  const flow = await gradientFlow(model, pickRows(x, chosen), pickRows(y, chosen), { training: true });
  return flow.map(({ layer, h }) => ({
    weights: norm(Object.entries(gradients).filter(([key]) => key.startsWith(`${layer}/`)).map(([, { data }]) => data)),
    states: norm([h]),
  }));
}

/** √ of the sum of all squares. */
function norm(lists: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (const list of lists) for (let i = 0; i < list.length; i++) sum += (list[i] ?? NaN) ** 2;
  return Math.sqrt(sum);
}

/** The rows named, in a new array. */
function pickRows(array: Float64NdArray, rows: readonly number[]): Float64NdArray {
  const size = array.size / (array.shape[0] ?? 1);
  const shape = [rows.length, ...array.shape.slice(1)];
  const data = rows.flatMap((row) => Array.from(array.data.subarray(array.offset + row * size, array.offset + (row + 1) * size)));
  return tensor(data, { shape, dtype: 'float64' });
}
