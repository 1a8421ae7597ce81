/** A forecast as people read it: in the amounts of its column, as a table for one series or for several. */
import type { TableBlock } from '../../charts/report/table.js';
import { naiveError } from '../../forecast/evaluation/scaledMetrics.js';
import type { Forecast } from '../../forecast/forecaster/results.js';
import type { Panel } from '../../forecast/series/panel.js';
import { amountsOf } from '../amounts.js';
import type { Amounts } from '../amounts.js';
import { printHeading, printTable } from '../terminal.js';
import { changeText, rowName } from '../wording.js';

/** Series that a terminal shows. */
const SERIES = 20;
/** Steps ahead that a line of a terminal holds. */
const STEPS = 7;

export interface Shown {
  readonly panel: Panel;
  readonly target: string;
  readonly forecast: Pick<Forecast, 'rows'>;
  /** Of the interval, where it is known. */
  readonly coverage?: number | undefined;
  /** How amounts of a series are written. */
  readonly amountOf: (series: string) => Amounts;
}

/** Amounts of one series, as precise as its naive error. */
export function seriesAmounts(target: string, values: Float64Array): Amounts {
  return amountsOf(target, values.length < 2 ? NaN : naiveError(values));
}

/** The steps of one series. */
export function stepsOf({ rows }: Pick<Forecast, 'rows'>, series: string): Forecast['rows'] {
  return rows.filter((row) => row.series === series);
}

interface Cells {
  readonly caption: string;
  readonly heading: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly [name: string, ...cells: string[]])[];
}

/** One series: a line a step. */
function alone({ panel, target, forecast, coverage, amountOf }: Shown): Cells {
  const [[name, table] = ['', undefined]] = panel;
  const dates = table?.dates ?? [];
  const before = table?.columns[target]?.at(-1) ?? NaN;
  const amount = amountOf(name);
  const bounded = forecast.rows.some(({ lower }) => lower !== undefined);
  return {
    caption: `Forecast after ${rowName(dates, (table?.rows ?? 0) - 1)} (${amount(before)})`, heading: dates.length > 0 ? 'date' : 'row',
    head: ['forecast', 'change', ...(bounded ? [coverage === undefined ? 'from' : `${100 * coverage} % from`, 'to'] : [])],
    rows: forecast.rows.map(({ date, step, forecast: value, lower = NaN, upper = NaN }) => [
      dates.length > 0 ? date : String((table?.rows ?? 0) + step), amount(value), changeText(value, before), ...(bounded ? [amount(lower), amount(upper)] : []),
    ]),
  };
}

/** Several series: a line each. */
function together({ panel, forecast, amountOf }: Shown, series: number, steps: number): Cells {
  const horizon = Math.max(...forecast.rows.map(({ step }) => step));
  const names = [...panel.keys()];
  const few = [...(names.length > series ? [`the first ${series} of ${names.length} series`] : []), ...(horizon > steps ? [`${steps} of ${horizon} steps ahead`] : [])];
  const shown = Math.min(horizon, steps);
  return {
    caption: ['Forecasts', ...few].join(', '), heading: 'series', head: ['after', ...Array.from({ length: shown }, (_, k) => `+${k + 1}`)],
    rows: names.slice(0, series).map((name) => {
      const table = panel.get(name);
      const amount = amountOf(name);
      return [name, rowName(table?.dates ?? [], (table?.rows ?? 0) - 1), ...stepsOf(forecast, name).slice(0, shown).map(({ forecast: value }) => amount(value))];
    }),
  };
}

export function printShown(shown: Shown): void {
  const { caption, heading, head, rows } = shown.panel.size === 1 ? alone(shown) : together(shown, SERIES, STEPS);
  printHeading(caption);
  printTable([heading, ...head], rows);
}

export function shownTable(shown: Shown): TableBlock {
  const { caption, heading, head, rows } = shown.panel.size === 1 ? alone(shown) : together(shown, Infinity, Infinity);
  const large = (word: string): string => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`;
  return { kind: 'table', caption, rowHeading: large(heading), columns: head.map((name) => ({ name: large(name) })), rows: rows.map(([name, ...values]) => ({ name, values })) };
}
