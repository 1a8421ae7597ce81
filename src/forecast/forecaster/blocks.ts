/** Which windows of each series train, validate and test: in time order, series by series, with the gap that the horizon demands between blocks. */
import { requireCount } from '../../checks.js';
import { ArgumentError, DataError, quoted } from '../../errors.js';
import type { Range } from '../series/arrays.js';
import { ONLY_SERIES } from '../series/table.js';
import { purgeGap, timeSplit } from '../windows/splits.js';
import type { Split } from '../windows/splits.js';
import type { Plan } from './plan.js';
import type { Sample } from './samples.js';
import type { SeriesData } from './seriesData.js';

export type BlockName = 'train' | 'validation' | 'test';

/** Below 1 a share of the windows, else how many of them, of each series. */
export interface BlockSizes {
  readonly validation: number;
  readonly test: number;
}

/** @throws ArgumentError for what is neither. */
export function requireSizes(operation: string, sizes: BlockSizes): void {
  for (const [argument, size] of Object.entries(sizes)) {
    if (!(typeof size === 'number' && size >= 0 && size < 1)) requireCount(operation, argument, size as number, 0);
  }
  if (sizes.validation + sizes.test < 1 || sizes.validation >= 1 || sizes.test >= 1) return;
  throw new ArgumentError({ operation, argument: 'validation + test', expected: 'shares with a sum below 1', actual: `${sizes.validation} + ${sizes.test}` });
}

/** Windows of a series of so many rows. */
export function countWindows(rows: number, lost: number, { window, horizon }: Plan): number {
  return Math.max(0, rows - lost - window - horizon + 1);
}

/** @throws DataError for a series too short for its blocks. */
export function splitSeries(operation: string, plan: Plan, series: ReadonlyMap<string, number>, lost: number, { validation, test }: BlockSizes): Map<string, Split> {
  const gap = purgeGap({ window: plan.window, horizon: plan.horizon });
  return new Map([...series].map(([name, rows]) => {
    const n = countWindows(rows, lost, plan);
    const few = (needed: string): DataError => new DataError({
      operation, argument: name === ONLY_SERIES ? 'table' : `series ${quoted(name)}`, expected: needed, actual: `${rows} rows`,
      hint: plan.window > 10 ? 'A smaller window or horizon needs fewer.' : undefined,
    });
    if (n < 1) throw few(`at least ${plan.window + plan.horizon + lost} rows for window ${plan.window} and horizon ${plan.horizon}`);
    if (validation === 0 && test === 0) return [name, { train: { start: 0, end: n }, validation: { start: n, end: n }, test: { start: n, end: n } }];
    const shares = validation < 1 && test < 1;
    // What a block loses to the gap behind it does not count as one of its windows.
    const count = (size: number, followed: boolean): number => (size < 1 ? Math.round(size * n) : size + (followed ? gap : 0));
    const [held, last] = [count(validation, test > 0), count(test, false)];
    const sizes = shares ? { train: 1 - validation - test, validation, test } : { train: Math.max(0, n - held - last), validation: held, test: last };
    try {
      if (sizes.train === 0) throw few('more windows than its validation and test blocks take');
      return [name, timeSplit(n, sizes, gap)];
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause;
      throw few(`long enough for ${n > 0 ? `validation ${validation} and test ${test} of its ${n} windows, ${gap} of them left out between blocks` : 'a window'}`);
    }
  }));
}

/** Rows of a series that the training windows reach, targets included. */
export function trainingRows({ train }: Split, lost: number, { window, horizon }: Plan): number {
  return train.end - 1 + window + horizon + lost;
}

/** Rows of a series that anything was learned from: the validation block chooses the epoch and makes the interval. */
export function knownRows(split: Split, lost: number, plan: Plan): number {
  const { train, validation } = split;
  return trainingRows({ ...split, train: validation.end > validation.start ? validation : train }, lost, plan);
}

/** The windows of one block, series after series, without a list of them. */
export class SampleList {
  readonly length: number;
  private readonly starts: readonly number[];

  constructor(private readonly series: readonly SeriesData[], private readonly ranges: readonly Range[], private readonly window: number) {
    let sum = 0;
    this.starts = ranges.map(({ start, end }) => {
      const at = sum;
      sum += end - start;
      return at;
    });
    this.length = sum;
  }

  at(index: number): Sample {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return this.sampleOf(low, (this.ranges[low]?.start ?? 0) + index - (this.starts[low] ?? 0));
  }

  /** Window number `sample` of a series. */
  sampleOf(place: number, sample: number): Sample {
    const series = this.series[place];
    if (!series) throw new Error('no such series');
    return { series, origin: series.first + this.window - 1 + sample };
  }

  all(): Sample[] {
    return Array.from({ length: this.length }, (_, i) => this.at(i));
  }

  /** Places of the series that have windows here, and which ones. */
  get filled(): { readonly place: number; readonly range: Range }[] {
    return this.ranges.map((range, place) => ({ place, range })).filter(({ range }) => range.end > range.start);
  }
}

export function samplesOf(series: readonly SeriesData[], splits: ReadonlyMap<string, Split>, block: BlockName, { window }: Plan): SampleList {
  const empty = { start: 0, end: 0 };
  return new SampleList(series, series.map(({ name }) => splits.get(name)?.[block] ?? empty), window);
}
