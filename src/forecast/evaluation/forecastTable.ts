/**
 * Forecasts as one long table, a row for each value that was forecast: which series, by which model, from which origin, how far ahead. Tables of
 * several series, models and backtests are put together by `concat`, and filtered as any list is.
 */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../../errors.js';
import { toBounds, toFinite, toForecasts } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';
import { baselineForecasts } from '../baselines/apply.js';
import type { Baseline, FittedBaseline, GaussianBaseline } from '../baselines/baseline.js';
import type { BacktestResult } from './backtest.js';
import { applyInterval } from './interval.js';
import type { ResidualInterval } from './interval.js';
import { repeatPrevious } from './score.js';

export interface ForecastRow {
  /** Empty where there is one series only. */
  readonly series: string;
  readonly model: string;
  /** Date of the last row that the forecast knew; its number, from 0, where there are no dates. */
  readonly cutoff: string;
  /** Date of the row that was forecast, or its number. */
  readonly date: string;
  /** Steps ahead, counted from 1. */
  readonly step: number;
  readonly actual: number;
  readonly forecast: number;
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
  /** By level: `{ '0.1': 12.5, '0.9': 17 }`. */
  readonly quantiles?: Readonly<Record<string, number>> | undefined;
}

/** What the rows of a table have in common. */
export interface RowOptions {
  /** Name of the series; empty by default. */
  readonly series?: string | undefined;
  /** Of every row of the series, as in a Frame; numbers of rows by default. */
  readonly dates?: readonly string[] | undefined;
}

const rowNames: OptionNames<RowOptions> = { series: true, dates: true };

/** Forecasts of one model from several origins. */
export interface ForecastBlock extends RowOptions {
  readonly model: string;
  /** Rows of the series that were the last known ones, [n]. */
  readonly origins: ArrayLike<number>;
  /** [n, h] (or [n]), as are the values below. */
  readonly actual: Numbers;
  readonly forecast: Numbers;
  readonly lower?: Numbers | undefined;
  readonly upper?: Numbers | undefined;
  /** By level. */
  readonly quantiles?: Readonly<Record<string, Numbers>> | undefined;
}

const blockNames: OptionNames<ForecastBlock> = { ...rowNames, model: true, origins: true, actual: true, forecast: true, lower: true, upper: true, quantiles: true };

/**
 * Rows of one model, by origin and step.
 * @throws ShapeError unless all values are of one shape, with a row for each origin; ArgumentError for dates that do not reach far enough, or one bound alone.
 */
export function forecastRows(block: ForecastBlock): ForecastRow[] {
  const operation = 'forecastRows';
  const { model, origins, series = '', dates, quantiles = {}, lower, upper } = checkOptions(operation, block, blockNames);
  const actual = toForecasts(block.actual, { operation, argument: 'actual' });
  const alike = (argument: string, values: Numbers, read = toFinite): Float64Array => {
    const host = toForecasts(values, { operation, argument }, read);
    if (host.count === actual.count && host.horizon === actual.horizon) return host.data;
    throw new ShapeError({ operation, argument, expected: `of the shape of actual, ${formatShape(actual.shape)}`, actual: formatShape(host.shape) });
  };
  if (origins.length !== actual.count) throw new ShapeError({ operation, argument: 'origins', expected: `${actual.count} rows, one for each forecast`, actual: String(origins.length) });
  if ((lower === undefined) !== (upper === undefined)) throw new ArgumentError({ operation, argument: 'lower', expected: 'given with upper, or not at all', actual: 'one bound alone' });
  const forecast = alike('forecast', block.forecast);
  const bounds = lower !== undefined && upper !== undefined ? { lower: alike('lower', lower, toBounds), upper: alike('upper', upper, toBounds) } : undefined;
  const levels = Object.entries(quantiles).map(([level, values]) => [level, alike(`quantiles['${level}']`, values)] as const);
  return Array.from(forecast, (value, i): ForecastRow => {
    const step = (i % actual.horizon) + 1;
    const origin = origins[Math.floor(i / actual.horizon)] ?? NaN;
    return {
      series, model, cutoff: nameOf(origin, dates), date: nameOf(origin + step, dates), step, actual: actual.data[i] ?? NaN, forecast: value,
      ...(bounds && { lower: bounds.lower[i], upper: bounds.upper[i] }),
      ...(levels.length > 0 && { quantiles: Object.fromEntries(levels.map(([level, values]) => [level, values[i] ?? NaN])) }),
    };
  });
}

function nameOf(row: number, dates: readonly string[] | undefined): string {
  if (!dates) return String(row);
  const date = dates[row];
  if (date === undefined) throw new ArgumentError({ operation: 'forecastRows', argument: 'dates', expected: `a date for row ${row}`, actual: `${dates.length} dates` });
  return date;
}

