/**
 * Exponential smoothing with additive errors and without season, in the form of innovations (Hyndman, Koehler, Ord & Snyder 2008):
 * ETS(A,N,N), ETS(A,A,N) and ETS(A,Ad,N). From a level ℓ₀ and a trend b₀, for t = 1 … T and k steps ahead:
 *
 *   Y5   eₜ = yₜ − (ℓₜ₋₁ + φ bₜ₋₁)
 *   Y6   ℓₜ = ℓₜ₋₁ + φ bₜ₋₁ + α eₜ
 *   Y7   bₜ = φ bₜ₋₁ + β eₜ                          simple: b = 0; Holt: φ = 1
 *   Y8   ŷ[T+k] = ℓ[T] + (φ + … + φᵏ) b[T]
 *   Y9   standard error = σ √(1 + c₁² + … + c²ₖ₋₁), cⱼ = α + β (φ + … + φʲ), σ² = Σ e² / (T − parameters)
 *
 * β is that of R's forecast and of Y7, not Holt's own β/α. Errors are linear in ℓ₀ and b₀, so for given α, β, φ the likeliest of these are
 * found by least squares (Golub & Pereyra 1973), and only α, β, φ are searched, within R's bounds: 10⁻⁴ ≤ α ≤ 0.9999,
 * 10⁻⁴ ≤ β ≤ α, 0.8 ≤ φ ≤ 0.98.
 */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import type { Numbers } from '../series/arrays.js';
import { binaryUnit, magnitude, withinRounding } from '../../statistics.js';
import { gaussian, likelihood, readHistory, steps } from './baseline.js';
import type { Baseline, FittedModel } from './baseline.js';
import { minimise } from './minimise.js';

/** What is given is not fitted. */
export interface SesOptions {
  /** Weight of the latest error in the level, 0 … 1. */
  readonly alpha?: number | undefined;
  /** ℓ₀, units of the series. */
  readonly initialLevel?: number | undefined;
}

export interface HoltOptions extends SesOptions {
  /** Weight of the latest error in the trend, 0 … α. */
  readonly beta?: number | undefined;
  /** b₀, units of the series a step. */
  readonly initialTrend?: number | undefined;
}

export interface DampedTrendOptions extends HoltOptions {
  /** Share of the trend that is left after a step, above 0, at most 1. */
  readonly phi?: number | undefined;
}

type Parameter = keyof DampedTrendOptions;
/** Parameters of a method in the order of tables: what it was given, or what was found. */
type Fitted<P extends Parameter> = FittedModel & { readonly parameters: Readonly<Record<P, number>> };

const sesNames: OptionNames<SesOptions> = { alpha: true, initialLevel: true };
const holtNames: OptionNames<HoltOptions> = { ...sesNames, beta: true, initialTrend: true };
const dampedNames: OptionNames<DampedTrendOptions> = { ...holtNames, phi: true };

/** Simple exponential smoothing. @throws ArgumentError for a parameter outside its range; `fit` DataError for fewer than 4 values. */
export function ses(options: SesOptions = {}): Baseline<Fitted<'alpha' | 'initialLevel'>> {
  return smoothing('ses', checkOptions('ses', options, sesNames), ['alpha', 'initialLevel']);
}

/** Holt's linear trend. @throws ArgumentError for a parameter outside its range; `fit` DataError for fewer than 6 values. */
export function holt(options: HoltOptions = {}): Baseline<Fitted<'alpha' | 'beta' | 'initialLevel' | 'initialTrend'>> {
  return smoothing('holt', checkOptions('holt', options, holtNames), ['alpha', 'beta', 'initialLevel', 'initialTrend']);
}

/** A linear trend that fades (Gardner & McKenzie 1985). @throws ArgumentError for a parameter outside its range; `fit` DataError for fewer than 7 values. */
export function dampedTrend(options: DampedTrendOptions = {}): Baseline<Fitted<'alpha' | 'beta' | 'phi' | 'initialLevel' | 'initialTrend'>> {
  return smoothing('dampedTrend', checkOptions('dampedTrend', options, dampedNames), ['alpha', 'beta', 'phi', 'initialLevel', 'initialTrend']);
}

interface Weights {
  readonly alpha: number;
  readonly beta: number;
  readonly phi: number;
}

interface States {
  readonly level: number;
  readonly trend: number;
}

function requireParameters(operation: string, { alpha = 1, beta, phi, initialLevel = 0, initialTrend = 0 }: DampedTrendOptions): void {
  const check = (argument: string, holds: boolean, expected: string, actual: number | undefined): void => {
    if (!holds) throw new ArgumentError({ operation, argument, expected, actual: String(actual) });
  };
  check('alpha', alpha >= 0 && alpha <= 1, 'from 0 to 1', alpha);
  check('beta', beta === undefined || (beta >= 0 && beta <= alpha), 'from 0 to alpha', beta);
  check('phi', phi === undefined || (phi > 0 && phi <= 1), 'above 0, at most 1', phi);
  check('initialLevel', Number.isFinite(initialLevel), 'a finite number', initialLevel);
  check('initialTrend', Number.isFinite(initialTrend), 'a finite number', initialTrend);
}

