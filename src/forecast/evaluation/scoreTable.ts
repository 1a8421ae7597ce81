/** Every model of a long table scored on the same values: each series on its own, then the mean over the series, as M4 does. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { DataError, quoted } from '../../errors.js';
import { mean } from '../../statistics.js';
import type { Numbers } from '../series/arrays.js';
import type { ForecastRow } from './forecastTable.js';
import { intervalCoverage, intervalWidth, msis, winkler } from './intervalScores.js';
import { mae, mape, rmse, smape } from './metrics.js';
import { wql } from './quantileScores.js';
import { mase, naiveError, naiveRmsError, owa, rmsse } from './scaledMetrics.js';

export interface ScoreTableOptions {
  /** What was known of each series before its first forecast, by name; `{ '': values }`, or the values alone, where there is one series. Turns on what is scaled: MASE, RMSSE, OWA, MSIS. */
  readonly training?: Readonly<Record<string, Numbers>> | Float64Array | readonly number[] | undefined;
  /** Lag of the naive error that scaled scores divide by; 1 by default. */
  readonly season?: number | undefined;
  /** That the bounds claim. Turns on the Winkler score and MSIS. */
  readonly coverage?: number | undefined;
  /** The model over which OWA is taken; `naive2` by default. Where the table does not have it, there is no OWA. */
  readonly reference?: string | undefined;
}

const optionNames: OptionNames<ScoreTableOptions> = { training: true, season: true, coverage: true, reference: true };

/** Means over the series, of what `metrics.ts` and its neighbours define. What the table does not allow is absent. */
export interface ModelScore {
  readonly model: string;
  readonly series: number;
  /** Values that were forecast, over all series. */
  readonly count: number;
  readonly mae: number;
  readonly rmse: number;
  readonly mape: number;
  readonly smape: number;
  readonly mase?: number;
  readonly rmsse?: number;
  readonly owa?: number;
  /** Observed. */
  readonly coverage?: number;
  readonly width?: number;
  readonly winkler?: number;
  readonly msis?: number;
  /** Over all values of all series at once. */
  readonly wql?: number;
}

interface Unit {
  readonly naiveError: number;
  readonly naiveRmsError: number;
}

/**
 * Scores of each model, in the order in which they come.
 * @throws DataError for no rows, or a model that did not forecast the same values as the first; where a series of the table has no training values.
 */
export function scoreTable(rows: readonly ForecastRow[], options: ScoreTableOptions = {}): ModelScore[] {
  const operation = 'scoreTable';
  const { training, season = 1, coverage, reference = 'naive2' } = checkOptions(operation, options, optionNames);
  if (rows.length === 0) throw new DataError({ operation, argument: 'rows', expected: 'at least one', actual: 'none' });
  const models = groups(rows, ({ model }) => model);
  requireSameValues(operation, models);
  const units = training && unitsOf(operation, rows, training, season);
  const scored = [...models].map(([model, own]) => scoreModel(model, own, units, coverage));
  const base = scored.find(({ model }) => model === reference);
  return scored.map((score) => {
    const scale = base?.mase;
    return score.mase === undefined || base === undefined || scale === undefined ? score : { ...score, owa: owa({ smape: score.smape, mase: score.mase }, { smape: base.smape, mase: scale }) };
  });
}

function groups(rows: readonly ForecastRow[], key: (row: ForecastRow) => string): Map<string, ForecastRow[]> {
  const found = new Map<string, ForecastRow[]>();
  for (const row of rows) {
    const list = found.get(key(row));
    if (list) list.push(row);
    else found.set(key(row), [row]);
  }
  return found;
}

function requireSameValues(operation: string, models: ReadonlyMap<string, readonly ForecastRow[]>): void {
  const values = (rows: readonly ForecastRow[]): string[] => rows.map(({ series, cutoff, step, actual }) => JSON.stringify([series, cutoff, step, actual])).sort();
  const [first, ...others] = [...models].map(([model, rows]) => ({ model, values: values(rows) }));
  const odd = others.find((other) => other.values.length !== first?.values.length || other.values.some((value, i) => value !== first.values[i]));
  if (!odd || !first) return;
  throw new DataError({
    operation, argument: 'rows', expected: `the same series, origins, steps and actual values for ${quoted(odd.model)} as for ${quoted(first.model)}`, actual: 'others',
    hint: 'Scores of different values cannot be compared: leave out what some model did not forecast.',
  });
}

function unitsOf(operation: string, rows: readonly ForecastRow[], training: NonNullable<ScoreTableOptions['training']>, season: number): ReadonlyMap<string, Unit> {
  const single = Array.isArray(training) || training instanceof Float64Array;
  const known: ReadonlyMap<string, Numbers> = new Map(single ? [['', training as Numbers]] : Object.entries(training as Readonly<Record<string, Numbers>>));
  const names = [...new Set(rows.map(({ series }) => series))];
  return new Map(names.map((name) => {
    const values = known.get(name) ?? (single && names.length === 1 ? known.get('') : undefined);
    if (values === undefined) throw new DataError({ operation, argument: 'training', expected: `values of series ${quoted(name)}`, actual: 'none' });
    return [name, { naiveError: naiveError(values, season), naiveRmsError: naiveRmsError(values, season) }];
  }));
}

function scoreModel(model: string, rows: readonly ForecastRow[], units: ReadonlyMap<string, Unit> | undefined, claimed: number | undefined): ModelScore {
  const bySeries = [...groups(rows, ({ series }) => series)].map(([name, own]) => ({ unit: units?.get(name), actual: own.map((row) => row.actual), forecast: own.map((row) => row.forecast), own }));
  type Own = (typeof bySeries)[number];
  const over = (score: (series: Own) => number): number => mean(bySeries.map(score));
  const scaled = (score: (series: Own, unit: Unit) => number): number => over((each) => (each.unit ? score(each, each.unit) : NaN));
  const bounded = rows.every(({ lower, upper }) => lower !== undefined && upper !== undefined);
  const [low, high] = [({ own }: Own): number[] => own.map((row) => row.lower ?? NaN), ({ own }: Own): number[] => own.map((row) => row.upper ?? NaN)];
  const levels = Object.keys(rows[0]?.quantiles ?? {});
  const quantiled = levels.length > 0 && rows.every(({ quantiles }) => quantiles && levels.every((level) => level in quantiles));
  return {
    model, series: bySeries.length, count: rows.length,
    mae: over((s) => mae(s.actual, s.forecast)), rmse: over((s) => rmse(s.actual, s.forecast)),
    mape: over((s) => mape(s.actual, s.forecast)), smape: over((s) => smape(s.actual, s.forecast)),
    ...(units && {
      mase: scaled((s, unit) => mase(s.actual, s.forecast, { naiveError: unit.naiveError })),
      rmsse: scaled((s, unit) => rmsse(s.actual, s.forecast, { naiveRmsError: unit.naiveRmsError })),
    }),
    ...(bounded && { coverage: over((s) => intervalCoverage(s.actual, low(s), high(s))), width: over((s) => intervalWidth(low(s), high(s))) }),
    ...(bounded && claimed !== undefined && {
      winkler: over((s) => winkler(s.actual, low(s), high(s), claimed)),
      ...(units && { msis: scaled((s, unit) => msis(s.actual, low(s), high(s), claimed, { naiveError: unit.naiveError })) }),
    }),
    ...(quantiled && { wql: wql(rows.map((row) => row.actual), rows.map((row) => levels.map((level) => row.quantiles?.[level] ?? NaN)), levels.map(Number)) }),
  };
}
