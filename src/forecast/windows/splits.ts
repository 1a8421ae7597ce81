/**
 * Splits that respect time: training comes first, what is scored comes after, nothing is shuffled.
 *
 * With horizon h the targets of a sample reach h rows past its origin, so the last training samples would know the
 * rows that the first validation samples must forecast. `purgeGap` says how many samples to leave out between the
 * two parts; `splitWindows` and `backtest` do it by themselves.
 */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, DataError } from '../../errors.js';
import { nearWhole } from '../../statistics.js';
import type { Range } from '../series/arrays.js';
import { resolveSpec, sliceWindows, specNames } from './windows.js';
import type { WindowOptions, Windows, WindowSpec } from './windows.js';

/** Sizes of the parts: all fractions (of the whole, sum ≤ 1) or all counts of samples (sum ≤ n). */
export interface SplitSizes {
  readonly train: number;
  readonly validation?: number;
  readonly test?: number;
}

const sizeNames: OptionNames<SplitSizes> = { train: true, validation: true, test: true };

export interface Split {
  readonly train: Range;
  readonly validation: Range;
  readonly test: Range;
}

/** One step of a backtest: fit on `train`, forecast `validation`. Ranges are sample numbers. */
export interface Fold {
  readonly index: number;
  readonly train: Range;
  readonly validation: Range;
}

export interface FoldOptions {
  /** Training samples: of every fold (rolling), or of the first fold (expanding). */
  readonly train: number;
  /** Samples forecast in each fold. */
  readonly validation: number;
  /** Samples by which the origin moves from fold to fold; `validation` by default, so that blocks do not overlap. */
  readonly step?: number;
  /** Samples left out between the two parts; 0 by default, see `purgeGap`. */
  readonly gap?: number;
}

const foldNames: OptionNames<FoldOptions> = { train: true, validation: true, step: true, gap: true };

/** Where a spec is read it may have a target, and be the windows it made. */
export const givenNames: OptionNames<Record<keyof Windows | keyof WindowOptions, unknown>> = { ...specNames, x: true, y: true, origins: true, target: true, columns: true };

/** Samples to leave out so that no training target lies after the first validation origin: ⌈h / stride⌉ − 1. */
export function purgeGap(spec: WindowSpec): number {
  const { horizon, stride } = resolveSpec('purgeGap', checkOptions('purgeGap', spec, givenNames));
  return Math.ceil(horizon / stride) - 1;
}

/** The rows that a range of samples touches, targets included: what a scaler may be fitted on. */
export function rowsOfSamples(samples: Range, spec: WindowSpec): Range {
  const { window, horizon, stride } = resolveSpec('rowsOfSamples', checkOptions('rowsOfSamples', spec, givenNames));
  return { start: samples.start * stride, end: (samples.end - 1) * stride + window + horizon };
}

/**
 * Splits n samples in time order into train, validation and test.
 *
 * Fractions are turned into boundaries by rounding the running sum: .9 of 4121 gives 3709. The parts are numbered from
 * the first sample; what sizes leave over at the end is not used.
 *
 * @param gap samples cut off the end of each part that another part follows; 0 by default, see `purgeGap`.
 * @throws DataError if a part that was asked for ends up empty.
 */
export function timeSplit(n: number, sizes: SplitSizes, gap = 0): Split {
  const operation = 'timeSplit';
  requireCount(operation, 'n', n);
  checkOptions(operation, sizes, sizeNames);
  requireCount(operation, 'gap', gap, 0);
  const parts = [sizes.train, sizes.validation ?? 0, sizes.test ?? 0];
  const fractions = parts.every((size) => size <= 1) && parts.some((size) => !Number.isInteger(size));
  const total = parts.reduce((sum, size) => sum + size, 0);
  const valid = parts.every((size) => size >= 0 && (fractions || Number.isInteger(size)));
  if (!valid || nearWhole(total) > (fractions ? 1 : n)) {
    throw new ArgumentError({
      operation, argument: 'sizes', expected: `fractions with a sum of at most 1 or whole numbers with a sum of at most ${n}`, actual: parts.join(' + '),
    });
  }
  const bounds = [0];
  for (let i = 0, sum = 0; i < parts.length; i++) {
    sum += parts[i] ?? 0;
    bounds.push(fractions ? Math.floor(nearWhole(sum * n + 0.5, n)) : sum); // .7 · 45 is 31.5, not 31.499999999999996
  }
  const range = (i: number): Range => {
    const start = bounds[i] ?? 0;
    const whole = bounds[i + 1] ?? 0;
    const followed = parts.slice(i + 1).some((size) => size > 0);
    const end = followed && whole > start ? Math.max(start, whole - gap) : whole;
    if (parts[i] !== 0 && end <= start) {
      throw new DataError({ operation, argument: 'n', expected: 'enough samples for every part', actual: `${n} samples for ${parts.join(' + ')} with gap ${gap}` });
    }
    return { start, end };
  };
  return { train: range(0), validation: range(1), test: range(2) };
}

/** Splits samples in time order, purging between the parts as their horizon demands. Parts share memory with `windows`. */
export function splitWindows(windows: Windows, sizes: SplitSizes): { train: Windows; validation: Windows; test: Windows; ranges: Split } {
  const ranges = timeSplit(windows.origins.length, sizes, purgeGap(windows));
  return {
    train: sliceWindows(windows, ranges.train),
    validation: sliceWindows(windows, ranges.validation),
    test: sliceWindows(windows, ranges.test),
    ranges,
  };
}

function makeFolds(operation: string, n: number, options: FoldOptions, trainStart: (origin: number) => number): Fold[] {
  const { train, validation, step = validation, gap = 0 } = checkOptions(operation, options, foldNames);
  requireCount(operation, 'n', n);
  requireCount(operation, 'train', train);
  requireCount(operation, 'validation', validation);
  requireCount(operation, 'step', step);
  requireCount(operation, 'gap', gap, 0);
  const folds: Fold[] = [];
  for (let end = train; end + gap + validation <= n; end += step) {
    folds.push({
      index: folds.length,
      train: { start: trainStart(end), end },
      validation: { start: end + gap, end: end + gap + validation },
    });
  }
  if (folds.length === 0) {
    throw new DataError({ operation, argument: 'n', expected: `at least ${train + gap + validation} samples for one fold`, actual: `${n} samples` });
  }
  return folds;
}

/**
 * Rolling origin: a training block of fixed size moves through n samples, `validation` samples are forecast after it.
 *
 * Every complete fold is listed: ⌊(n − train − gap − validation) / step⌋ + 1 of them. Loops written
 * `range(0, n − train − validation)` leave the last one out: 1198 samples with 200 / 10 / 1 are 989 folds here, and
 * the published 988 are `.slice(0, 988)`.
 */
export function rollingOrigin(n: number, options: FoldOptions): Fold[] {
  return makeFolds('rollingOrigin', n, options, (end) => end - options.train);
}

/** Expanding origin: like `rollingOrigin`, but training always begins with sample 0 and grows by `step`. */
export function expandingOrigin(n: number, options: FoldOptions): Fold[] {
  return makeFolds('expandingOrigin', n, options, () => 0);
}
