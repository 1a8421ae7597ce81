/** Price bars: open, high, low and close of each period, and the volume if it is to be drawn. */
import { requireData } from '../plots/plot.js';

export interface Bars {
  readonly open: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  /** Given: drawn in a panel of its own below the prices. */
  readonly volume?: ArrayLike<number>;
}

/** One bar. */
export interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/**
 * How many bars there are.
 *
 * @throws ArgumentError when the columns differ in length or are empty.
 */
export function countBars(operation: string, { open, high, low, close, volume }: Bars): number {
  requireData(operation, { close, open, high, low, volume });
  return close.length;
}

/** Bars from `first` up to `end` as one: the first open, the last close, the extremes, the sum of the volumes. */
export function mergeBars({ open, high, low, close, volume }: Bars, first: number, end: number): Bar {
  let [top, bottom, sum] = [-Infinity, Infinity, 0];
  for (let i = first; i < end; i++) {
    top = Math.max(top, high[i] ?? NaN);
    bottom = Math.min(bottom, low[i] ?? NaN);
    sum += volume?.[i] ?? 0;
  }
  return { open: open[first] ?? NaN, high: top, low: bottom, close: close[end - 1] ?? NaN, volume: sum };
}

/** A bar that closes where it opened counts as one that rose. */
export function rises({ open, close }: Bar): boolean {
  return close >= open;
}
