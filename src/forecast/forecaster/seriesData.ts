/** The series of a table in the network's units, but for what belongs to a window: what samples are read from. */
import { DataError, FileFormatError, quoted } from '../../errors.js';
import type { JsonValue } from '../../json.js';
import { listOf, numberOf, objectOf, textOf } from '../../models/files/json.js';
import { deviation, isConstant, mean } from '../../statistics.js';
import { naiveError } from '../evaluation/scaledMetrics.js';
import { calendarValues } from '../series/calendarInputs.js';
import type { Frame } from '../series/frame.js';
import type { Panel } from '../series/panel.js';
import { isSpacing } from '../series/spacing.js';
import type { Spacing } from '../series/spacing.js';
import { ONLY_SERIES } from '../series/table.js';
import { comingRows } from './comingRows.js';
import type { Ahead } from './comingRows.js';
import { ColumnScaler } from './columnScaler.js';
import { chainOf, lostRows, rowColumns } from './plan.js';
import type { Plan } from './plan.js';

/** What was learned from training rows. */
export interface Learned {
  /** Of each of `rowColumns`, by series, or under the name of all of them. */
  readonly scalers: ReadonlyMap<string, readonly ColumnScaler[]>;
  /** Of the static columns. */
  readonly statics: readonly { readonly center: number; readonly scale: number }[];
  /** Mean absolute change over a season, over the training rows: the unit of errors, by series. */
  readonly naiveErrors: ReadonlyMap<string, number>;
  /** Between dates; undefined where the table has none. */
  readonly spacing: Spacing | undefined;
}

/** Under which the scalers of all series together stand. */
const POOLED = '*';

/** One series. */
export interface SeriesData {
  readonly name: string;
  /** Known ones; what is known ahead reaches further. */
  readonly rows: number;
  /** Rows before the first one that are no longer kept, as numbers of rows count them. */
  readonly offset: number;
  /** Of the known rows, and of the coming ones where there are any; empty without dates. */
  readonly dates: readonly string[];
  /** The target as it was given. */
  readonly target: Float64Array;
  /** Of the first row that all columns have in the network's units. */
  readonly first: number;
  /** By column of the window, in its order; columns known ahead are longer. */
  readonly columns: readonly Float64Array[];
  readonly statics: readonly number[];
  /** Of each of `rowColumns`; the target's first. */
  readonly scalers: readonly ColumnScaler[];
  readonly naiveError: number;
}

/** @param trainingRows how many of each series, from the first, may be learned from. */
export function learn(plan: Plan, panel: Panel, trainingRows: ReadonlyMap<string, number>, spacing: Spacing | undefined): Learned {
  const training = new Map([...panel].map(([name, frame]) => [name, trainingRows.get(name) ?? frame.rows]));
  const part = (frame: Frame, column: string, name: string): Float64Array => (frame.columns[column] ?? new Float64Array()).subarray(0, training.get(name));
  const fit = (own: Panel): ColumnScaler[] => rowColumns(plan).map((column) =>
    naming(column, () => ColumnScaler.fit(chainOf(plan, column), [...own].map(([name, frame]) => part(frame, column, name)))));
  const scalers = plan.scaling === 'pooled' ? new Map([[POOLED, fit(panel)]]) : new Map([...panel].map(([name, frame]) => [name, fit(new Map([[name, frame]]))]));
  const statics = plan.static.map((column) => {
    const values = [...panel].map(([name, frame]) => staticValue(column, name, frame));
    return { center: mean(values), scale: isConstant(values) ? 1 : deviation(values) };
  });
  const naiveErrors = new Map([...panel].map(([name, frame]) => [name, unitOf(part(frame, plan.target, name), plan.season)]));
  return { scalers, statics, naiveErrors, spacing };
}

/** What errors of a series are divided by where several are compared. */
function unitOf(values: Float64Array, season: number): number {
  for (const lag of [season, 1]) {
    const error = values.length > lag ? naiveError(values, lag) : 0;
    if (error > 0) return error;
  }
  return 1;
}

function naming<T>(column: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    const { operation, argument, expected, actual, hint } = cause;
    throw new DataError({ operation, argument: `${argument} of column ${quoted(column)}`, expected, actual, ...(hint !== undefined && { hint }) }, { cause });
  }
}

