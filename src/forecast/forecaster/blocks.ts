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

/** @throws DataError for a series too short for its blocks, with the rows that it would need. */
export function splitSeries(operation: string, plan: Plan, series: ReadonlyMap<string, number>, lost: number, sizes: BlockSizes): Map<string, Split> {
  const { window, horizon } = plan;
  const gap = purgeGap({ window, horizon });
  return new Map([...series].map(([name, rows]) => {
    const n = countWindows(rows, lost, plan);
    const split = splitOf(n, sizes, gap);
    if (split) return [name, split];
    const { validation, test } = sizes;
    const blocks = [validation > 0 ? `validation ${validation}` : '', test > 0 ? `test ${test}` : ''].filter(Boolean).join(', ');
    throw new DataError({
      operation, argument: name === ONLY_SERIES ? 'table' : `series ${quoted(name)}`, actual: `${rows} rows`,
      expected: `at least ${fewestWindows(n, sizes, gap) + lost + window + horizon - 1} rows for window ${window} and horizon ${horizon}${blocks && `, ${blocks}`}`,
      hint: window > 10 ? 'A smaller window or horizon needs fewer.' : undefined,
    });
  }));
}

/** Undefined for too few windows. */
function splitOf(n: number, { validation, test }: BlockSizes, gap: number): Split | undefined {
  if (n < 1) return undefined;
  if (validation === 0 && test === 0) return { train: { start: 0, end: n }, validation: { start: n, end: n }, test: { start: n, end: n } };
  const shares = validation < 1 && test < 1;
  // What a block loses to the gap behind it does not count as one of its windows.
  const count = (size: number, followed: boolean): number => (size < 1 ? Math.round(size * n) : size + (followed ? gap : 0));
  const [held, last] = [count(validation, test > 0), count(test, false)];
  const sizes = shares ? { train: 1 - validation - test, validation, test } : { train: Math.max(0, n - held - last), validation: held, test: last };
  if (sizes.train === 0) return undefined;
  try {
    return timeSplit(n, sizes, gap);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** How many windows in a row have to be enough for an answer. */
const ROUNDED = 40;

/** More than `n`, which are too few. */
function fewestWindows(n: number, sizes: BlockSizes, gap: number): number {
  let [few, enough] = [n, n + 1];
  while (!splitOf(enough, sizes, gap) && enough < Number.MAX_SAFE_INTEGER / 4) [few, enough] = [enough, 2 * enough];
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (splitOf(middle, sizes, gap)) enough = middle;
    else few = middle;
  }
  // Shares are rounded, so that one window more can leave a block without any: from the answer on, none does.
  for (let more = enough; more < enough + ROUNDED; more++) if (!splitOf(more, sizes, gap)) enough = more + 1;
  return enough;
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
