/**
 * Diebold–Mariano as the published studies are judged here: on loss differences as they are, without the correction for few forecasts that
 * `dieboldMariano` of bptt/forecast has.
 */
import { isConstant, magnitude, mean, withinRounding } from 'bptt/forecast';

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