function staticValue(column: string, name: string, { columns }: Frame): number {
  const values = columns[column] ?? new Float64Array();
  const [first = NaN] = values;
  const odd = values.findIndex((value) => value !== first);
  if (odd < 0) return first;
  throw new DataError({ operation: 'Forecaster', argument: `static column ${quoted(column)}${name === ONLY_SERIES ? '' : ` of series ${quoted(name)}`}`, expected: `the same in all rows, ${first}`, actual: `${values[odd]} in row ${odd}`, hint: 'A column that changes is past or future.' });
}

/** Series in the network's units. @param ahead without it, the table's own rows are all there are. @param offsets of series whose first rows are gone. */
export function prepare(operation: string, plan: Plan, learned: Learned, panel: Panel, ahead?: Ahead, offsets?: ReadonlyMap<string, number>): SeriesData[] {
  return [...panel].map(([name, frame]) => {
    const scalers = learned.scalers.get(plan.scaling === 'pooled' ? POOLED : name);
    if (!scalers) throw new DataError({ operation, argument: 'table', expected: "series that were learned from, as scaling is 'series'", actual: quoted(name) });
    const coming = ahead && comingRows(operation, plan, learned.spacing, name, frame, ahead);
    const dates = [...frame.dates, ...coming?.dates ?? []];
    const whole = (column: string): Float64Array => {
      const [known, next] = [frame.columns[column] ?? new Float64Array(), coming?.frame?.columns[column]];
      return next ? joined(known, next) : known;
    };
    const own = rowColumns(plan);
    const scaled = own.map((column, j) => naming(column, () => (scalers[j]?.transform(whole(column)) ?? new Float64Array())));
    const { inputs = [] } = plan.calendar;
    if (inputs.length > 0 && dates.length === 0) throw new DataError({ operation, argument: 'table', expected: `with dates, of which ${inputs.join(', ')} are made`, actual: 'none' });
    const target = frame.columns[plan.target] ?? new Float64Array();
    return {
      name, rows: frame.rows, offset: offsets?.get(name) ?? 0, dates, target, first: lostRows(plan), columns: [...scaled, ...calendarValues(operation, inputs, dates)],
      statics: plan.static.map((column, j) => (staticValue(column, name, frame) - (learned.statics[j]?.center ?? NaN)) / (learned.statics[j]?.scale ?? NaN)),
      scalers, naiveError: learned.naiveErrors.get(name) ?? unitOf(target, plan.season),
    };
  });
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** As plain JSON. */
export function learnedJson({ scalers, statics, naiveErrors, spacing }: Learned): JsonValue {
  return {
    scalers: [...scalers].map(([name, own]) => [name, own.map((scaler) => scaler.toJSON())]), statics: statics.map((each) => ({ ...each })),
    naiveErrors: [...naiveErrors].map(([name, error]) => [name, error]), spacing: (spacing) ?? null,
  };
}

function spacingOf(json: JsonValue | undefined): Spacing | undefined {
  if (json === null || json === undefined) return undefined;
  if (isSpacing(json)) return json;
  throw new FileFormatError({ operation: 'Forecaster.fromBytes', argument: 'spacing', expected: 'that of a Forecaster', actual: JSON.stringify(json) });
}

/** @throws FileFormatError for what {@link learnedJson} has not written. */
export function learnedFromJson(plan: Plan, json: JsonValue | undefined): Learned {
  const { scalers, statics, naiveErrors, spacing } = objectOf('learned', json);
  const entries = (argument: string, list: JsonValue | undefined): (readonly [string, JsonValue | undefined])[] => listOf(argument, list).map((entry) => {
    const [name, value] = listOf(argument, entry);
    return [textOf(argument, name), value] as const;
  });
  const columns = rowColumns(plan);
  return {
    scalers: new Map(entries('scalers', scalers).map(([name, list]) => [name, columns.map((column, j) => ColumnScaler.fromJSON(listOf('scalers', list)[j], chainOf(plan, column)))])),
    statics: plan.static.map((_, j) => {
      const { center, scale } = objectOf('statics', listOf('statics', statics)[j]);
      return { center: numberOf('statics', center), scale: numberOf('statics', scale) };
    }),
    naiveErrors: new Map(entries('naiveErrors', naiveErrors).map(([name, error]) => [name, numberOf('naiveErrors', error)])),
    spacing: spacingOf(spacing),
  };
}
