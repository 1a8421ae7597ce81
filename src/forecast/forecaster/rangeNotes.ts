/** What columns were like where a forecaster learned, and warnings where they are not so any more. */
import { quoted } from '../../errors.js';
import { LEAST_SHARE, spacingShare } from '../series/calendar.js';
import type { Spacing } from '../series/spacing.js';
import type { Panel } from '../series/panel.js';
import { ONLY_SERIES } from '../series/table.js';
import { intervalWarnings, rangeWarnings } from '../evaluation/blockWarnings.js';
import type { ForecastWarning } from '../evaluation/warning.js';
import { LogReturnScaler } from '../scalers/log.js';
import { coverageOf, chainOf, rowColumns } from './plan.js';
import type { Plan } from './plan.js';
import type { Bounds, Interval } from './intervals.js';
import type { Points } from './predicting.js';
import type { Sample } from './samples.js';
import type { TrainingRange } from './state.js';

/** Log returns of a column; the first row has none. */
function returnsOf(values: Float64Array): Float64Array {
  const rows = Array.from(values, (value) => [value]);
  return values.length < 2 ? new Float64Array() : new LogReturnScaler().fit(rows).transform(rows).data;
}

function returns(plan: Plan, column: string): boolean {
  return chainOf(plan, column).rows.includes('logReturn');
}

/** @param trainingRows how many of each series. */
export function trainingRanges(plan: Plan, panel: Panel, trainingRows: ReadonlyMap<string, number>): TrainingRange[] {
  return rowColumns(plan).flatMap((column) => {
    const parts = [...panel].map(([name, { columns }]) => (columns[column] ?? new Float64Array()).subarray(0, trainingRows.get(name)));
    const range = (of: TrainingRange['of'], lists: readonly Float64Array[]): TrainingRange => {
      let [low, high] = [Infinity, -Infinity];
      for (const list of lists) for (const value of list) [low, high] = [Math.min(low, value), Math.max(high, value)];
      return { column, of, low, high };
    };
    return [range('values', parts), ...(returns(plan, column) ? [range('log returns', parts.map(returnsOf))] : [])];
  });
}

/**
 * Columns of which many rows that a forecast starts from lie outside the range of the training rows, as the network sees them: their log returns where it
 * sees those; none that are measured in each window anew.
 */
export function outsideWarnings(plan: Plan, ranges: readonly TrainingRange[], samples: readonly Sample[], tables: Panel): ForecastWarning[] {
  return ranges.flatMap(({ column, of, low, high }) => {
    const { rows, window } = chainOf(plan, column);
    if (window || (of === 'values') === rows.includes('logReturn')) return [];
    const used = samples.flatMap(({ series, origin }) => {
      const values = tables.get(series.name)?.columns[column] ?? new Float64Array();
      const from = origin + 1 - plan.window;
      return [...(of === 'log returns' ? returnsOf(values.slice(Math.max(0, from - 1), origin + 1)) : values.slice(from, origin + 1))];
    });
    return rangeWarnings({ training: [low, high], used, columns: [of === 'values' ? column : `${column} (log returns)`] });
  });
}

/** Series whose rows are further apart, or closer, than those that were learned from. */
export function spacingWarnings(spacing: Spacing | undefined, tables: Panel): ForecastWarning[] {
  return [...tables].flatMap(([name, { dates }]) => {
    const share = spacing ? spacingShare(dates, spacing) : 1;
    if (share >= LEAST_SHARE) return [];
    const whose = name === ONLY_SERIES ? 'the table' : `series ${quoted(name)}`;
    return [{ kind: 'spacing' as const, horizon: 0, figure: share, message: `The rows of ${whose} are not as far apart as those that the forecaster has learned from: what held from one of those to the next need not hold here.` }];
  });
}

/** Forecasts outside their own interval, or an interval on too few residuals. */
export function boundWarnings(plan: Plan, { predicted }: Points, bounds: Bounds | undefined, interval: Interval | undefined): ForecastWarning[] {
  if (!bounds) return [];
  return intervalWarnings({ ...bounds, ...(interval && { count: interval.count, coverage: interval.coverage }) }, predicted.data, plan.horizon);
}

/** There is no interval where the validation block is too short for one. */
export function noIntervalWarning(plan: Plan, count: number, interval: Interval | undefined): ForecastWarning[] {
  if (interval) return [];
  const claim = `${100 * (coverageOf(plan) ?? 0.8)} %`;
  const meaning = plan.head === 'point' ? `There is no interval: ${count} windows of the validation block are too few for ${claim}.`
    : `The bounds are the network's own: ${count} windows of the validation block are too few to correct them to ${claim}.`;
  return [{ kind: 'fewResiduals', horizon: 0, figure: count, message: meaning }];
}
