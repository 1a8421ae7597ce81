/**
 * The default source: daily bars that ship with npm packages, and simulated ones on the same days, played as if they arrived now. The bars before the start of
 * the replay are history, those after it arrive when the replay's clock says so.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readCsv } from 'bptt/node';
import type { Bar } from './bar.js';
import { DAY, SourceError, answers } from './barSource.js';
import type { BarSource, Listing } from './barSource.js';
import { fromNewYork } from './newYork.js';
import { sessionOf } from './marketCalendar.js';
import { simulate } from './simulated.js';

const require = createRequire(import.meta.url);

/** vega-datasets exports nothing deeper than its entry. */
const VEGA = join(dirname(require.resolve('vega-datasets')), '..', 'data');

const PACKAGED = [
  { symbol: 'AAPL', name: 'Apple, daily 2013–2018, as packaged with @observablehq/sample-datasets', path: require.resolve('@observablehq/sample-datasets/aapl.csv'), columns: ['Open', 'High', 'Low', 'Close', 'Volume'], date: 'Date' },
  { symbol: 'SPX', name: 'S&P 500, daily 2013–2018, as packaged with vega-datasets', path: join(VEGA, 'sp500-2000.csv'), columns: ['open', 'high', 'low', 'close', 'volume'], date: 'date' },
] as const;

/** When the replay begins: after it 244 sessions are left, the plunge of February 2018 among them. */
export const REPLAY_START = fromNewYork('2017-05-24', 9 * 60);

/** Days before this are left out: those of AAPL begin here. */
const FIRST_DAY = '2013-05-13';
const LAST_DAY = '2018-05-11';

async function packagedBars({ path, columns, date }: (typeof PACKAGED)[number]): Promise<Bar[]> {
  const table = await readCsv(path, { columns, dateColumn: date });
  const [open, high, low, close, volume] = columns.map((name) => table.columns[name] ?? new Float64Array());
  return table.dates.flatMap((text, row) => {
    const day = text.slice(0, 10);
    const session = day >= FIRST_DAY && day <= LAST_DAY ? sessionOf(day) : undefined;
    if (!session) return [];
    const [o = NaN, h = NaN, l = NaN, c = NaN, v = NaN] = [open, high, low, close, volume].map((column) => column?.[row]);
    // Rounded on their own, an opening price may lie a hair outside the range of its day.
    return [{ opensAt: session.opensAt, closesAt: session.closesAt, open: o, high: Math.max(h, o, c), low: Math.min(l, o, c), close: c, volume: v }];
  });
}

export interface ReplayOptions {
  /** How many simulated shares there are. */
  readonly simulated: number;
  /** Of the simulated shares. */
  readonly seed: number;
}

export async function openReplay({ simulated, seed }: ReplayOptions): Promise<BarSource> {
  const all = new Map<string, readonly Bar[]>();
  const listings: Listing[] = [];
  for (const each of PACKAGED) {
    all.set(each.symbol, await packagedBars(each));
    listings.push({ symbol: each.symbol, name: each.name, origin: 'packaged' });
  }
  const times = all.get('AAPL') ?? [];
  for (let share = 1; share <= simulated; share++) {
    const symbol = `SIM${String(share).padStart(2, '0')}`;
    all.set(symbol, simulate(times.map(({ opensAt, closesAt }) => ({ opensAt, closesAt })), share, seed));
    listings.push({ symbol, name: `Simulated share ${share}: a random walk, no company`, origin: 'simulated' });
  }
  return {
    name: 'replay', barMinutes: DAY,
    label: 'Replay: daily bars of Apple and the S&P 500 from 2013 to 2018, as two npm packages ship them, and simulated shares. Nothing here is a price of today: prices, forecasts and checks have the time of the replay.',
    search: async (text) => listings.filter((listing) => answers(listing, text)),
    async bars(symbol, from, to) {
      const bars = all.get(symbol);
      if (!bars) throw new SourceError(`The replay has no ${symbol}: it has ${[...all.keys()].join(', ')}.`);
      return bars.filter(({ opensAt, closesAt }) => opensAt >= from && closesAt <= to);
    },
  };
}
