/** What the outputs of a head say: the middle and the quantiles of each step, in the network's units. */
import { distributionOf } from '../../losses/distributionOf.js';
import type { OutputDistribution } from '../../losses/distributionOf.js';
import type { Loss } from '../../losses/losses.js';
import type { TensorLike } from '../../tensor.js';
import { toHost } from '../../tensor.js';
import type { Head } from './plan.js';

export function lossOf(head: Head, loss: Loss = 'mse'): Loss {
  if (head === 'point') return loss;
  return typeof head === 'string' ? head : { kind: 'quantile', quantile: [...head.quantiles] };
}

/** Levels that forecasts of a head have: those of quantiles, else the ends of an interval. */
export function levelsOf(head: Head, coverage: number): readonly number[] {
  if (head === 'point') return [];
  return typeof head === 'object' ? head.quantiles : [(1 - coverage) / 2, (1 + coverage) / 2];
}

/** Flat, by sample and step. */
export interface Read {
  /** The forecast itself: the median, for a point head what it says. */
  readonly middle: Float64Array;
  /** One for each level asked for. */
  readonly levels: readonly Float64Array[];
}

/**
 * @param outputs [n, steps] of a point head, else [n, steps, parameters].
 * @param levels as {@link levelsOf}.
 */
export function readHead(head: Head, outputs: TensorLike, levels: readonly number[]): Read {
  const { data } = toHost(outputs, 'float64') as { data: Float64Array };
  if (head === 'point') return { middle: data, levels: [] };
  if (typeof head === 'object') return readQuantiles(data, head.quantiles);
  const distribution = distributionOf(head);
  return { middle: distribution.quantile(outputs, 0.5).data, levels: levels.map((level) => distribution.quantile(outputs, level).data) };
}

/** Where quantiles cross they are put in order (Chernozhukov, Fernández-Val & Galichon 2010). */
function readQuantiles(data: Float64Array, levels: readonly number[]): Read {
  const count = data.length / levels.length;
  const out = levels.map(() => new Float64Array(count));
  for (let i = 0; i < count; i++) data.slice(i * levels.length, (i + 1) * levels.length).sort().forEach((value, j) => { (out[j] ?? data)[i] = value; });
  return { middle: out[levels.indexOf(0.5)] ?? new Float64Array(count), levels: out };
}

/** Of a head that says a distribution, for sampled paths. */
export function sampledFrom(head: Head): OutputDistribution['sample'] {
  const distribution = distributionOf(lossOf(head));
  return (outputs, options) => distribution.sample(outputs, options);
}
