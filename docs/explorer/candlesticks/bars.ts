/**
 * Twelve candlesticks in whole prices from 0 to 100, as text for the address and drawn at random, and the pattern that the network of this
 * panel has learnt: the bullish engulfing, a candle that rises over the whole body of the falling one before it.
 */
import type { RandomGenerator } from 'bptt';

export const COUNT = 12;
export const TOP = 100;

export interface Candle { readonly open: number; readonly high: number; readonly low: number; readonly close: number }

export const parts = ['open', 'high', 'low', 'close'] as const;
export type Part = (typeof parts)[number];

function held(price: number): number {
  return Math.min(TOP, Math.max(0, Math.round(price)));
}

/** With one price changed; high and low make room for it, or hold it. */
export function changed(candle: Candle, part: Part, price: number): Candle {
  const moved: Record<Part, number> = { ...candle };
  moved[part] = held(price);
  const { open, high, low, close } = moved;
  if (part === 'high') return { open: Math.min(open, high), close: Math.min(close, high), low: Math.min(low, high), high };
  if (part === 'low') return { open: Math.max(open, low), close: Math.max(close, low), high: Math.max(high, low), low };
  return { open, close, high: Math.max(high, open, close), low: Math.min(low, open, close) };
}

/** `open-high-low-close` of each, joined by `_`. */
export function toText(candles: readonly Candle[]): string {
  return candles.map((candle) => parts.map((part) => candle[part]).join('-')).join('_');
}

/** undefined for what is no twelve candles. */
export function fromText(text: string): readonly Candle[] | undefined {
  const candles = text.split('_').map((each): Candle | undefined => {
    const [open = NaN, high = NaN, low = NaN, close = NaN, ...more] = each.split('-').map((number) => (/^\d{1,3}$/.test(number) ? Number(number) : NaN));
    const whole = more.length === 0 && Math.min(open, close) >= low && Math.max(open, close) <= high && low >= 0 && high <= TOP;
    return whole ? { open, high, low, close } : undefined;
  });
  return candles.length === COUNT && !candles.includes(undefined) ? candles.flatMap((candle) => candle ?? []) : undefined;
}

/**
 * The rising candles, counted from 0, that engulf the falling one before them.
 * @param margin by how much at both ends; negative to count those that nearly do.
 */
export function engulfings(candles: readonly Candle[], margin = 1): number[] {
  return candles.flatMap(({ open, close }, i) => {
    const before = candles[i - 1];
    return before && before.close < before.open && close > open && open <= before.close - margin && close >= before.open + margin ? [i] : [];
  });
}

function uniform(random: RandomGenerator, from: number, to: number): number {
  return from + ((to - from) * (random.next() >>> 0)) / 2 ** 32;
}

function candle(random: RandomGenerator, open: number, close: number): Candle {
  const [from, to] = [held(open), held(close)];
  return { open: from, close: to, high: held(Math.max(from, to) + uniform(random, 0, 8)), low: held(Math.min(from, to) - uniform(random, 0, 8)) };
}

function walk(random: RandomGenerator): Candle[] {
  let price = uniform(random, 30, 70);
  return Array.from({ length: COUNT }, () => {
    const open = price + uniform(random, -2, 2);
    const close = Math.min(90, Math.max(10, open + uniform(random, -14, 14)));
    price = close;
    return candle(random, open, close);
  });
}

/** A pair whose second candle rises over all of the falling first; or the same upside down; or too short a rise. */
function pair(random: RandomGenerator, kind: 'engulfing' | 'mirrored' | 'short'): Candle[] {
  const middle = uniform(random, 30, 70);
  const inner = uniform(random, 4, 10);
  const outer = inner + uniform(random, CLEAR, 3 * CLEAR);
  const made = [candle(random, middle + inner, middle - inner), candle(random, middle - outer, kind === 'short' ? middle + inner * uniform(random, -0.2, 0.4) : middle + outer)];
  return kind === 'mirrored' ? made.map(({ open, close, high, low }) => ({ open: TOP - open, close: TOP - close, high: TOP - low, low: TOP - high })) : made;
}

/** By how much a drawn pair engulfs, at least. */
const CLEAR = 4;

/** A chart with one engulfing pair, or with none: then one that nearly is, or just a walk. Nothing in it is hard to tell. */
export function drawn(random: RandomGenerator, kind: 'engulfing' | 'mirrored' | 'short' | 'walk'): Candle[] {
  for (;;) {
    const candles = walk(random);
    if (kind !== 'walk') candles.splice(Math.floor(uniform(random, 0, COUNT - 1)), 2, ...pair(random, kind));
    const [clear, nearly] = [engulfings(candles, CLEAR).length, engulfings(candles, -CLEAR / 2).length];
    if (kind === 'engulfing' ? clear === 1 && nearly === 1 : nearly === 0) return candles;
  }
}
