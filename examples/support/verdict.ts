/** Who is better, the network or no-change, and whether that could be chance. */
import { isConstant, magnitude, mean, withinRounding } from 'bptt/forecast';
import type { Amounts } from '../../src/cli/amounts.js';
import type { BlockResult } from './pipeline.js';
import { fixed } from '../../src/cli/wording.js';

export interface Verdict {
  readonly winner: 'network' | 'no-change' | 'neither';
  /** Diebold–Mariano statistic on absolute errors: below −2 the network is better, above 2 no-change. */
  readonly statistic: number;
  readonly text: string;
}

/** @param unit what one step ahead is called: `day`. */
export function judge({ actual, predicted, previous, score }: BlockResult, amount: Amounts, unit: string): Verdict {
  const [count = 0, horizon = 1] = actual.shape;
  const losses = Float64Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < horizon; k++) {
      sum += Math.abs(actual.get(i, k) - predicted.get(i, k)) - Math.abs(actual.get(i, k) - (previous[i] ?? NaN));
    }
    return sum / horizon;
  });
  const statistic = dieboldMariano(losses, horizon - 1, magnitude(actual.data));
  const winner = statistic < -2 ? 'network' : statistic > 2 ? 'no-change' : 'neither';
  const ahead = horizon === 1 ? `1 ${unit} ahead` : `1 to ${horizon} ${unit}s ahead`;
  const errors = `the network is off by ${amount(score.mae)} on average ${ahead}, "no change" by ${amount(score.noChange.mae)}`;
  const where = `On the ${count} test forecasts, which neither training nor selection saw`;
  const limit = winner === 'neither' ? 'within ±2 it may be chance' : 'beyond ±2 it is more than chance';
  const chance = `(Diebold–Mariano statistic ${fixed(statistic, 1)}; ${limit})`;
  const texts = {
    'no-change': `No-change wins: repeating the last known value beats the network. ${where}, ${errors} ${chance}.`,
    neither: `No-change is not beaten: the network is no better than repeating the last known value. ${where}, ${errors} ${chance}.`,
    network: `The network beats no-change. ${where}, ${errors} ${chance}.`,
  };
  return { winner, statistic, text: texts[winner] };
}

/**
 * Mean of the loss differences over its standard error (Diebold & Mariano 1995), the variance by Newey and West (1987):
 * forecasts several steps ahead overlap, so neighbouring differences are correlated up to `lags`.
 *
 * @param size magnitude of what the losses were computed from: differences that are nothing but its rounding are none.
 */
export function dieboldMariano(differences: Float64Array, lags: number, size = magnitude(differences)): number {
  return overError(differences, size, (center) => {
    // In units of the largest, so that no product leaves the range of numbers.
    const unit = magnitude(differences);
    const n = differences.length;
    const d = differences.map((value) => (value - center) / unit);
    const covariance = (lag: number): number => d.subarray(lag).reduce((sum, value, i) => sum + value * (d[i] ?? NaN), 0) / n;
    let sum = covariance(0);
    for (let lag = 1; lag <= Math.min(lags, n - 1); lag++) sum += 2 * (1 - lag / (lags + 1)) * covariance(lag);
    return Math.sqrt(Math.max(sum, 0) / n) * unit;
  });
}

/**
 * The mean of differences over its standard error: infinite where they are all alike but for rounding, 0 where that mean is itself no
 * more than rounding.
 */
export function overError(differences: Float64Array, size: number, standardError: (center: number) => number): number {
  const center = mean(differences);
  if (!isConstant(differences, size)) return center / standardError(center);
  return withinRounding(0, Math.abs(center), size) ? 0 : Math.sign(center) * Infinity;
}
