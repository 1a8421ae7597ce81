/**
 * Forecasts that need no training. A baseline sees the history of the target up to and including the origin, in time
 * order, and says the next h values. Write y₁ … y_T for the history, m for the season, k for the step ahead:
 *
 *   no-change        ŷ[T+k] = y[T]
 *   seasonal         ŷ[T+k] = y[T+k−m⌈k/m⌉]: the same phase of the last full season
 *   drift            ŷ[T+k] = y[T] + k (y[T] − y[1]) / (T − 1)
 *   moving average   ŷ[T+k] = mean of the last n values
 */
import { checkOptions, requireCount } from '../../checks.js';
import { DataError, ShapeError, StateError, formatShape } from '../../errors.js';
import { mean } from '../../statistics.js';
import { fromHost } from '../../tensor.js';
import { columnOf, toFinite, toFiniteOfRank } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';
import { placesOf, requireColumns } from '../series/columns.js';
import type { Column, ColumnNames } from '../series/columns.js';
import type { WindowModel } from '../windows/model.js';

/** @param history values of the target up to the origin; must not be changed. @returns h values. */
export type Baseline = (history: Float64Array, horizon: number) => Float64Array;

function requireHistory(operation: string, history: Float64Array, least: number): void {
  if (history.length < least) {
    throw new DataError({ operation, argument: 'history', expected: `at least ${least} values`, actual: String(history.length) });
  }
}

/** The last known value, for every step ahead. */
export function noChange(): Baseline {
  return (history, horizon) => {
    requireHistory('noChange', history, 1);
    return new Float64Array(horizon).fill(history[history.length - 1] ?? NaN);
  };
}

/** The value one season ago. @param period rows in a season: 12 for months in a year, 5 for trading days in a week. */
export function seasonal(period: number): Baseline {
  requireCount('seasonal', 'period', period);
  return (history, horizon) => {
    requireHistory('seasonal', history, period);
    const start = history.length - period;
    return Float64Array.from({ length: horizon }, (_, k) => history[start + (k % period)] ?? NaN);
  };
}

/** The straight line through the first and last value, continued. */
export function drift(): Baseline {
  return (history, horizon) => {
    requireHistory('drift', history, 2);
    const last = history[history.length - 1] ?? NaN;
    const slope = (last - (history[0] ?? NaN)) / (history.length - 1);
    return Float64Array.from({ length: horizon }, (_, k) => last + (k + 1) * slope);
  };
}

/** The mean of the last `rows` values, for every step ahead. */
export function movingAverage(rows: number): Baseline {
  requireCount('movingAverage', 'rows', rows);
  return (history, horizon) => {
    requireHistory('movingAverage', history, rows);
    return new Float64Array(horizon).fill(mean(history.subarray(history.length - rows)));
  };
}

/**
 * A baseline's forecasts from several origins, each from the whole history up to its origin.
 *
 * @param series the target, flat, original units.
 * @param origins rows that are the last known one of each forecast, as in `Windows`.
 * @returns [origins, horizon]
 */
export function baselineForecasts(baseline: Baseline, series: Numbers, origins: ArrayLike<number>, horizon: number): Float64NdArray {
  const operation = 'baselineForecasts';
  const { data } = toFinite(series, { operation, argument: 'series' });
  const out = new Float64Array(origins.length * horizon);
  for (let i = 0; i < origins.length; i++) {
    const origin = origins[i] ?? NaN;
    if (!Number.isInteger(origin) || origin < 0 || origin >= data.length) {
      throw new ShapeError({ operation, argument: `origins[${i}]`, expected: `a row from 0 to ${data.length - 1}`, actual: String(origin) });
    }
    // A copy of what was known, so that no baseline can reach past its origin through the shared buffer.
    out.set(baseline(data.slice(0, origin + 1), horizon), i * horizon);
  }
  return fromHost(out, [origins.length, horizon]);
}

interface BaselineOptions extends ColumnNames {
  /** Column of the windows, by place or name; 0 by default. */
  readonly target?: Column;
}

/** A baseline as a forecaster: its history is the target column of each window. The horizon is that of `y` in `fit`. */
export function baselineForecaster(baseline: Baseline, options: BaselineOptions = {}): WindowModel {
  const operation = 'baselineForecaster';
  const { target: given = 0, columns } = checkOptions(operation, options, { target: true, columns: true });
  const [target = 0] = placesOf(operation, [given], columns);
  let horizon: number | undefined;
  return {
    fit(_x, y) {
      horizon = y.shape[1];
    },
    predict(x) {
      if (horizon === undefined) {
        throw new StateError({ operation, argument: 'forecaster', expected: 'fitted', actual: 'a forecaster that saw no data', hint: 'Call fit first: the horizon is that of y.' });
      }
      const { data, shape } = toFiniteOfRank(x, ['samples', 'window', 'features'], { operation, argument: 'x' });
      const [count = 0, window = 0, features = 0] = shape;
      requireColumns(operation, [target], features);
      const history = columnOf(data, features, target);
      const out = new Float64Array(count * horizon);
      for (let i = 0; i < count; i++) {
        const values = baseline(history.slice(i * window, (i + 1) * window), horizon);
        if (values.length !== horizon) {
          throw new ShapeError({ operation, argument: 'baseline', expected: formatShape([horizon]), actual: formatShape([values.length]) });
        }
        out.set(values, i * horizon);
      }
      return fromHost(out, [count, horizon]);
    },
  };
}
