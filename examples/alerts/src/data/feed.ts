/** Bars of a symbol as the checker takes them: those that are known, and what the source has new, unless something speaks against it. */
import type { Queries } from '../storage/database.js';
import type { Bar } from './bar.js';
import { DAY } from './barSource.js';
import type { BarSource } from './barSource.js';
import { lastClose } from './marketCalendar.js';
import { adjusted, doubtOf, withoutRepeats } from './sanity.js';
import type { Doubted } from './sanity.js';

/** Bars that are kept and fetched for a forecast and a page of ten days; training fetches its own. */
const KEPT = 150;
const DAY_MS = 86_400_000;

export interface Fed {
  /** Oldest first. */
  readonly bars: readonly Bar[];
  /** Why no forecast may be made from them. */
  readonly doubt?: Doubted;
}

export interface FeedOptions {
  readonly barSize: string;
  /** Bars that a forecast looks at. */
  readonly window: number;
  readonly signal?: AbortSignal | undefined;
}

async function knownBars(db: Queries, symbol: string, barSize: string): Promise<Bar[]> {
  const rows = await db.query<Omit<Bar, 'opensAt' | 'closesAt'> & { opens_at: Date; bar_at: Date }>(
    'select opens_at, bar_at, open, high, low, close, volume from bars where symbol = $1 and bar_size = $2 order by bar_at desc limit $3', [symbol, barSize, KEPT],
  );
  return rows.reverse().map(({ opens_at, bar_at, ...prices }) => ({ opensAt: opens_at.getTime(), closesAt: bar_at.getTime(), ...prices }));
}

async function keep(db: Queries, symbol: string, barSize: string, bars: readonly Bar[]): Promise<void> {
  await db.query(
    `insert into bars (symbol, bar_size, opens_at, bar_at, open, high, low, close, volume)
     select $1, $2, * from unnest($3::timestamptz[], $4::timestamptz[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::float8[])
     on conflict (symbol, bar_size, bar_at) do update set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume`,
    [
      symbol, barSize, bars.map(({ opensAt }) => new Date(opensAt).toISOString()), bars.map(({ closesAt }) => new Date(closesAt).toISOString()),
      ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => bars.map((bar) => bar[name])),
    ],
  );
}

/** @param now time of the service. */
export async function feed(db: Queries, source: BarSource, symbol: string, now: number, { barSize, window, signal }: FeedOptions): Promise<Fed> {
  const known = await knownBars(db, symbol, barSize);
  const last = known.at(-1);
  if (last && known.length >= window && last.closesAt >= lastClose(now, source.barMinutes)) return { bars: known };
  const sessions = source.barMinutes === DAY ? KEPT : Math.ceil((KEPT * source.barMinutes) / 360);
  const all = now - Math.ceil(sessions * 1.6) * DAY_MS;
  // Some that are known are fetched again, to see whether the source has changed its mind.
  const from = known.length >= window ? (known.at(-5)?.opensAt ?? all) : all;
  let fetched: readonly Bar[];
  try {
    fetched = await source.bars(symbol, from, now, signal);
    await db.query('update symbols set fetched_at = now() where symbol = $1', [symbol]);
  } catch (error) {
    return { bars: known, doubt: { doubt: 'unavailable', text: error instanceof Error ? error.message : String(error) } };
  }
  if (adjusted(known, fetched)) {
    await db.query('delete from bars where symbol = $1 and bar_size = $2', [symbol, barSize]);
    return { bars: [], doubt: { doubt: 'adjusted', text: 'The source has changed prices of the past, as after a split. They are fetched anew, and the next check decides.' } };
  }
  const first = fetched[0]?.opensAt ?? Infinity;
  const bars = withoutRepeats([...known.filter(({ opensAt }) => opensAt < first), ...fetched]);
  const doubt = doubtOf(bars, window, source.barMinutes, now);
  // A bar that is doubted is not kept: what comes in its place later is looked at as if for the first time.
  if (!doubt || doubt.doubt === 'stale') await keep(db, symbol, barSize, bars.filter(({ opensAt }) => opensAt >= first));
  return { bars: bars.slice(-KEPT), ...(doubt && { doubt }) };
}
