/**
 * Cuts a series into supervised samples.
 *
 *   rows      0 … i·stride … i·stride+W−1 | +1 … +h
 *   sample i       └─ x[i]: W rows ──┘      └─ y[i]
 *                              ↑ origin: the last row known when the forecast is made
 *
 * A sample reads nothing after its origin but its own targets.
 */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { DataError, ShapeError, formatShape } from '../../errors.js';
import { fromHost } from '../../ndarrays.js';
import { sliceFirstAxis } from '../series/arrays.js';
import type { Float64NdArray, Range } from '../series/arrays.js';
import { givenColumns, openSeries, placesOf, requireColumns } from '../series/columns.js';
import type { Column, ColumnNames, Series } from '../series/columns.js';

/** How a series is cut; what splits and folds need to know about samples. */
export interface WindowSpec {
  /** Rows per window, W. */
  readonly window: number;
  /** Rows ahead, h; 1 by default. */
  readonly horizon?: number | undefined;
  /** Rows between the starts of neighbouring windows; 1 by default. */
  readonly stride?: number | undefined;
}

export const specNames: OptionNames<WindowSpec> = { window: true, horizon: true, stride: true };

export interface WindowOptions extends WindowSpec, ColumnNames {
  /** Column to predict by place or name, 0 by default; several columns give y a third axis. */
  readonly target?: Column | readonly Column[] | undefined;
}

const windowNames: OptionNames<WindowOptions> = { ...specNames, target: true, columns: true };

export interface Windows extends Required<WindowSpec> {
  /** [N, W, F] */
  readonly x: Float64NdArray;
  /** [N, h] for one target column, [N, h, K] for several. */
  readonly y: Float64NdArray;
  /** Row of the series that is the last one of each window; its targets are the h rows after it. */
  readonly origins: Int32Array;
  /** Places of the columns, whatever they were called by. */
  readonly target: number | readonly number[];
}

/** Fills in the defaults and checks them. */
export function resolveSpec(operation: string, { window, horizon = 1, stride = 1 }: WindowSpec): Required<WindowSpec> {
  return {
    window: requireCount(operation, 'window', window),
    horizon: requireCount(operation, 'horizon', horizon),
    stride: requireCount(operation, 'stride', stride),
  };
}

/**
 * Makes every complete sample of a series.
 *
 * @param series [rows, F], a flat array for one feature, or a Frame; finite, in time order.
 * @throws ArgumentError for a target that is no column. DataError if there are fewer than window + horizon rows.
 */
export function makeWindows(series: Series, options: WindowOptions): Windows {
  const operation = 'makeWindows';
  const spec = resolveSpec(operation, checkOptions(operation, options, windowNames));
  const { window, horizon, stride } = spec;
  const { data, rows, features, names } = openSeries(series, options.columns, { operation, argument: 'series' });
  const given = options.target ?? 0;
  const single = typeof given === 'number' || typeof given === 'string';
  const columns = placesOf(operation, single ? [given] : given, names);
  requireColumns(operation, columns, features);
  if (rows < window + horizon) {
    throw new DataError({
      operation, argument: 'series', expected: `at least ${window + horizon} rows for window ${window} and horizon ${horizon}`, actual: `${rows} rows`,
      hint: 'Use a shorter window or more data.',
    });
  }
  const count = Math.floor((rows - window - horizon) / stride) + 1;
  const x = new Float64Array(count * window * features);
  const y = new Float64Array(count * horizon * columns.length);
  const origins = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const first = i * stride;
    const end = first + window;
    x.set(data.subarray(first * features, end * features), i * window * features);
    for (let row = end; row < end + horizon; row++) {
      for (const column of columns) y[at++] = data[row * features + column] ?? NaN;
    }
    origins[i] = end - 1;
  }
  const yShape = single ? [count, horizon] : [count, horizon, columns.length];
  const target = single ? columns[0] ?? 0 : columns;
  return { ...spec, target, origins, x: fromHost(x, [count, window, features]), y: fromHost(y, yShape) };
}

/** The samples start … end − 1, sharing memory with the original. */
export function sliceWindows(windows: Windows, range: Range): Windows {
  return {
    ...windows,
    x: sliceFirstAxis(windows.x, range),
    y: sliceFirstAxis(windows.y, range),
    origins: windows.origins.subarray(range.start, range.end),
  };
}

/**
 * The window that ends with the series' last row, [1, W, F]: what a forecast of the unknown future starts from.
 *
 * @param options `columns` of a Frame, those to take, as in `makeWindows`.
 */
export function latestWindow(series: Series, window: number, options: ColumnNames = {}): Float64NdArray {
  const operation = 'latestWindow';
  requireCount(operation, 'window', window);
  const { data, rows, features } = openSeries(series, givenColumns(operation, options), { operation, argument: 'series' });
  if (rows < window) {
    throw new ShapeError({ operation, argument: 'series', expected: formatShape([`at least ${window}`, 'features']), actual: formatShape([rows, features]) });
  }
  return fromHost(data.slice((rows - window) * features), [1, window, features]);
}
