/**
 * Autoregression by Burg's method (Burg 1967; Percival & Walden 1993, 9.5): of all reflections, the one that leaves the least forward and backward
 * errors. It is stationary always, and less biased than Yule–Walker where values of the next step resemble the last. With xₜ = yₜ − ȳ, u and v the forward and
 * backward errors of order p − 1:
 *
 *   Y17  reflection κ = 2 Σ uₜ vₜ₋₁ / Σ (uₜ² + v²ₜ₋₁), t = p+1 … T
 *   Y18  aⱼ ← aⱼ − κ aₚ₋ⱼ, aₚ = κ;  uₜ ← uₜ − κ vₜ₋₁, vₜ ← vₜ₋₁ − κ uₜ;  σ² ← σ² (1 − κ²)
 *   Y19  order: that of least T log σ² + 2p, p = 0 … 10 log₁₀ T
 *   Y20  ŷ[T+k] = ȳ + a₁ x[T+k−1] + … + aₚ x[T+k−p], forecasts standing for what is not known yet
 *   Y21  standard error = σ √(1 + ψ₁² + … + ψ²ₖ₋₁), ψⱼ = a₁ ψⱼ₋₁ + … + aₚ ψⱼ₋ₚ, ψ₀ = 1
 */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { DataError } from '../../errors.js';
import { binaryUnit, isConstant, magnitude, mean } from '../../statistics.js';
import { gaussian, likelihood, readHistory, steps } from './baseline.js';
import type { Baseline, FittedModel } from './baseline.js';

export interface AutoregressionOptions {
  /** Lags; by default as many as Akaike's criterion likes best. */
  readonly order?: number | undefined;
  /** Most lags that are tried where the order is not said; the whole part of 10 log₁₀ T by default. */
  readonly maxOrder?: number | undefined;
}

const names: OptionNames<AutoregressionOptions> = { order: true, maxOrder: true };

type Fitted = FittedModel & { readonly parameters: { readonly mean: number; readonly coefficients: readonly number[] } };

interface Recursion {
  readonly coefficients: readonly number[];
  readonly variance: number;
}

/** Coefficients and variance of each order from 0 to `most`. */
function burg(x: Float64Array, most: number): Recursion[] {
  let forward = x.slice(1);
  let backward = x.slice(0, -1);
  let last: Recursion = { coefficients: [], variance: x.reduce((sum, v) => sum + v * v, 0) / x.length };
  const found = [last];
  for (let p = 1; p <= most; p++) {
    let [cross, power] = [0, 0];
    for (let t = 0; t < forward.length; t++) {
      const [u, v] = [forward[t] ?? NaN, backward[t] ?? NaN];
      cross += u * v;
      power += u * u + v * v;
    }
    const kappa = power === 0 ? 0 : (2 * cross) / power; // Y17
    const before = last.coefficients;
    const coefficients = [...before.map((a, j) => a - kappa * (before[p - 2 - j] ?? NaN)), kappa]; // Y18
    last = { coefficients, variance: last.variance * (1 - kappa * kappa) };
    found.push(last);
    const [u, v] = [forward, backward];
    forward = u.map((value, t) => value - kappa * (v[t] ?? NaN)).subarray(1);
    backward = v.map((value, t) => value - kappa * (u[t] ?? NaN)).subarray(0, -1);
  }
  return found;
}

/** Next values of x, which are continued by aⱼ. */
function continued(x: readonly number[], coefficients: readonly number[], horizon: number): number[] {
  const all = [...x];
  for (let k = 0; k < horizon; k++) all.push(coefficients.reduce((sum, a, j) => sum + a * (all[all.length - 1 - j] ?? 0), 0));
  return all.slice(x.length);
}

/** An autoregression about the mean. @throws ArgumentError for an order that is no whole number; `fit` DataError for a history that is not longer than the order. */
export function autoregression(options: AutoregressionOptions = {}): Baseline<Fitted> {
  const operation = 'autoregression';
  const { order, maxOrder } = checkOptions(operation, options, names);
  if (order !== undefined) requireCount(operation, 'order', order, 0);
  if (maxOrder !== undefined) requireCount(operation, 'maxOrder', maxOrder, 0);
  return {
    fit(history) {
      const y = readHistory(operation, history, 2);
      const n = y.length;
      const most = order ?? maxOrder ?? Math.min(n - 1, Math.floor(10 * Math.log10(n)));
      if (most >= n) throw new DataError({ operation, argument: 'history', expected: `more than ${most} values, as that is the order`, actual: String(n) });
      const center = mean(y);
      const unit = binaryUnit(magnitude(y.map((v) => v - center)) || 1);
      const x = isConstant(y) ? new Float64Array(n) : y.map((v) => (v - center) / unit);
      const criterion = ({ variance, coefficients }: Recursion): number => n * Math.log(variance) + 2 * coefficients.length; // Y19
      const fits = burg(x, most);
      const best = order === undefined ? fits.reduce((least, fit) => (criterion(fit) < criterion(least) ? fit : least)) : fits[order];
      const { coefficients = [], variance = NaN } = best ?? {};
      const sigma = Math.sqrt(variance) * unit;
      const known = Array.from(x.subarray(n - coefficients.length));
      const fitted = {
        parameters: { mean: center, coefficients },
        ...likelihood(n, sigma, coefficients.length + 1),
        forecast(horizon: number): Float64Array {
          const next = continued(known, coefficients, horizon);
          return steps(operation, horizon, (k) => center + (next[k - 1] ?? NaN) * unit); // Y20
        },
        standardErrors(horizon: number): Float64Array {
          const psi = continued([1], coefficients, horizon);
          let sum = 1;
          return steps(operation, horizon, (k) => {
            if (k > 1) sum += (psi[k - 2] ?? NaN) ** 2;
            return sigma * Math.sqrt(sum); // Y21
          });
        },
      };
      return { ...fitted, ...gaussian(operation, fitted) };
    },
  };
}
