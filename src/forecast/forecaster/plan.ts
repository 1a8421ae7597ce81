/** What a forecaster is to do, settled and checked once: plain data, which is saved with the network. */
import { checkOptions, requireChoice, requireCount, requireNumber, requireProbability } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { copyOf } from '../../copies.js';
import { ArgumentError, listed, quoted } from '../../errors.js';
import type { Applicable } from '../../layers/layer.js';
import type { Loss } from '../../losses/losses.js';
import type { Model } from '../../models/model.js';
import { nearWhole } from '../../statistics.js';
import { holidaySet } from '../series/calendar.js';
import { requireSpacing } from '../series/spacing.js';
import type { Spacing } from '../series/spacing.js';
import { CALENDAR_INPUTS, calendarColumns } from '../series/calendarInputs.js';
import type { CalendarInput } from '../series/calendarInputs.js';
import { MISSING_POLICIES } from '../series/missing.js';
import type { MissingPolicy } from '../series/missing.js';
import { planChain } from './columnScaler.js';
import type { ChainPlan, ScalerChain } from './columnScaler.js';

/** What the network says of each step: a number; a distribution by its parameters; several quantiles, at rising levels. */
export type Head = 'point' | 'gaussian' | 'studentT' | { readonly quantiles: readonly number[] };

/** Measures of the target in its window, as inputs beside the static ones. */
export type WindowStatistic = 'level' | 'deviation' | 'change' | 'seasonalChange';

const STATISTICS: readonly WindowStatistic[] = ['level', 'deviation', 'change', 'seasonalChange'];

export interface CalendarOptions {
  /** Inputs made of the dates, each as sine and cosine; none by default. */
  readonly inputs?: readonly CalendarInput[] | undefined;
  /** ISO days without rows, after the end of the table too. */
  readonly holidays?: readonly string[] | undefined;
  /** The distance between dates; by default that of the table. */
  readonly spacing?: Spacing | undefined;
}

/** What a network is built for. */
export interface NetworkSpec {
  /** Rows of a window, W. */
  readonly window: number;
  /** Of the input `window` [W, columns], the target, then `past`, `future` and calendar columns. */
  readonly columns: readonly string[];
  /** Of the input `future` [steps, columns], the steps that are forecast; empty where there is no such input. */
  readonly futureColumns: readonly string[];
  /** Of the input `static` [columns], static columns and window statistics; empty where there is no such input. */
  readonly staticColumns: readonly string[];
  /** Steps ahead that it says at once. */
  readonly steps: number;
  /** Numbers it says of each step. The output is [steps] where that is 1, else [steps, parameters]. */
  readonly parameters: number;
  readonly seed: number;
}

export interface ForecasterOptions {
  /** Column to forecast. Its own past is always an input. */
  readonly target: string;
  /** Columns known up to the origin of a forecast. */
  readonly past?: readonly string[] | undefined;
  /** Columns known ahead as well, such as prices that are planned: `forecast` is given their coming rows. */
  readonly future?: readonly string[] | undefined;
  /** Columns that hold one number for all rows of a series. */
  readonly static?: readonly string[] | undefined;
  /** Of rows and CSV texts: the column that tells several series apart. */
  readonly series?: string | undefined;
  /** Of rows and CSV texts, as in `CsvOptions`; false: there are no dates, and rows are in the order of time. */
  readonly dateColumn?: string | false | undefined;
  /** As in `CsvOptions`; of a Frame NaN is missing. Default `refuse`. */
  readonly missing?: MissingPolicy | undefined;
  /** Rows that the network sees, W. */
  readonly window: number;
  /** Rows ahead, h. Default 1. */
  readonly horizon?: number | undefined;
  /** Rows of a season: what `relativeTo` and naive errors go back. Default 1. */
  readonly season?: number | undefined;
  /**
   * `recursive`: the network says one step and is fed its own forecasts, which it cannot be where `past` columns are inputs. `sequence`: it says
   * all steps at once. Default: recursive where the target is the only input.
   */
  readonly strategy?: 'recursive' | 'sequence' | undefined;
  /** Default `point`. */
  readonly head?: Head | undefined;
  /** Of a `point` head; default `mse`. The others bring their own. */
  readonly loss?: Loss | undefined;
  /** One chain for all columns, or by column; `standard` where none is said. */
  readonly scalers?: ScalerChain | Readonly<Record<string, ScalerChain>> | undefined;
  /** Whether the steps over rows learn from all series together (`pooled`, the default), or for each `series` from its own rows. */
  readonly scaling?: 'pooled' | 'series' | undefined;
  /** `season`: the network says the difference to the value one season before, so that 0 is the seasonal naive forecast. */
  readonly relativeTo?: 'season' | undefined;
  /**
   * Of the target in each window: `level`, its center, and `deviation`, ln of its scale, after the steps over rows; `change` and `seasonalChange`,
   * ln of the mean absolute difference to the row and to the season before, in the network's units. None by default.
   */
  readonly windowStatistics?: readonly WindowStatistic[] | undefined;
  readonly calendar?: CalendarOptions | undefined;
  /** Share of values that an interval shall hold. Default 0.9, or 0.8 where the validation block is too short; quantile heads: that of their outer levels. */
  readonly coverage?: number | undefined;
  /** Builds the network: inputs in the order window, future, static, as far as there are any, and one output. It is compiled here. */
  readonly model?: ((spec: NetworkSpec) => Model) | undefined;
  /** Or a chain of layers over the window alone. Default: two LSTM of 50 units with dropout, dense 25, dense. */
  readonly layers?: ((spec: NetworkSpec) => readonly Applicable[]) | undefined;
  /** What the forecasts are called in tables. Default `model`. */
  readonly name?: string | undefined;
  /** Of everything random. Default 0. */
  readonly seed?: number | undefined;
}

