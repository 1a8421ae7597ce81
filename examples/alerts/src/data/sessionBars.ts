/** What feeds deliver, put on the grid of the sessions: bars of one length from 9:30 on, without those before and after trading. */
import type { Bar } from './bar.js';
import { barsOf, sessionOf } from './marketCalendar.js';
import { newYorkTime } from './newYork.js';

/** A bar as feeds know it: when it began and what it holds; prices that are missing are no bar. */
export interface FedBar {
  readonly at: number;
  readonly open: number | null | undefined;
  readonly high: number | null | undefined;
  readonly low: number | null | undefined;
  readonly close: number | null | undefined;
  readonly volume: number | null | undefined;
}

function isPrice(value: number | null | undefined): value is number {
  return typeof value === 'number';
}

/**
 * Bars of `barMinutes`, each put together from the fed bars that begin within it. What begins outside sessions is left out,
 * and so is a bar that has not closed by `to`. The same beginning twice is kept twice, for the sanity checks to see.
 *
 * @param fedMinutes length of a fed bar, a divisor of `barMinutes` or its equal.
 */
export function sessionBars(fed: readonly FedBar[], fedMinutes: number, barMinutes: number, to: number): Bar[] {
  const bars: Bar[] = [];
  for (const { at, open, high, low, close, volume } of fed) {
    if (!isPrice(open) || !isPrice(high) || !isPrice(low) || !isPrice(close)) continue;
    const session = sessionOf(newYorkTime(at).day);
    const slot = session && barsOf(session, barMinutes).find(({ opensAt, closesAt }) => at >= opensAt && at < closesAt);
    if (!slot || slot.closesAt > to || (at - slot.opensAt) % (fedMinutes * 60_000) !== 0) continue;
    const before = bars.at(-1);
    if (before?.opensAt === slot.opensAt && at > slot.opensAt) {
      bars[bars.length - 1] = { ...before, high: Math.max(before.high, high), low: Math.min(before.low, low), close, volume: before.volume + (volume ?? 0) };
    } else bars.push({ ...slot, open, high, low, close, volume: volume ?? 0 });
  }
  return bars;
}
