/**
 * Whether one forecast is better than another, or that is chance (Diebold & Mariano 1995), with the correction for few forecasts of Harvey, Leybourne &
 * Newbold (1997). With dₜ = |aₜ|ᵖ − |bₜ|ᵖ for errors a and b of n consecutive origins, h steps ahead (or its mean over the steps 1 … h):
 *
 *   U17  γₖ = Σ (dₜ − d̄)(dₜ₋ₖ − d̄) / n
 *   U18  variance of d̄ = (γ₀ + 2 Σ wₖ γₖ) / n, k = 1 … h−1: forecasts that overlap err alike
 *        truncated: wₖ = 1; Bartlett: wₖ = 1 − k/h (Newey & West 1987), which is never negative
 *   U19  statistic = d̄ / √variance · √((n + 1 − 2h + h (h−1)/n) / n), which follows Student's t with n − 1 degrees of freedom
 */
import { checkOptions, requireChoice, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { studentTCdf } from '../../distributions.js';
import { ArgumentError, DataError } from '../../errors.js';
import { binaryUnit, isConstant, magnitude, mean, withinRounding } from '../../statistics.js';
import { toAligned, toForecasts } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';

export interface DieboldMarianoOptions {
  /** Steps ahead h of the forecasts; by default as many as the errors have, 1 where they are flat. */
  readonly horizon?: number | undefined;
  /** Power p of the loss: 2 by default, the squared error; 1 is the absolute error. */
  readonly power?: number | undefined;
  /** What is tested against "no difference": 'less', that a errs less than b; 'greater', that it errs more; 'twoSided' by default. */
  readonly alternative?: 'twoSided' | 'less' | 'greater' | undefined;
  /** Weights of the autocovariances; 'truncated' by default, as in both papers, but Bartlett's where that comes out negative. */
  readonly variance?: 'truncated' | 'bartlett' | undefined;
}

const optionNames: OptionNames<DieboldMarianoOptions> = { horizon: true, power: true, alternative: true, variance: true };

export interface DieboldMarianoResult {
  /** Below 0 where a errs less. Infinite where all differences are alike but for rounding, 0 where they are no more than rounding. */
  readonly statistic: number;
  /** Probability of such a statistic, or one further out, if there were no difference. */
  readonly pValue: number;
  /** Mean of |a|ᵖ − |b|ᵖ. */
  readonly meanDifference: number;
  readonly degreesOfFreedom: number;
  /** The weights that were used. */
  readonly variance: 'truncated' | 'bartlett';
}

/**
 * Compares the errors of two forecasts of the same values.
 *
 * @param a errors, actual − predicted, as is `b`, of consecutive origins in time order: flat, of the same step ahead, or [n, h], whose losses are averaged over the steps.
 * @throws DataError for fewer than two origins, or no more than the horizon; ArgumentError for options out of range.
 */
export function dieboldMariano(a: Numbers, b: Numbers, options: DieboldMarianoOptions = {}): DieboldMarianoResult {
  const operation = 'dieboldMariano';
  const { power = 2, alternative = 'twoSided', variance: asked = 'truncated' } = checkOptions(operation, options, optionNames);
  requireChoice(operation, 'alternative', alternative, ['twoSided', 'less', 'greater']);
  requireChoice(operation, 'variance', asked, ['truncated', 'bartlett']);
  if (!(power > 0 && power < Infinity)) throw new ArgumentError({ operation, argument: 'power', expected: 'above 0', actual: String(power) });
  const errors = toAligned(operation, { a, b });
  const { count: n, horizon: width } = toForecasts(a, { operation, argument: 'a' });
  const horizon = requireCount(operation, 'horizon', options.horizon ?? width, width);
  if (n < 2 || n <= horizon) {
    throw new DataError({ operation, argument: 'a', expected: `errors of more than ${Math.max(1, horizon)} origins`, actual: String(n) });
  }
  // In units of the largest error, so that no power leaves the range of numbers.
  const unit = binaryUnit(Math.max(magnitude(errors.a), magnitude(errors.b)) || 1);
  const losses = (values: Float64Array): Float64Array => values.map((error) => Math.abs(error / unit) ** power);
  const [first, second] = [losses(errors.a), losses(errors.b)];
  const d = Float64Array.from({ length: n }, (_, t) => mean(Float64Array.from({ length: width }, (_unused, k) => (first[t * width + k] ?? NaN) - (second[t * width + k] ?? NaN))));
  const center = mean(d);
  const size = Math.max(magnitude(first), magnitude(second));
  const { ratio, variance } = isConstant(d, size)
    ? { ratio: withinRounding(0, Math.abs(center), size) ? 0 : Math.sign(center) * Infinity, variance: asked }
    : overError(d, center, horizon, asked);
  const statistic = ratio * Math.sqrt((n + 1 - 2 * horizon + (horizon * (horizon - 1)) / n) / n); // U19
  const below = studentTCdf(statistic, n - 1);
  const above = studentTCdf(-statistic, n - 1);
  const pValue = alternative === 'less' ? below : alternative === 'greater' ? above : Math.min(1, 2 * Math.min(below, above));
  return { statistic, pValue, meanDifference: center * unit ** power, degreesOfFreedom: n - 1, variance };
}

/** d̄ over its standard error. */
function overError(d: Float64Array, center: number, horizon: number, asked: 'truncated' | 'bartlett'): { ratio: number; variance: 'truncated' | 'bartlett' } {
  const n = d.length;
  const covariance = (lag: number): number => {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += ((d[t] ?? NaN) - center) * ((d[t - lag] ?? NaN) - center);
    return sum / n; // U17
  };
  const weigh = (weight: (lag: number) => number): number => {
    let sum = covariance(0);
    for (let lag = 1; lag < horizon; lag++) sum += 2 * weight(lag) * covariance(lag);
    return sum / n; // U18
  };
  const truncated = asked === 'truncated' ? weigh(() => 1) : -1;
  if (truncated > 0) return { ratio: center / Math.sqrt(truncated), variance: 'truncated' };
  return { ratio: center / Math.sqrt(weigh((lag) => 1 - lag / horizon)), variance: 'bartlett' };
}
