/**
 * From raw rows to scaled samples and back: the scaler learns from the rows of the training samples and nothing else,
 * samples come out in model units, forecasts go back to original units.
 */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ShapeError, formatShape } from '../../errors.js';
import { fromHost } from '../../ndarrays.js';
import { columnOf, sliceFirstAxis, toForecasts } from '../series/arrays.js';
import type { Float64NdArray, Numbers, Range } from '../series/arrays.js';
import { openSeries, targetOf } from '../series/columns.js';
import type { Column, ColumnNames, Series } from '../series/columns.js';
import type { Scaler } from '../scalers/scaler.js';
import { rowsOfSamples } from './splits.js';
import { latestWindow, makeWindows, specNames } from './windows.js';
import type { Windows, WindowSpec } from './windows.js';

export interface ScaledWindowOptions extends WindowSpec, ColumnNames {
  /** Column to predict, by place or name; 0 by default. */
  readonly target?: Column;
  /** Samples whose rows (targets included) the scaler is fitted on. */
  readonly train: Range;
  /** A scaler to fit; without one, samples stay in original units. */
  readonly scaler?: Scaler;
}

const optionNames: OptionNames<ScaledWindowOptions> = { ...specNames, target: true, columns: true, train: true, scaler: true };

export interface ScaledWindows {
  /** All samples in model units; `origins` are rows of the series as given. */
  readonly windows: Windows;
  /** Targets [n, h] in original units. */
  actual(samples: Range): Float64NdArray;
  /** The last known value of the target, [n], original units: the no-change forecast. */
  previous(samples: Range): Float64Array;
  /** Forecasts [n, h] for these samples, from model units to original ones. */
  inverse(predictions: Numbers, samples: Range): Float64NdArray;
  /** The newest window, whose targets are not known yet: [1, W, F] in model units. */
  readonly latest: Float64NdArray;
  /** A forecast [1, h] made from `latest`, in original units. */
  inverseLatest(predictions: Numbers): Float64NdArray;
}

/**
 * Fits the scaler on training rows, scales the whole series, and cuts it into samples.
 *
 * With log returns the first row has no return: row 0 is only the reference of the first window, so there is one
 * sample less, and sample numbers count from there.
 *
 * @param series [rows, F] or a Frame, original units, time order.
 */
export function scaleWindows(series: Series, options: ScaledWindowOptions): ScaledWindows {
  const operation = 'scaleWindows';
  const { target: given = 0, columns, scaler, train, ...spec } = checkOptions(operation, options, optionNames);
  const { data, shape, rows, features, names } = openSeries(series, columns, { operation, argument: 'series' });
  const target = targetOf(operation, given, names, features);
  const lost = scaler?.actsOn === 'rows' ? scaler.rowsLost : 0;
  const known = fromHost(data, shape);
  const raw = makeWindows(fromHost(data.subarray(lost * features), [rows - lost, features]), { ...spec, target });
  const origins = raw.origins.map((row) => row + lost);
  const column = columnOf(data, features, target);
  const previous = (samples: Range): Float64Array => Float64Array.from(origins.subarray(samples.start, samples.end), (row) => column[row] ?? NaN);
  const shared = { actual: (samples: Range) => sliceFirstAxis(raw.y, samples), previous };
  const rawLatest = latestWindow(known, spec.window);

  const trainRows = rowsOfSamples(train, spec);
  if (train.start < 0 || train.end <= train.start || train.end > origins.length) {
    throw new ShapeError({ operation, argument: 'train', expected: `a range of samples within 0 … ${origins.length}`, actual: `${train.start} … ${train.end}` });
  }
  scaler?.fit(sliceFirstAxis(known, { start: trainRows.start, end: trainRows.end + lost }));

  if (scaler === undefined) {
    const unchanged = (predictions: Numbers, count: number): Float64NdArray => toTargets(predictions, count, raw.horizon);
    return {
      ...shared, windows: raw, latest: rawLatest,
      inverse: (predictions, { start, end }) => unchanged(predictions, end - start),
      inverseLatest: (predictions) => unchanged(predictions, 1),
    };
  }
  if (scaler.actsOn === 'windows') {
    const reference = scaler.reference(raw.x, target);
    const inverse = (predictions: Numbers, base: Float64Array): Float64NdArray =>
      scaler.inverse(toTargets(predictions, base.length, raw.horizon), { column: target, reference: base });
    return {
      ...shared,
      windows: { ...raw, x: scaler.transform(raw.x), y: scaler.transformTarget(raw.y, reference) },
      latest: scaler.transform(rawLatest),
      inverse: (predictions, { start, end }) => inverse(predictions, reference.subarray(start, end)),
      inverseLatest: (predictions) => inverse(predictions, scaler.reference(rawLatest, target)),
    };
  }
  const scaled = scaler.transform(known);
  const inverse = (predictions: Numbers, reference: Float64Array): Float64NdArray =>
    scaler.inverse(toTargets(predictions, reference.length, raw.horizon), { column: target, reference });
  return {
    ...shared,
    windows: { ...makeWindows(scaled, { ...spec, target }), origins },
    latest: latestWindow(scaled, spec.window),
    inverse: (predictions, samples) => inverse(predictions, previous(samples)),
    inverseLatest: (predictions) => inverse(predictions, column.subarray(rows - 1)),
  };
}

function toTargets(predictions: Numbers, count: number, horizon: number): Float64NdArray {
  const { data, shape } = toForecasts(predictions, { operation: 'inverse', argument: 'predictions' });
  if (shape[0] !== count || shape[1] !== horizon) {
    throw new ShapeError({ operation: 'inverse', argument: 'predictions', expected: formatShape([count, horizon]), actual: formatShape(shape) });
  }
  return fromHost(data, shape);
}
