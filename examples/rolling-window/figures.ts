/** From the forecasts of all splits to the tables. Errors are in units of the whole file's range, as published, unless they say dollars. */
import { describe, magnitude, mean, scoreForecast } from 'bptt/forecast';
import type { Description, FoldResult, ForecastScore, Scores } from 'bptt/forecast';
import { dieboldMariano } from '../support/dieboldMariano.js';
import { PUBLISHED, spanOf } from './protocols.js';
import type { Curves, Protocol, Span } from './protocols.js';

/** The metrics of the published tables, in their order. */
export const METRICS = ['mse', 'rmse', 'mae', 'r2', 'explainedVariance'] as const;
export type Errors = Readonly<Record<(typeof METRICS)[number], number>>;

/** One split of one protocol. */
export interface SplitErrors {
  /** First row that is forecast. */
  readonly row: number;
  readonly train: Errors;
  readonly validation: Errors;
  /** No-change on the same samples. */
  readonly still: { readonly train: Errors; readonly validation: Errors };
  readonly curves: Curves;
}

/** Every day that was forecast, with the forecasts of all models that forecast it; dollars. */
export interface Day {
  readonly row: number;
  readonly actual: number;
  readonly previous: number;
  readonly forecasts: readonly number[];
}

export interface ProtocolFigures {
  readonly splits: readonly SplitErrors[];
  readonly days: readonly Day[];
  /** Each metric over the splits, as in tables 2 and 3. */
  readonly train: Readonly<Record<keyof Errors, Description>>;
  readonly validation: Readonly<Record<keyof Errors, Description>>;
  readonly still: { readonly train: Readonly<Record<keyof Errors, Description>>; readonly validation: Readonly<Record<keyof Errors, Description>> };
  /** All forecasts of all splits taken together, and in dollars. */
  readonly pooled: { readonly model: Errors; readonly still: Errors; readonly dollars: { readonly model: Errors; readonly still: Errors } };
  /** Diebold–Mariano statistic of the absolute errors by day against no-change: above 2, no-change is better. */
  readonly statistic: number;
  /** Share of the splits with an RMSE below that of no-change. */
  readonly beaten: number;
}

/** @param values closing prices of the file. */
export function protocolFigures(folds: readonly FoldResult[], protocol: Protocol, values: Float64Array): ProtocolFigures {
  const span = spanOf(values);
  const range = span.max - span.min;
  const unit = protocol === 'published' ? 1 : range;
  const splits = folds.map(({ origins, score, inSample, fitReport }): SplitErrors => {
    if (!inSample) throw new Error('training samples were not scored');
    return {
      row: (origins[0] ?? NaN) + 1, train: inUnit(inSample, unit), validation: inUnit(score, unit), curves: fitReport as Curves,
      still: { train: inUnit(inSample.noChange, unit), validation: inUnit(score.noChange, unit) },
    };
  });
  const days = byDay(folds, protocol, span, values);
  const dollars = pool(days);
  // Models that forecast one day have trained on nearly the same samples, and so have those of the days around it.
  const lags = PUBLISHED.validation - 1;
  return {
    splits, days,
    train: described(splits.map(({ train }) => train)), validation: described(splits.map(({ validation }) => validation)),
    still: { train: described(splits.map(({ still }) => still.train)), validation: described(splits.map(({ still }) => still.validation)) },
    pooled: { model: inUnit(dollars, range), still: inUnit(dollars.noChange, range), dollars: { model: inUnit(dollars, 1), still: inUnit(dollars.noChange, 1) } },
    statistic: dieboldMariano(Float64Array.from(days, (day) => mean(day.forecasts.map((f) => Math.abs(day.actual - f))) - Math.abs(day.actual - day.previous)), lags, magnitude(days.map(({ actual }) => actual))),
    beaten: splits.filter(({ validation, still }) => validation.rmse < still.validation.rmse).length / splits.length,
  };
}

export function inUnit({ mse, rmse, mae, r2, explainedVariance }: Scores, unit: number): Errors {
  return { mse: mse / unit ** 2, rmse: rmse / unit, mae: mae / unit, r2, explainedVariance };
}

export function described(list: readonly Errors[]): Record<keyof Errors, Description> {
  return Object.fromEntries(METRICS.map((metric) => [metric, describe(list.map((errors) => errors[metric]))])) as Record<keyof Errors, Description>;
}

function byDay(folds: readonly FoldResult[], protocol: Protocol, { min, max }: Span, values: Float64Array): Day[] {
  const forecasts = new Map<number, number[]>();
  for (const { origins, predictions } of folds) {
    origins.forEach((origin, i) => {
      const said = predictions.get(i, 0);
      const row = origin + 1;
      forecasts.set(row, [...(forecasts.get(row) ?? []), protocol === 'published' ? min + said * (max - min) : said]);
    });
  }
  return [...forecasts].sort(([a], [b]) => a - b).map(([row, said]) => ({ row, forecasts: said, actual: values[row] ?? NaN, previous: values[row - 1] ?? NaN }));
}

/** Every forecast of every model, dollars. */
function pool(days: readonly Day[]): ForecastScore {
  const all = days.flatMap(({ actual, previous, forecasts }) => forecasts.map((said) => [actual, previous, said] as const));
  return scoreForecast(all.map(([actual]) => actual), all.map(([, , said]) => said), { previous: all.map(([, previous]) => previous) });
}

/** The mean forecast of the models that forecast a day, beside each of them on its own; dollars. */
export interface Averaged {
  readonly averaged: ForecastScore;
  readonly single: Pick<ForecastScore, 'rmse' | 'mae'>;
  /** A day, on average. */
  readonly models: number;
}

/** Undefined where splits lie so far apart that they forecast no day twice. */
export function averaging(days: readonly Day[]): Averaged | undefined {
  const shared = days.filter(({ forecasts }) => forecasts.length > 1);
  if (shared.length === 0) return undefined;
  const averaged = scoreForecast(shared.map(({ actual }) => actual), shared.map(({ forecasts }) => mean(forecasts)), { previous: shared.map(({ previous }) => previous) });
  // Each day counts once, whatever the number of its models.
  const mse = mean(shared.map(({ actual, forecasts }) => mean(forecasts.map((f) => (f - actual) ** 2))));
  const single = { rmse: Math.sqrt(mse), mae: mean(shared.map(({ actual, forecasts }) => mean(forecasts.map((f) => Math.abs(f - actual))))) };
  return { averaged, single, models: mean(shared.map(({ forecasts }) => forecasts.length)) };
}

/** Splits of two protocols that forecast the same rows. */
export function paired(a: readonly SplitErrors[], b: readonly SplitErrors[]): { readonly a: SplitErrors[]; readonly b: SplitErrors[] } {
  const rows = new Map(b.map((split) => [split.row, split]));
  const both = a.flatMap((split) => {
    const other = rows.get(split.row);
    return other ? [[split, other] as const] : [];
  });
  return { a: both.map(([split]) => split), b: both.map(([, split]) => split) };
}

/** No-change on every sample of the file, in units of its range: what published errors are to be held against. */
export function stillEverywhere(values: Float64Array): Errors {
  const { min, max } = spanOf(values);
  const { window } = PUBLISHED;
  const [actual, previous] = [values.subarray(window), values.subarray(window - 1, -1)];
  return inUnit(scoreForecast(actual, previous, { previous }), max - min);
}
