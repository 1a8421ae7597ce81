/** What goes into the network of a forecaster, made of rows as they are in a table (forecast/forecaster/samples.ts). */
import { chainOf, knownColumns, rowColumns, specOf } from '../../../../forecast/forecaster/plan.js';
import type { Plan, WindowStatistic } from '../../../../forecast/forecaster/plan.js';
import type { Learned } from '../../../../forecast/forecaster/seriesData.js';
import type { ColumnScaler, WindowStep } from '../../../../forecast/forecaster/columnScaler.js';
import { toEnd } from '../graphBuilder.js';
import type { GraphBuilder } from '../graphBuilder.js';
import { combined, measured, rowsForward, toWindow } from './chains.js';
import type { Measure } from './chains.js';

/** Names of the graph's inputs, float64: [B, R, columns], [B, h, known], [B, S]; '' where there is none. */
export interface TableInputs { readonly history: string; readonly future: string; readonly static: string }

/** One column in the network's units. */
interface Column {
  /** [B, W] */
  readonly window: string;
  /** [B, h], of a column that is known ahead. */
  readonly ahead: string | undefined;
}

/** All that the network's inputs are made of. */
export interface Prepared {
  readonly columns: readonly Column[];
  /** Of the target's window, where it has a step over windows. */
  readonly measure: Measure | undefined;
  /** [B, S], float64; undefined where there is none. */
  readonly static: string | undefined;
  /** [B, 1], the last value of the target as it was given. */
  readonly previous: string;
}

/** Under which a spread is nothing to the logarithm. */
const LEAST = 1e-6;

export function prepared(b: GraphBuilder, plan: Plan, scalers: readonly ColumnScaler[], statics: Learned['statics'], given: TableInputs): Prepared {
  const { columns } = specOf(plan);
  const scaled = rowColumns(plan);
  const known = columns.length - knownColumns(plan).length;
  const at = (x: string, place: number): string => b.op('Gather', [x, b.int(place)], { axis: { kind: 'int', value: 2 } });
  const raw = columns.map((_, j) => at(given.history, j));
  const rows = columns.map((_, j) => {
    const whole = j >= known ? b.concat([raw[j] ?? '', at(given.future, j - known)], 1) : raw[j] ?? '';
    const scaler = j < scaled.length ? scalers[j] : undefined;
    const value = scaler ? rowsForward(b, scaler, whole) : whole;
    // All columns end in the same row: the last W of them, and those ahead.
    const end = j >= known ? -plan.horizon : toEnd;
    const first = (j >= known ? -plan.horizon : 0) - plan.window;
    return { window: b.slice(value, 1, first, end), ahead: j >= known ? b.slice(value, 1, -plan.horizon, toEnd) : undefined };
  });
  const steps = columns.map((column, j): WindowStep | undefined => (j < scaled.length ? chainOf(plan, column).window : undefined));
  const measures = rows.map(({ window }, j) => {
    const step = steps[j];
    return step && measured(b, window, step);
  });
  const target = rows[0]?.window ?? '';
  const statistics = plan.windowStatistics.map((statistic) => statisticOf(b, plan, statistic, target, measures[0], steps[0]));
  const own = statics.length > 0 ? [combined(b, 'Div', combined(b, 'Sub', given.static, b.double(statics.map(({ center }) => center), [statics.length])), b.double(statics.map(({ scale }) => scale), [statics.length]))] : [];
  const all = [...own, ...statistics];
  return {
    columns: rows.map(({ window, ahead }, j) => ({ window: toWindow(b, window, measures[j]), ahead: ahead === undefined ? undefined : toWindow(b, ahead, measures[j]) })),
    measure: measures[0], static: all.length > 0 ? b.concat(all, 1) : undefined, previous: b.slice(raw[0] ?? '', 1, -1, toEnd),
  };
}

/** [B, 1] */
function statisticOf(b: GraphBuilder, plan: Plan, statistic: WindowStatistic, target: string, measure: Measure | undefined, step: WindowStep | undefined): string {
  const spread = measure && step?.kind === 'windowStandard' ? measure : measured(b, target, { kind: 'windowStandard' });
  if (statistic === 'level') return spread.center;
  const log = (x: string): string => b.op('Log', [combined(b, 'Max', x, LEAST)]);
  if (statistic === 'deviation') return log(spread.scale);
  const lag = statistic === 'change' ? 1 : plan.season;
  const change = b.op('Abs', [combined(b, 'Sub', b.slice(target, 1, lag, toEnd), b.slice(target, 1, 0, -lag))]);
  const mean = plan.window > lag ? b.reduce('Mean', change, [1], true) : b.reduce('Sum', change, [1], true);
  return log(measure ? combined(b, 'Div', mean, b.op('Abs', [measure.scale])) : mean);
}