/** What can be saved of the options, defaults filled in. */
export interface Plan {
  readonly target: string;
  readonly past: readonly string[];
  readonly future: readonly string[];
  readonly static: readonly string[];
  readonly series?: string | undefined;
  readonly dateColumn?: string | false | undefined;
  readonly missing: MissingPolicy;
  readonly window: number;
  readonly horizon: number;
  readonly season: number;
  readonly strategy: 'recursive' | 'sequence';
  readonly head: Head;
  readonly scalers: Readonly<Record<string, ScalerChain>>;
  readonly scaling: 'pooled' | 'series';
  readonly relativeTo?: 'season' | undefined;
  readonly windowStatistics: readonly WindowStatistic[];
  readonly calendar: CalendarOptions;
  readonly coverage?: number | undefined;
  readonly name: string;
  readonly seed: number;
}

const calendarNames: OptionNames<CalendarOptions> = { inputs: true, holidays: true, spacing: true };

const optionNames: OptionNames<ForecasterOptions> = {
  target: true, past: true, future: true, static: true, series: true, dateColumn: true, missing: true, window: true, horizon: true, season: true, strategy: true, head: true, loss: true,
  scalers: true, scaling: true, relativeTo: true, windowStatistics: true, calendar: true, coverage: true, model: true, layers: true, name: true, seed: true,
};

const OPERATION = 'Forecaster';

/** @throws ArgumentError for options that do not go together. */
export function settle(options: ForecasterOptions): Plan {
  const own = copyOf({ ...checkOptions(OPERATION, options, optionNames), model: undefined, layers: undefined, loss: undefined });
  const { target, past = [], future = [], static: statics = [], horizon = 1, season = 1, head = 'point', missing = 'refuse', scaling = 'pooled', windowStatistics = [], calendar = {}, name = 'model', seed = 0 } = own;
  const columns = [target, ...past, ...future, ...statics];
  const odd: unknown = columns.find((column: unknown) => typeof column !== 'string');
  if (odd !== undefined || typeof target !== 'string') refuse('target, past, future and static', 'names of columns', typeof odd);
  const twice = columns.find((column, i) => columns.indexOf(column) < i);
  if (twice !== undefined) refuse('target, past, future and static', 'different columns', `${quoted(twice)} twice`);
  const window = requireCount(OPERATION, 'window', own.window);
  requireCount(OPERATION, 'horizon', horizon);
  requireCount(OPERATION, 'season', season);
  requireNumber(OPERATION, 'seed', seed, Number.isSafeInteger(seed), 'a whole number');
  requireChoice(OPERATION, 'missing', missing, MISSING_POLICIES);
  requireChoice(OPERATION, 'scaling', scaling, ['pooled', 'series']);
  windowStatistics.forEach((statistic) => requireChoice(OPERATION, 'windowStatistics', statistic, STATISTICS));
  const { inputs = [], holidays, spacing } = checkOptions(`${OPERATION}, calendar`, calendar, calendarNames);
  inputs.forEach((input) => requireChoice(OPERATION, 'calendar.inputs', input, CALENDAR_INPUTS));
  holidaySet(OPERATION, holidays);
  if (spacing !== undefined) requireSpacing(OPERATION, 'calendar.spacing', spacing);
  if ((own.relativeTo !== undefined || windowStatistics.includes('seasonalChange')) && season >= window) {
    refuse('season', `below the window of ${window} rows, which holds the value one season before`, String(season));
  }
  if (own.relativeTo !== undefined) requireChoice(OPERATION, 'relativeTo', own.relativeTo, ['season']);
  requireHead(head, own.coverage, options.loss);
  if (options.model && options.layers) refuse('layers', 'given instead of model, not beside it', 'both');
  const alone = past.length + future.length + inputs.length + statics.length + windowStatistics.length === 0;
  const strategy = requireChoice(OPERATION, 'strategy', own.strategy ?? (alone ? 'recursive' : 'sequence'), ['recursive', 'sequence']);
  if (strategy === 'recursive' && past.length > 0) refuse('strategy', `'sequence', as nobody knows the coming rows of ${listed(past)}`, "'recursive'");
  if (strategy === 'recursive' && typeof head === 'object' && horizon > 1) refuse('head', "a point or a distribution with strategy 'recursive': of quantiles no path can be drawn", 'quantiles');
  const scalers = chainsOf(own.scalers ?? 'standard', [target, ...past, ...future], window);
  const plan: Plan = {
    target, past, future, static: statics, series: own.series, dateColumn: own.dateColumn, missing, window, horizon, season, strategy, head, scalers, scaling, relativeTo: own.relativeTo,
    windowStatistics, calendar, coverage: own.coverage, name, seed,
  };
  const returns = planChain(OPERATION, 'scalers', scalers[target] ?? 'standard', window).rows.includes('logReturn');
  if (strategy === 'sequence' && head !== 'point' && horizon > 1 && returns) {
    refuse('head', "'point' where several log returns are said at once: the quantile of a sum is no sum of quantiles", typeof head === 'string' ? quoted(head) : 'quantiles');
  }
  return plan;
}