/** Runs through y from the states given. */
function run(y: Float64Array, { alpha, beta, phi }: Weights, start: States): States & { readonly sum: number } {
  let { level, trend } = start;
  let sum = 0;
  for (let t = 0; t < y.length; t++) {
    const drift = phi * trend;
    const error = (y[t] ?? NaN) - (level + drift); // Y5
    level += drift + alpha * error; // Y6
    trend = drift + beta * error; // Y7
    sum += error * error;
  }
  return { level, trend, sum };
}

/** The likeliest states to start from, those that are given kept: least squares, as errors are e(0, 0) + ℓ₀ p + b₀ q. */
function likeliestStart(y: Float64Array, { alpha, beta, phi }: Weights, given: Partial<States>): States {
  let [l, b, pl, pb, ql, qb] = [given.level ?? 0, given.trend ?? 0, 1, 0, 0, 1];
  let [pp, pq, qq, pe, qe] = [0, 0, 0, 0, 0];
  for (let t = 0; t < y.length; t++) {
    const error = (y[t] ?? NaN) - (l + phi * b);
    const p = -(pl + phi * pb);
    const q = -(ql + phi * qb);
    [l, b] = [l + phi * b + alpha * error, phi * b + beta * error];
    [pl, pb] = [pl + phi * pb + alpha * p, phi * pb + beta * p];
    [ql, qb] = [ql + phi * qb + alpha * q, phi * qb + beta * q];
    pp += p * p;
    pq += p * q;
    qq += q * q;
    pe += p * error;
    qe += q * error;
  }
  if (given.level !== undefined) return { level: given.level, trend: given.trend ?? -qe / qq };
  if (given.trend !== undefined) return { level: -pe / pp, trend: given.trend };
  const determinant = pp * qq - pq * pq;
  return { level: (pq * qe - qq * pe) / determinant, trend: (pq * pe - pp * qe) / determinant };
}

/** Weights at a place of the unit cube, one axis for each weight that is not given. */
function weightsAt(at: readonly number[], names: readonly Parameter[], options: DampedTrendOptions): Weights {
  let axis = 0;
  const between = (low: number, high: number, power = 1): number => low + (at[axis++] ?? NaN) ** power * Math.max(0, high - low);
  const alpha = options.alpha ?? between(Math.max(1e-4, options.beta ?? 0), 0.9999);
  const beta = names.includes('beta') ? options.beta ?? between(Math.min(1e-4, alpha), Math.min(alpha, 0.9999), 2) : 0; // small ones matter most
  const phi = names.includes('phi') ? options.phi ?? between(0.8, 0.98) : 1;
  return { alpha, beta, phi };
}

function smoothing<P extends Parameter>(operation: string, options: DampedTrendOptions, names: readonly P[]): Baseline<Fitted<P>> {
  requireParameters(operation, options);
  const all: readonly Parameter[] = names;
  return {
    fit(history) {
      return fitSmoothing(operation, history, options, all, (found) => Object.fromEntries(names.map((name) => [name, found[name]])) as Record<P, number>);
    },
  };
}

function fitSmoothing<P extends Parameter>(
  operation: string, history: Numbers, options: DampedTrendOptions, names: readonly Parameter[], pick: (found: Required<DampedTrendOptions>) => Record<P, number>,
): Fitted<P> {
  const given = readHistory(operation, history, names.length + 2);
  // In units near the largest deviation from the first value, so that squares neither overflow nor vanish.
  const base = given[0] ?? NaN;
  const unit = binaryUnit(magnitude(given.map((v) => v - base)) || 1);
  const y = given.map((v) => (v - base) / unit);
  const known: Partial<States> = {
    ...(options.initialLevel !== undefined && { level: (options.initialLevel - base) / unit }),
    ...(names.includes('initialTrend') ? options.initialTrend !== undefined && { trend: options.initialTrend / unit } : { trend: 0 }),
  };
  const searched = (['alpha', 'beta', 'phi'] as const).filter((name) => names.includes(name) && options[name] === undefined);
  const fit = (at: readonly number[]): { weights: Weights; start: States; end: ReturnType<typeof run> } => {
    const weights = weightsAt(at, names, options);
    const start = likeliestStart(y, weights, known);
    return { weights, start, end: run(y, weights, start) };
  };
  const { weights, start, end } = fit(minimise((at) => fit(at).end.sum, searched.length, searched.length > 1 ? 5 : 12));
  const { alpha, beta, phi } = weights;
  const rounded = Math.sqrt(end.sum / y.length) * unit;
  const error = withinRounding(0, rounded, magnitude(given)) ? 0 : rounded;
  const sigma = error * Math.sqrt(y.length / (y.length - names.length));
  const free = names.filter((name) => options[name] === undefined).length;
  const [level, trend] = [base + end.level * unit, end.trend * unit];
  const geometric = (k: number): number => (phi === 1 ? k : (phi * (1 - phi ** k)) / (1 - phi));
  const fitted = {
    parameters: pick({ alpha, beta, phi, initialLevel: options.initialLevel ?? base + start.level * unit, initialTrend: options.initialTrend ?? start.trend * unit }),
    ...likelihood(y.length, error, free),
    forecast: (horizon: number): Float64Array => steps(operation, horizon, (k) => level + geometric(k) * trend), // Y8
    standardErrors(horizon: number): Float64Array {
      let sum = 1;
      return steps(operation, horizon, (k) => {
        if (k > 1) sum += (alpha + beta * geometric(k - 1)) ** 2;
        return sigma * Math.sqrt(sum); // Y9
      });
    },
  };
  return { ...fitted, ...gaussian(operation, fitted) };
}
