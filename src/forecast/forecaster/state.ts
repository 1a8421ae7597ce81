/** What a fitted forecaster knows beside its network, and how that is saved: as JSON in the metadata of the model's file. */
import { FileFormatError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { damaged, listOf, numberOf, objectOf, textOf } from '../../models/files/json.js';
import type { Frame } from '../series/frame.js';
import type { Panel } from '../series/panel.js';
import { intervalFromJson, intervalJson } from './intervals.js';
import type { Interval } from './intervals.js';
import { lostRows, rowColumns, settle } from './plan.js';
import type { ForecasterOptions, Plan } from './plan.js';
import { learnedFromJson, learnedJson } from './seriesData.js';
import type { Learned } from './seriesData.js';

const VERSION = 1;

/** Smallest and largest value of a column in the training rows; of its log returns where these are what the network sees. */
export interface TrainingRange {
  readonly column: string;
  readonly of: 'values' | 'log returns';
  readonly low: number;
  readonly high: number;
}

export interface Knowledge {
  readonly learned: Learned;
  readonly interval: Interval | undefined;
  readonly ranges: readonly TrainingRange[];
  /** First and last date that anything was learned from, the validation block included; numbers of rows where there are none. */
  readonly trained: { readonly from: string; readonly to: string };
  /** The rows that a forecast starts from, or more of them. */
  readonly history: Panel;
  /** Rows of each series before those. */
  readonly offsets: ReadonlyMap<string, number>;
}

function frameJson({ dates, times, timeZone, columns, rows }: Frame, from: number): JsonObject {
  return {
    rows: rows - from, dates: dates.slice(from), times: [...times.slice(from)], ...(timeZone !== undefined && { timeZone }),
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values.slice(from)]])),
  };
}

/** @returns what `settle` takes, too: the plan is saved as the options it came from. */
export function knowledgeJson(plan: Plan, { learned, interval, ranges, trained, history, offsets }: Knowledge): JsonObject {
  return {
    version: VERSION, options: JSON.parse(JSON.stringify(plan)) as JsonObject, learned: learnedJson(learned), interval: intervalJson(interval), ranges: ranges.map((range) => ({ ...range })), trained: { ...trained },
    history: [...history].map(([name, frame]) => {
      const from = Math.max(0, frame.rows - plan.window - lostRows(plan));
      return { name, offset: (offsets.get(name) ?? 0) + from, ...frameJson(frame, from) };
    }),
  };
}

function numbersOf(argument: string, value: JsonValue | undefined, length: number): Float64Array {
  const list = listOf(argument, value);
  if (list.length !== length) throw damaged(argument, `${length} numbers`, list.length);
  return Float64Array.from(list, (each) => numberOf(argument, each));
}

/** @throws FileFormatError for what {@link knowledgeJson} has not written. */
export function knowledgeFromJson(json: JsonValue | undefined): { plan: Plan; knowledge: Knowledge } {
  if (json === undefined) {
    throw new FileFormatError({ operation: 'Forecaster.fromBytes', argument: 'file', expected: 'one that a Forecaster has written', actual: 'a network alone', hint: 'loadModel reads it.' });
  }
  const { version, options, learned, interval, ranges, trained, history } = objectOf('forecaster', json);
  if (version !== VERSION) throw damaged('version of the forecaster', String(VERSION), version);
  const plan = planFrom(options);
  const wanted = [...rowColumns(plan), ...plan.static];
  const series = listOf('history', history).map((entry) => {
    const { name, offset, rows, dates, times, timeZone, columns } = objectOf('history', entry);
    const count = numberOf('history rows', rows);
    const days = listOf('history dates', dates).map((date) => textOf('history dates', date));
    if (days.length !== 0 && days.length !== count) throw damaged('history dates', `none or ${count}`, days.length);
    const values = objectOf('history columns', columns);
    const frame: Frame = {
      rows: count, dates: days, times: numbersOf('history times', times, days.length), ...(timeZone !== undefined && { timeZone: textOf('history timeZone', timeZone) }),
      columns: Object.fromEntries(wanted.map((column) => [column, numbersOf(`history of ${column}`, values[column], count)])),
    };
    return { name: textOf('history name', name), offset: numberOf('history offset', offset), frame };
  });
  const { from, to } = objectOf('trained', trained);
  return {
    plan,
    knowledge: {
      learned: learnedFromJson(plan, learned), interval: intervalFromJson(plan, interval), trained: { from: textOf('trained', from), to: textOf('trained', to) },
      ranges: listOf('ranges', ranges).map((entry) => {
        const { column, of, low, high } = objectOf('ranges', entry);
        return { column: textOf('ranges', column), of: of === 'log returns' ? of : 'values', low: numberOf('ranges', low), high: numberOf('ranges', high) };
      }),
      history: new Map(series.map(({ name, frame }) => [name, frame])), offsets: new Map(series.map(({ name, offset }) => [name, offset])),
    },
  };
}

function planFrom(options: JsonValue | undefined): Plan {
  const given: unknown = objectOf('options', options);
  try {
    return settle(given as ForecasterOptions);
  } catch (cause) {
    throw new FileFormatError({ operation: 'Forecaster.fromBytes', argument: 'options', expected: 'those of a Forecaster', actual: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}
