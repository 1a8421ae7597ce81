/** No forecast from bars that cannot be trusted: each reason is one that pages show. */
import type { Bar } from './bar.js';
import { lastClose } from './marketCalendar.js';

export type Doubt = 'unavailable' | 'short' | 'stale' | 'future' | 'duplicated' | 'broken' | 'split' | 'adjusted';

export interface Doubted {
  readonly doubt: Doubt;
  /** One sentence for a page. */
  readonly text: string;
}

/** Feeds deliver a bar some time after it closed. */
const DELAY = 30 * 60_000;

/** A price that jumps by more between two bars is a split or a bad tick; no share of an index has done it in an hour, and few in a night. */
const JUMP = 0.3;

/** How far bars that were known may differ from the same bars fetched again. */
const REVISION = 0.005;

function inUtc(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

function isWhole({ open, high, low, close, volume }: Bar): boolean {
  return [open, high, low, close].every((price) => Number.isFinite(price) && price > 0) && volume >= 0 && low <= Math.min(open, close) && high >= Math.max(open, close);
}

/** Two bars with the same five numbers: a feed that repeats itself under a new time. */
function repeats(a: Bar, b: Bar): boolean {
  return a.volume > 0 && (['open', 'high', 'low', 'close', 'volume'] as const).every((name) => a[name] === b[name]);
}

/**
 * Without bars that only repeat the one before them, as one hourly feed has them at the end of half days; the last bar stays, for `doubtOf` to see. Two bars of
 * one time that differ stay too.
 */
export function withoutRepeats(bars: readonly Bar[]): Bar[] {
  return bars.filter((bar, i) => {
    const before = bars[i - 1];
    return i === bars.length - 1 || before === undefined || !repeats(before, bar);
  });
}

/** What a network may learn from: without repeats, and from behind the last bar that is broken or split on. */
export function soundHistory(bars: readonly Bar[]): Bar[] {
  const kept = bars.filter((bar, i) => !(i > 0 && repeats(bars[i - 1] ?? bar, bar)));
  const doubted = kept.map((bar, i) => !isWhole(bar) || (i > 0 && (bar.opensAt < (kept[i - 1]?.closesAt ?? 0) || jumps(kept[i - 1] ?? bar, bar))));
  return kept.slice(doubted.lastIndexOf(true) + 1);
}

function jumps(before: Bar, bar: Bar): boolean {
  return Math.abs(Math.log(bar.open / before.close)) > JUMP || Math.abs(Math.log(bar.close / bar.open)) > JUMP;
}

/**
 * What speaks against a forecast from the last `window` bars; undefined where nothing does.
 *
 * @param bars oldest first. @param now time of the service.
 */
export function doubtOf(bars: readonly Bar[], window: number, barMinutes: number, now: number): Doubted | undefined {
  const last = bars.at(-1);
  if (!last || bars.length < window) return { doubt: 'short', text: `Only ${bars.length} of the ${window} bars that the network looks at are there.` };
  const late = bars.find((bar) => bar.closesAt > now);
  if (late) return { doubt: 'future', text: `A bar claims to have closed at ${inUtc(late.closesAt)} UTC, which is yet to come.` };
  const expected = lastClose(now - DELAY, barMinutes);
  if (last.closesAt < expected) return { doubt: 'stale', text: `The last bar closed at ${inUtc(last.closesAt)} UTC; the one of ${inUtc(expected)} UTC is missing.` };
  const looked = bars.slice(-window - 1);
  for (const [i, bar] of looked.entries()) {
    const before = looked[i - 1];
    if (!isWhole(bar)) return { doubt: 'broken', text: `The bar of ${inUtc(bar.closesAt)} UTC has prices that contradict each other.` };
    if (!before) continue;
    if (bar.opensAt < before.closesAt) return { doubt: 'duplicated', text: `Two bars cover ${inUtc(bar.opensAt)} UTC.` };
    if (repeats(before, bar)) return { doubt: 'duplicated', text: `The bar of ${inUtc(bar.closesAt)} UTC repeats the one before it.` };
    if (jumps(before, bar)) {
      return { doubt: 'split', text: `The price jumps from ${before.close} to ${bar.open} at ${inUtc(bar.opensAt)} UTC, as after a split.` };
    }
  }
  return undefined;
}

/** Whether bars that were known come back with other prices: the source has adjusted its history, and what was fitted before no longer fits. */
export function adjusted(known: readonly Bar[], fetched: readonly Bar[]): boolean {
  const closes = new Map(known.map((bar) => [bar.opensAt, bar.close]));
  return fetched.some((bar) => {
    const before = closes.get(bar.opensAt);
    return before !== undefined && Math.abs(bar.close / before - 1) > REVISION;
  });
}