export interface BacktestRowOptions extends RowOptions {
  /** What the forecaster is called; `model` by default. */
  readonly model?: string | undefined;
  /** Puts bounds about the forecasts of the model. */
  readonly interval?: ResidualInterval | undefined;
}

/** Every forecast of a backtest: of the model, of `noChange`, and of the baselines that were asked for, in this order, by fold, origin and step. */
export function backtestRows(result: BacktestResult, options: BacktestRowOptions = {}): ForecastRow[] {
  const { model = 'model', interval, series, dates } = checkOptions('backtestRows', options, { ...rowNames, model: true, interval: true });
  const { folds } = result;
  const names = Object.keys(folds[0]?.baselineForecasts ?? {}).filter((name) => name !== 'noChange');
  const rows = (name: string, pick: (fold: (typeof folds)[number]) => Numbers, band?: ResidualInterval): ForecastRow[] => folds.flatMap((fold) => {
    const forecast = pick(fold);
    return forecastRows({ model: name, series, dates, origins: fold.origins, actual: fold.actual, forecast, ...(band && applyInterval(forecast, band)) });
  });
  return [
    ...rows(model, (fold) => fold.predictions, interval),
    ...rows('noChange', (fold) => repeatPrevious(fold.previous, fold.previous.length, fold.actual.shape[1] ?? 1)),
    ...names.flatMap((name) => rows(name, (fold) => fold.baselineForecasts[name] ?? [])),
  ];
}

export interface BaselineRowOptions extends RowOptions {
  /** What the baseline is called. */
  readonly model: string;
  readonly origins: ArrayLike<number>;
  readonly horizon: number;
  /** Puts bounds about the forecasts, where the baseline knows its errors. */
  readonly coverage?: number | undefined;
}

const baselineNames: OptionNames<BaselineRowOptions> = { ...rowNames, model: true, origins: true, horizon: true, coverage: true };

const knowsErrors = (fitted: FittedBaseline): fitted is GaussianBaseline => 'interval' in fitted;

/**
 * Forecasts of a baseline, fitted anew to the whole history up to each origin, beside what came.
 * @param values the series, flat, in time order; `horizon` values follow every origin.
 * @throws ShapeError for an origin that they do not follow.
 */
export function baselineRows(baseline: Baseline, values: Numbers, options: BaselineRowOptions): ForecastRow[] {
  const operation = 'baselineRows';
  const { model, origins, horizon, coverage, series, dates } = checkOptions(operation, options, baselineNames);
  requireCount(operation, 'horizon', horizon);
  const { data } = toFinite(values, { operation, argument: 'values' });
  const list = Array.from(origins);
  const late = list.find((origin) => !Number.isInteger(origin) || origin < 0 || origin + horizon >= data.length);
  if (late !== undefined) throw new ShapeError({ operation, argument: 'origins', expected: `rows from 0 to ${data.length - 1 - horizon}`, actual: String(late) });
  const actual = list.map((origin) => Array.from(data.subarray(origin + 1, origin + 1 + horizon)));
  const block = { model, series, dates, origins: list, actual };
  if (coverage === undefined) return forecastRows({ ...block, forecast: baselineForecasts(baseline, data, list, horizon) });
  const found = list.map((origin) => {
    const fitted = baseline.fit(data.slice(0, origin + 1));
    return { forecast: Array.from(fitted.forecast(horizon)), ...(knowsErrors(fitted) && fitted.interval(horizon, coverage)) };
  });
  const bounds = found.every(({ lower }) => lower !== undefined)
    ? { lower: found.map(({ lower = [] }) => Array.from(lower)), upper: found.map(({ upper = [] }) => Array.from(upper)) } : {};
  return forecastRows({ ...block, forecast: found.map(({ forecast }) => forecast), ...bounds });
}

/** The table as CSV (RFC 4180, lines that end in \n): the names above, then a column for each level of a quantile, `q0.1`; what a row does not have is an empty cell. */
export function forecastCsv(rows: readonly ForecastRow[]): string {
  const bounded = rows.some(({ lower }) => lower !== undefined);
  const levels = [...new Set(rows.flatMap(({ quantiles }) => Object.keys(quantiles ?? {})))].sort((a, b) => Number(a) - Number(b));
  const head = ['series', 'model', 'cutoff', 'date', 'step', 'actual', 'forecast', ...(bounded ? ['lower', 'upper'] : []), ...levels.map((level) => `q${level}`)];
  const text = (value: string): string => (/[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const number = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '' : String(value));
  const lines = rows.map((row) => [
    text(row.series), text(row.model), text(row.cutoff), text(row.date), String(row.step), number(row.actual), number(row.forecast),
    ...(bounded ? [number(row.lower), number(row.upper)] : []), ...levels.map((level) => number(row.quantiles?.[level])),
  ].join(','));
  return `${[head.join(','), ...lines].join('\n')}\n`;
}
