/** One bar of prices, and many of them as the columns that networks and charts take. */
import type { Bars } from 'bptt/charts';

/** Times are milliseconds since 1970 UTC, prices in the currency of the listing. */
export interface Bar {
  readonly opensAt: number;
  /** No bar is used before this. */
  readonly closesAt: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Columns of bars, without the volume, which the network never saw. */
export function columnsOf(bars: readonly Bar[]): Bars {
  const column = (name: 'open' | 'high' | 'low' | 'close'): Float64Array => Float64Array.from(bars, (bar) => bar[name]);
  return { open: column('open'), high: column('high'), low: column('low'), close: column('close') };
}
