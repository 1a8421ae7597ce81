/** Where bars come from: one interface, four sources. */
import type { Bar } from './bar.js';

export type SourceName = 'replay' | 'csv' | 'yahoo' | 'massive';

/** What kind of bars a symbol has, as pages say it. */
export type Origin = 'packaged' | 'simulated' | 'csv' | 'yahoo' | 'massive';

export interface Listing {
  readonly symbol: string;
  readonly name: string;
  readonly origin: Origin;
}

/** A bar of this many minutes is the whole session of a day. */
export const DAY = 1440;

export interface BarSource {
  readonly name: SourceName;
  /** Where the list of symbols and their bars come from, in words for a page. */
  readonly label: string;
  /** Length of a bar; `DAY`: one a session. */
  readonly barMinutes: number;
  /** Listings whose symbol or name holds the text, upper or lower case; all of them for '', where the source knows all. */
  search(text: string, signal?: AbortSignal): Promise<readonly Listing[]>;
  /**
   * Bars that opened at or after `from` and closed at or before `to`, oldest first, not yet checked for sanity.
   *
   * @throws SourceError where the source does not know the symbol or cannot be reached.
   */
  bars(symbol: string, from: number, to: number, signal?: AbortSignal): Promise<readonly Bar[]>;
}

/** A source that cannot deliver, with what to do about it. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** Whether a listing answers a search. */
export function answers({ symbol, name }: Listing, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return symbol.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted);
}
