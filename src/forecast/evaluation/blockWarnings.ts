/**
 * What makes a forecast, or its interval, less than it seems, though every score is right: inputs unlike those it learned from, a validation block that does not
 * resemble the test block, an interval that rests on a handful of residuals or leaves out the forecast it is for.
 */
import { ShapeError, formatShape } from '../../errors.js';
import { deviation, isConstant, magnitude, mean, nearWhole, withinRounding } from '../../statistics.js';
import { columnOf, toBounds, toForecasts, toRows } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';
import { figure } from './warning.js';
import type { ForecastWarning } from './warning.js';

/** Rows that a network learned from, and those it forecast from, columns alike. */
export interface InputRows {
  /** [rows, features] (or [rows]). */
  readonly training: Numbers;
  readonly used: Numbers;
  /** Names of the columns, for the sentence. */
  readonly columns?: readonly string[] | undefined;
}

/** Share of the rows outside the training range from which on a column is worth a word. */
const FEW = 0.05;

/** A column of which more than 5 % of the rows lie outside the range of the training rows: networks do not extrapolate. */
export function rangeWarnings({ training, used, columns }: InputRows): ForecastWarning[] {
  const operation = 'forecastWarnings';
  const known = toRows(training, { operation, argument: 'inputs.training' });
  const now = toRows(used, { operation, argument: 'inputs.used' });
  if (known.features !== now.features) throw new ShapeError({ operation, argument: 'inputs.used', expected: formatShape(['rows', known.features]), actual: formatShape(now.shape) });
  return Array.from({ length: known.features }, (_, j) => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of columnOf(known.data, known.features, j)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    const column = columnOf(now.data, now.features, j);
    const share = mean(column.map((value) => (value < low || value > high ? 1 : 0)));
    const name = columns?.[j] ?? `column ${j}`;
    return { kind: 'range' as const, horizon: 0, figure: share, message: `${(100 * share).toFixed(0)} % of the rows of ${name} that were forecast from lie outside the training range, ${figure(low)} to ${figure(high)}.` };
  }).filter(({ figure }) => figure > FEW);
}

/** Forecasts of the validation block, whose residuals make intervals. */
export interface ValidationBlock {
  /** [n, h] (or [n]). */
  readonly actual: Numbers;
  readonly predicted: Numbers;
}

/** Shift of the residuals, in their deviations, from which on intervals made of them lie to one side. */
const SHIFT = 0.5;

/**
 * Residuals of the validation block whose mean differs from that of the test block, by half a deviation and by more than three standard errors.
 * @param residuals of the test block, [n, h], flat.
 */
export function biasWarnings({ actual, predicted }: ValidationBlock, residuals: Float64Array, horizon: number): ForecastWarning[] {
  const operation = 'forecastWarnings';
  const a = toForecasts(actual, { operation, argument: 'validation.actual' });
  const p = toForecasts(predicted, { operation, argument: 'validation.predicted' });
  if (a.horizon !== horizon || p.horizon !== horizon || a.count !== p.count) {
    throw new ShapeError({ operation, argument: 'validation.predicted', expected: formatShape([a.count, horizon]), actual: formatShape(p.shape) });
  }
  const validation = a.data.map((value, i) => value - (p.data[i] ?? NaN));
  return Array.from({ length: horizon }, (_, k) => {
    const [before, now] = [columnOf(validation, horizon, k), columnOf(residuals, horizon, k)];
    const gap = mean(now) - mean(before);
    const spread = Math.max(...[before, now].map((values) => (isConstant(values, magnitude(a.data)) ? 0 : deviation(values))));
    const shift = withinRounding(0, Math.abs(gap), magnitude(a.data)) ? 0 : gap / spread;
    const noise = 3 * Math.sqrt(1 / before.length + 1 / now.length);
    return {
      kind: 'bias' as const, horizon: k + 1, figure: shift, noise,
      message: `Residuals of the validation block${ahead(k, horizon)} are off against those of the test block: ${figure(mean(before))} on average there, ${figure(mean(now))} here, `
        + `${figure(Math.abs(shift), 1)} of their deviations. Intervals made from them lie to one side.`,
    };
  }).filter(({ figure, noise }) => Math.abs(figure) >= SHIFT && Math.abs(figure) > noise).map(({ noise: _, ...warning }) => warning);
}

export function ahead(k: number, horizon: number): string {
  return horizon > 1 ? ` (${k + 1} step${k === 0 ? '' : 's'} ahead)` : '';
}

/** An interval about the forecasts, as `applyInterval` or `applyCorrection` gives it. */
export interface ForecastBounds {
  /** The shape of the forecasts, each of them. */
  readonly lower: Numbers;
  readonly upper: Numbers;
  /** Residuals that it rests on, and what it claims: both, to be told when they are too few. */
  readonly count?: number | undefined;
  readonly coverage?: number | undefined;
}

/** Forecasts outside their own interval, and bounds that are the extreme residuals. @param predicted [n, h], flat. */
export function intervalWarnings({ lower, upper, count, coverage }: ForecastBounds, predicted: Float64Array, horizon: number): ForecastWarning[] {
  const operation = 'forecastWarnings';
  const read = (argument: string, values: Numbers): Float64Array => {
    const host = toForecasts(values, { operation, argument }, toBounds);
    if (host.horizon === horizon && host.data.length === predicted.length) return host.data;
    throw new ShapeError({ operation, argument, expected: formatShape([predicted.length / horizon, horizon]), actual: formatShape(host.shape) });
  };
  const [low, high] = [read('interval.lower', lower), read('interval.upper', upper)];
  const warnings: ForecastWarning[] = [];
  for (let k = 0; k < horizon; k++) {
    const [f, l, u] = [predicted, low, high].map((values) => columnOf(values, horizon, k));
    const share = (isOut: (value: number, i: number) => boolean): number => mean((f ?? new Float64Array(1)).map((value, i) => (isOut(value, i) ? 1 : 0)));
    const above = share((value, i) => isBeyond(u?.[i] ?? NaN, value));
    const below = share((value, i) => isBeyond(value, l?.[i] ?? NaN));
    if (above + below === 0) continue;
    const side = above > below ? 'above' : 'below';
    warnings.push({
      kind: 'outside', horizon: k + 1, figure: above + below,
      message: `${(100 * (above + below)).toFixed(0)} % of the forecasts${ahead(k, horizon)} lie outside their own interval, most of them ${side} it: where the interval comes from, `
        + `values were nearly always ${side === 'above' ? 'lower' : 'higher'} than forecast.`,
    });
  }
  const least = count !== undefined && coverage !== undefined ? nearWhole(((count + 1) * (1 - coverage)) / 2, (count + 1) / 2) : Infinity;
  if (least < 2) {
    warnings.push({
      kind: 'fewResiduals', horizon: 0, figure: count ?? NaN,
      message: `The interval of ${(100 * (coverage ?? NaN)).toFixed(0)} % rests on ${count} residuals, and ends where the largest and smallest of them do: one residual more can move it far.`,
    });
  }
  return warnings;
}

/** Whether a number is higher than another by more than rounding. */
function isBeyond(low: number, high: number): boolean {
  return high > low && !withinRounding(low, high);
}
