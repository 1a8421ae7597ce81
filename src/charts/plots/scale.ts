/**
 * Scales: from values to pixels, with ticks at round places. A value that a scale cannot place (NaN, zero on a
 * logarithmic axis) maps to NaN, which plots draw as a gap.
 */
import { ArgumentError } from '../../errors.js';
import { withinRounding } from '../../statistics.js';
import { decimalExponent, formatNumber, scientific, tickFormatter } from './format.js';
import type { NumberFormat } from './format.js';

/** From, to. */
export type Interval = readonly [number, number];

export interface Tick {
  readonly value: number;
  readonly label: string;
  /** Second line, given where it changes: the year under `Jan`. */
  readonly context?: string;
}

export interface Scale {
  readonly kind: 'linear' | 'log' | 'time' | 'category';
  readonly domain: Interval;
  /** Pixels that the ends of the domain map to. */
  readonly range: Interval;
  map(value: number): number;
  /** About `count` ticks inside the domain. */
  ticks(count: number): Tick[];
  /** One value in words, as read-outs show it. */
  format(value: number): string;
}

/** A scale waiting for its pixels. */
export type ScaleMaker = (range: Interval) => Scale;

/** The widest magnitude whose differences are still finite. */
const LARGEST = Number.MAX_VALUE / 4;

/** Smallest and largest finite value, or undefined when there is none. */
export function extent(values: Iterable<number>, accept: (value: number) => boolean = Number.isFinite): Interval | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!accept(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const held = (value: number): number => Math.max(-LARGEST, Math.min(value, LARGEST));
  return low > high ? undefined : [held(low), held(high)];
}

/** A spread below which the steps between ticks leave the normal numbers. */
const SMALLEST = 1e-305;

/** An interval of non-zero length around what is constant but for rounding, so that a flat series runs through the middle. */
export function widened([low, high]: Interval): Interval {
  if (!withinRounding(low, high) && high - low >= SMALLEST) return [low, high];
  const size = Math.max(Math.abs(low), Math.abs(high));
  const half = size === 0 ? 1 : Math.max(size * 0.05, SMALLEST);
  return [low - half, high + half];
}

/** The round step (1, 2 or 5 times a power of ten) that cuts `span` into at most about `count` pieces. */
export function niceStep(span: number, count: number): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** decimalExponent(raw);
  const mantissa = raw / power;
  return (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10) * power;
}

/** As `niceStep`, and wide enough that neighbouring multiples are different numbers: between 1e9 and 1e9 + 1e-6 there are few. */
export function stepWithin([low, high]: Interval, count: number): number {
  const spacing = Math.max(2 * Number.EPSILON * Math.max(Math.abs(low), Math.abs(high)), SMALLEST / 100);
  return Math.max(niceStep(high - low, count), niceStep(spacing, 1));
}

/** The domain grown outwards to whole steps. A grown domain may need the next larger step, hence the loop. */
export function niceDomain(domain: Interval, count: number): Interval {
  let [low, high] = domain;
  let step = 0;
  for (let next = stepWithin([low, high], count); next > step; next = stepWithin([low, high], count)) {
    step = next;
    low = multiple(Math.floor(domain[0] / step + 1e-9), step);
    high = multiple(Math.ceil(domain[1] / step - 1e-9), step);
  }
  return [low, high];
}

/** k · step without the noise of 3 · 0.1: small steps are divided by their whole reciprocal. */
function multiple(k: number, step: number): number {
  const reciprocal = Math.round(1 / step);
  return step < 1 && Number.isFinite(reciprocal) && reciprocal < 1e15 ? k / reciprocal : k * step;
}

function linearTicks([low, high]: Interval, count: number, format: NumberFormat, least = 0): Tick[] {
  const step = Math.max(stepWithin([low, high], count), least);
  const text = tickFormatter(step, Math.max(Math.abs(low), Math.abs(high)), format);
  const ticks: Tick[] = [];
  const first = Math.ceil(low / step - 1e-9);
  const steps = Math.min(Math.floor(high / step + 1e-9) - first, 1000);
  for (let i = 0; i <= steps; i++) {
    const value = multiple(first + i, step) || 0;
    ticks.push({ value, label: text(value) });
  }
  return ticks;
}

