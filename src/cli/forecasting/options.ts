/** What is to be forecast, and how, as options of the command line; and the forecaster that they ask for. */
import type { CalendarInput } from '../../forecast/series/calendarInputs.js';
import type { ForecasterOptions } from '../../forecast/forecaster/plan.js';
import { listed } from '../../errors.js';
import { UsageError, choice, levels, list, text, wholeNumber, words } from '../options.js';
import type { Values } from '../options.js';
import { READING, csvOptionsOf } from '../reading.js';
import { columnNamed, readHeader, readSource } from '../source.js';
import type { Source } from '../source.js';

const STEPS = ['logReturn', 'percentChange', 'minMax', 'standard', 'robust', 'log10', 'windowStandard'] as const;
type Step = (typeof STEPS)[number];
const CALENDAR: readonly CalendarInput[] = ['hour', 'weekday', 'month'];

/** Of every command that trains a forecaster. */
export const FORECASTING = {
  target: text('COL', 'column to forecast'),
  past: list('A,B', 'more input columns, known up to the last row'),
  future: list('A,B', 'more input columns, known ahead as well, such as promotions that are planned'),
  static: list('A,B', 'columns that hold one number for all rows of a series'),
  series: text('COL', 'column that tells several series apart, which one network learns together; COL=VALUE: read that one alone; one: all rows are one series'),
  window: wholeNumber('rows the network sees', { fallback: 60, least: 2 }),
  horizon: wholeNumber('rows to forecast', { fallback: 5, least: 1, most: 1000 }),
  season: wholeNumber('rows of a season, such as 24 for hours of a day: the forecast to beat is then the value one season before', { fallback: 1, least: 1 }),
  scaler: words(['auto', ...STEPS], 'how the target enters the network, one step after another; auto is log10,windowStandard with a season or several series, else logReturn; without log10, or standard, where values are not above 0', 'auto'),
  calendar: words(CALENDAR, 'inputs made of the dates, known ahead'),
  holidays: list('DAYS', 'ISO days without rows, such as 2025-12-25, separated by commas'),
  head: choice(['point', 'gaussian', 'studentT'], 'what the network says of each step: a number, or a distribution', 'point'),
  quantiles: levels('LEVELS', 'quantiles for the network to say, such as 0.05,0.5,0.95, instead of --head'),
  strategy: choice(['auto', 'recursive', 'sequence'], 'recursive: the network says one step and is fed its own forecasts; sequence: it says all steps at once; auto is recursive where the target is the only input and no quantiles are asked for', 'auto'),
  epochs: wholeNumber('passes over the training samples at most', { fallback: 10, least: 1 }),
  batch: wholeNumber('samples a training step', { fallback: 10, least: 1 }),
  seed: wholeNumber('of initial weights, shuffling and dropout; the same seed gives the same numbers', { fallback: 42, least: 0, most: Number.MAX_SAFE_INTEGER }),
};

const { series: _, ...withoutSeries } = READING;
/** How their files are read; of the series they say more. */
export const TABLE = withoutSeries;

/** Flags that choose number columns, as the reader's hints name them. */
export const COLUMN_FLAGS = '--target, --past, --future and --static';

/** A file, and what is to be forecast of it. */
export interface Task {
  readonly source: Source;
  readonly options: ForecasterOptions;
  /** As the file spells it. */
  readonly target: string;
  /** Steps of each column but the static ones. */
  readonly scalers: Readonly<Record<string, readonly Step[]>>;
  /** The scaler was left to the values. */
  readonly automatic: boolean;
}

/** @param name what reports call the file. @throws UsageError for whatever is wrong with the file or the options. */
export async function readTask(path: string, values: Values<typeof FORECASTING & typeof TABLE>, name?: string): Promise<Task> {
  const { series: told, window, horizon, season, seed, head, quantiles, calendar, holidays } = values;
  if (quantiles.length > 0 && head !== 'point') throw new UsageError('--quantiles and --head exclude each other.');
  // A name alone is the column; with a value, or `one`, it says which rows to read.
  const series = told === undefined || told === 'one' || told.includes('=') ? undefined : told;
  const reading = csvOptionsOf({ ...values, series: series === undefined ? told : undefined });
  const header = await readHeader(path, reading);
  if (values.target === undefined) throw new UsageError(`--target is missing: name the column to forecast, of ${listed(header)}.`);
  const named = (columns: readonly string[]): string[] => columns.map((column) => columnNamed(column, header, path));
  const [target = ''] = named([values.target]);
  const roles = { past: named(values.past), future: named(values.future), static: named(values.static) };
  const columns = [target, ...roles.past, ...roles.future, ...roles.static];
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) throw new UsageError(`Column '${twice}' is named twice: --target, --past, --future and --static exclude each other, and the target's own past is always an input.`);
  const source = await readSource({ path, name, reading, series, columns, columnFlags: COLUMN_FLAGS, panels: true });
  const automatic = values.scaler.includes('auto');
  if (automatic && values.scaler.length > 1) throw new UsageError('--scaler auto stands alone.');
  const alone = columns.length === 1 && calendar.length === 0;
  const strategy = values.strategy !== 'auto' ? values.strategy : alone && quantiles.length === 0 ? 'recursive' : 'sequence';
  // Prices are changes from one row to the next. Where there is a season, and where levels differ from series to series, it is where a value stands
  // among those of its window; and log returns of several steps add up, which quantiles do not.
  const changes = season === 1 && source.panel.size === 1 && (strategy === 'recursive' || (head === 'point' && quantiles.length === 0) || horizon === 1);
  const steps = automatic ? fitting(positive(source, target), changes) : values.scaler.filter((step) => step !== 'auto');
  // Other columns go with the target's changes where they have any.
  const others = [...roles.past, ...roles.future].map((column) => [column, steps.includes('logReturn') && positive(source, column) ? ['logReturn' as const] : ['standard' as const]]);
  const scalers = Object.fromEntries([[target, steps], ...others]) as Record<string, readonly Step[]>;
  return {
    source, target, scalers, automatic,
    options: {
      target, ...roles, ...(series !== undefined && { series: columnNamed(series, header, path) }), window, horizon, season, strategy, seed, name: 'network', scalers,
      head: quantiles.length > 0 ? { quantiles } : head,
      ...((calendar.length > 0 || holidays.length > 0) && { calendar: { inputs: calendar, holidays } }),
    },
  };
}

function positive({ panel }: Source, column: string): boolean {
  return [...panel.values()].every((table) => table.columns[column]?.every((value) => value > 0));
}

/** @param changes what the network is to see of a target: its log returns, where it has any; else where it stands in its window. */
function fitting(above0: boolean, changes: boolean): readonly Step[] {
  if (changes) return [above0 ? 'logReturn' : 'standard'];
  return above0 ? ['log10', 'windowStandard'] : ['windowStandard'];
}
