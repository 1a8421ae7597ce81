/**
 * The test that the document leaves out: does a series come back to a level or a line, or does it wander? Augmented
 * Dickey–Fuller test (Dickey & Fuller 1979, Said & Dickey 1984):
 *
 *   Δy[t] = α (+ β·t) + Σ δ[i] Δy[t−i] + γ·y[t−1]
 *
 * A wandering series (a unit root) has γ = 0. That is rejected if γ's t-value lies below a critical value, which is not that of the
 * t-distribution; here it comes from MacKinnon's response surfaces (2010, table 2, one variable).
 */
import { magnitude } from 'bptt/forecast';
import { differences, lagColumns } from './autoregression.js';
import { akaike, leastSquares } from './leastSquares.js';

export interface UnitRootTest {
  /** t-value of γ; NaN for a series that does not move, or moves along a line, but for rounding. */
  readonly statistic: number;
  /** At 5 %: below it the series is taken for stationary. */
  readonly critical: number;
  /** Lagged changes in the regression, chosen by Akaike's criterion. */
  readonly lags: number;
  readonly observations: number;
  readonly stationary: boolean;
}

/** Critical values at 5 %: b0 + b1/n + b2/n² + b3/n³. */
const SURFACES = {
  constant: [-2.86154, -2.8903, -4.234, -40.04],
  trend: [-3.41049, -4.3904, -9.036, -45.374],
} as const;

/**
 * @param around what a stationary series is taken to come back to: a level, or a straight line.
 * @param most largest number of lags; by default Schwert's ⌊12 (n/100)^¼⌋.
 * @param size the magnitude at which the series was rounded: that of the levels where it is their differences; default: its own.
 */
export function unitRootTest(
  series: Float64Array, around: 'constant' | 'trend', most = Math.floor(12 * (series.length / 100) ** 0.25), size = magnitude(series),
): UnitRootTest {
  const fits = Array.from({ length: most + 1 }, (_, lags) => akaike(regression(series, around, lags, most, size), series.length - 1 - most));
  const lags = fits.indexOf(Math.min(...fits));
  const observations = series.length - 1 - lags;
  const { lastT: statistic } = regression(series, around, lags, lags, size);
  const critical = SURFACES[around].reduce((sum, b, power) => sum + b / observations ** power, 0);
  return { statistic, critical, lags, observations, stationary: statistic < critical };
}

/** Changes from `start` on; the level comes last, for its t-value. */
function regression(series: Float64Array, around: 'constant' | 'trend', lags: number, start: number, size: number): ReturnType<typeof leastSquares> {
  const changes = differences(series);
  const [constant = new Float64Array(), ...lagged] = lagColumns(changes, lags, start);
  const trend = around === 'trend' ? [constant.map((_, t) => t + 1)] : [];
  return leastSquares([constant, ...trend, ...lagged, series.slice(start, -1)], changes.subarray(start), size);
}

export interface StationarityRow {
  readonly column: string;
  readonly level: UnitRootTest;
  readonly change: UnitRootTest;
  /** Months after the known ones that lie outside the range of the known ones. */
  readonly outside: number;
}

/** Every column: its level against a line, its change against a level, in the known months. */
export function testColumns(columns: Readonly<Record<string, Float64Array>>, names: readonly string[], known: number): StationarityRow[] {
  return names.map((column) => {
    const values = columns[column] ?? new Float64Array();
    const seen = values.subarray(0, known);
    const [low, high] = [Math.min(...seen), Math.max(...seen)];
    return {
      column, level: unitRootTest(seen, 'trend'), change: unitRootTest(differences(seen), 'constant', undefined, magnitude(seen)),
      outside: values.subarray(known).filter((value) => value < low || value > high).length,
    };
  });
}
