/** Baselines beside a network: from the origins of its windows, or in its place. */
import { checkOptions } from '../../checks.js';
import { ShapeError, StateError, formatShape } from '../../errors.js';
import { fromHost } from '../../ndarrays.js';
import { columnOf, toFinite, toFiniteOfRank } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';
import { placesOf, requireColumns } from '../series/columns.js';
import type { Column, ColumnNames } from '../series/columns.js';
import type { WindowModel } from '../windows/model.js';
import type { Baseline } from './baseline.js';

/** @throws ShapeError from a baseline of the caller's own that forecasts another number of steps. */
function pointsOf(operation: string, baseline: Baseline, history: Float64Array, horizon: number): Float64Array {
  const points = baseline.fit(history).forecast(horizon);
  if (points.length === horizon) return points;
  throw new ShapeError({ operation, argument: 'baseline', expected: formatShape([horizon]), actual: formatShape([points.length]) });
}

/**
 * A baseline's forecasts from several origins, each fitted anew to the whole history up to its origin.
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
    out.set(pointsOf(operation, baseline, data.slice(0, origin + 1), horizon), i * horizon);
  }
  return fromHost(out, [origins.length, horizon]);
}

export interface BaselineOptions extends ColumnNames {
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
        out.set(pointsOf(operation, baseline, history.slice(i * window, (i + 1) * window), horizon), i * horizon);
      }
      return fromHost(out, [count, horizon]);
    },
  };
}