function refuse(argument: string, expected: string, actual: string): never {
  throw new ArgumentError({ operation: OPERATION, argument, expected, actual });
}

function requireHead(head: Head, coverage: number | undefined, loss: Loss | undefined): void {
  if (coverage !== undefined) requireProbability(OPERATION, 'coverage', coverage);
  if (head !== 'point' && loss !== undefined) refuse('loss', "left off: only head 'point' has a choice", 'given');
  if (typeof head === 'string') {
    requireChoice(OPERATION, 'head', head, ['point', 'gaussian', 'studentT']);
    return;
  }
  const { quantiles } = checkOptions(`${OPERATION}, head`, head, { quantiles: true });
  const given: unknown = quantiles;
  const rising = Array.isArray(given) && quantiles.every((level, i) => level > (quantiles[i - 1] ?? 0) && level < 1);
  if (!rising || !quantiles.includes(0.5)) refuse('head.quantiles', 'rising levels in (0, 1), 0.5 among them', JSON.stringify(quantiles) ?? 'nothing');
  if (quantiles.length < 2 || nearWhole((quantiles[0] ?? 0) + (quantiles.at(-1) ?? 0)) !== 1) refuse('head.quantiles', 'a lowest and a highest level that leave out as much', quantiles.join(', '));
  if (coverage !== undefined) refuse('coverage', 'left off: it is that of the outer quantiles', String(coverage));
}

function chainsOf(given: ScalerChain | Readonly<Record<string, ScalerChain>>, columns: readonly string[], window: number): Record<string, ScalerChain> {
  const isChain = typeof given === 'string' || Array.isArray(given) || ('kind' in given && given.kind === 'windowStandard');
  const record = isChain ? Object.fromEntries(columns.map((column) => [column, given as ScalerChain])) : (given as Readonly<Record<string, ScalerChain>>);
  const unknown = Object.keys(record).find((column) => !columns.includes(column));
  if (unknown !== undefined) refuse('scalers', `of columns among ${listed(columns)}`, quoted(unknown));
  return Object.fromEntries(columns.map((column) => {
    const chain = record[column] ?? 'standard';
    planChain(OPERATION, `scalers of ${quoted(column)}`, chain, window);
    return [column, chain];
  }));
}

/** Columns that enter the network row by row, in its order, without those of the calendar. */
export function rowColumns({ target, past, future }: Plan): string[] {
  return [target, ...past, ...future];
}

/** Those known ahead: `future` and calendar. */
export function knownColumns({ future, calendar }: Plan): string[] {
  return [...future, ...calendarColumns(calendar.inputs ?? [])];
}

export function chainOf(plan: Plan, column: string): ChainPlan {
  return planChain(OPERATION, 'scalers', plan.scalers[column] ?? 'standard', plan.window);
}

/** Rows at the beginning of a series that have no value in the network's units. */
export function lostRows(plan: Plan): number {
  return rowColumns(plan).some((column) => chainOf(plan, column).rows.includes('logReturn')) ? 1 : 0;
}

/** Steps that the network says at once. */
export function stepsOf({ strategy, horizon }: Plan): number {
  return strategy === 'recursive' ? 1 : horizon;
}

/** Whether a forecast is made of sampled paths. */
export function drawsPaths({ strategy, head, horizon }: Plan): boolean {
  return strategy === 'recursive' && head !== 'point' && horizon > 1;
}

export function parametersOf(head: Head): number {
  if (typeof head === 'object') return head.quantiles.length;
  return { point: 1, gaussian: 2, studentT: 3 }[head];
}

export function specOf(plan: Plan): NetworkSpec {
  return {
    window: plan.window, columns: [plan.target, ...plan.past, ...knownColumns(plan)], futureColumns: knownColumns(plan),
    staticColumns: [...plan.static, ...plan.windowStatistics], steps: stepsOf(plan), parameters: parametersOf(plan.head), seed: plan.seed,
  };
}

/** What an interval shall hold; undefined where the length of the validation block decides. */
export function coverageOf({ head, coverage }: Plan): number | undefined {
  if (typeof head !== 'object') return coverage;
  const share = (head.quantiles.at(-1) ?? NaN) - (head.quantiles[0] ?? NaN);
  return Math.round(share * 1e12) / 1e12;
}