function interpolate([low, high]: Interval, range: Interval): (value: number) => number {
  // The quotient first: a factor of pixels over 1e-310 would be infinite.
  return (value) => (Number.isFinite(value) ? range[0] + ((value - low) / (high - low)) * (range[1] - range[0]) : NaN);
}

/**
 * Equal differences, equal distances.
 *
 * @param leastStep ticks are never closer than this: 1 for counts and epochs.
 */
export function linearScale(domain: Interval, range: Interval, format: NumberFormat = 'plain', leastStep = 0): Scale {
  requireInterval('linearScale', domain, domain[0] < domain[1]);
  return {
    kind: 'linear', domain, range,
    map: interpolate(domain, range),
    ticks: (count) => linearTicks(domain, count, format, leastStep),
    format: (value) => formatNumber(value, format),
  };
}

/** Equal ratios, equal distances; values ≤ 0 have no place. */
export function logScale(domain: Interval, range: Interval, format: NumberFormat = 'plain'): Scale {
  requireInterval('logScale', domain, 0 < domain[0] && Math.log10(domain[0]) < Math.log10(domain[1]));
  const place = interpolate([Math.log10(domain[0]), Math.log10(domain[1])], range);
  return {
    kind: 'log', domain, range,
    map: (value) => (value > 0 ? place(Math.log10(value)) : NaN),
    ticks: (count) => logTicks(domain, count, format),
    format: (value) => formatNumber(value, format),
  };
}

/** Distances between labelled powers of ten. */
const DECADES = [1, 2, 3, 5, 10, 20, 50, 100, 200];

function logTicks([low, high]: Interval, count: number, format: NumberFormat): Tick[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const far = Math.abs(first) > 4 || Math.abs(last) > 4;
  // Ticks have one digit: 3×10⁻⁵, not 3.00×10⁻⁵.
  const text = (value: number): string => (format === 'plain' && (far || value < 1e-4) ? scientific(value, 0) : formatNumber(value, format));
  for (const mantissas of [[1, 2, 5], [1, 3], [1]]) {
    const values: number[] = [];
    for (let e = first - 1; e <= last; e++) {
      for (const m of mantissas) values.push(Number(`${m}e${e}`));
    }
    const inside = values.filter((v) => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9));
    if (inside.length <= count && inside.length >= 3) return inside.map((value) => ({ value, label: text(value) }));
  }
  if (last - first < 2) return linearTicks([low, high], count, format);
  const step = DECADES.find((n) => (last - first) / n < count) ?? 200;
  const ticks: Tick[] = [];
  for (let e = Math.ceil(first / step) * step; e <= last; e += step) {
    const value = Number(`1e${e}`);
    ticks.push({ value, label: text(value) });
  }
  return ticks;
}

export interface CategoryScale extends Scale {
  readonly kind: 'category';
  /** Pixels from one category to the next. */
  readonly step: number;
}

/** Names in equal bands; the value of a name is its index, and maps to the middle of its band. */
export function categoryScale(names: readonly string[], range: Interval): CategoryScale {
  if (names.length === 0) {
    throw new ArgumentError({ operation: 'categoryScale', argument: 'names', expected: 'at least one name', actual: 'none' });
  }
  const step = (range[1] - range[0]) / names.length;
  return {
    kind: 'category', domain: [-0.5, names.length - 0.5], range, step: Math.abs(step),
    map: (index) => range[0] + (index + 0.5) * step,
    ticks: (count) => {
      const every = Math.max(1, Math.ceil(names.length / Math.max(1, count)));
      return names.map((name, value) => ({ value, label: name })).filter(({ value }) => value % every === 0);
    },
    format: (index) => names[index] ?? '',
  };
}

function requireInterval(operation: string, domain: Interval, valid: boolean): void {
  if (valid && Number.isFinite(domain[1] - domain[0])) return;
  const expected = operation === 'logScale' ? 'two increasing positive numbers' : 'two increasing finite numbers';
  throw new ArgumentError({ operation, argument: 'domain', expected, actual: `[${domain.join(', ')}]` });
}
