/** Massive, formerly Polygon, through @massive.com/client-js, an optional peer. Its hours begin at the full hour, so bars from 9:30 are put together from halves of an hour. */
import { SourceError } from './barSource.js';
import type { BarSource } from './barSource.js';
import { loadPeer } from './optionalPeer.js';
import { sessionBars } from './sessionBars.js';

const BAR_MINUTES = 60;
const FED_MINUTES = 30;
/** Bars that one answer holds at most. */
const LIMIT = 50_000;
const SEARCHED = 20;

/** As much of its client as is used here. */
export interface MassiveClient {
  getStocksAggregates(request: {
    stocksTicker: string; multiplier: number; timespan: 'minute'; from: string; to: string; adjusted: boolean; sort: 'asc'; limit: number;
  }): Promise<{ readonly results?: readonly { readonly t: number; readonly o: number; readonly h: number; readonly l: number; readonly c: number; readonly v: number }[] }>;
  listTickers(request: { market: 'stocks'; search: string; active: boolean; limit: number }): Promise<{ readonly results?: readonly { readonly ticker: string; readonly name?: string }[] }>;
}

async function makeClient(key: string | undefined): Promise<MassiveClient> {
  if (!key) throw new SourceError('The source massive needs a key: set MASSIVE_API_KEY.');
  const { restClient } = await loadPeer('@massive.com/client-js', '10') as { restClient: (key: string, url: string) => MassiveClient };
  return restClient(key, 'https://api.massive.com');
}

/** @param key from the environment; never logged. */
export async function openMassive(key: string | undefined, client?: MassiveClient): Promise<BarSource> {
  const massive = client ?? await makeClient(key);
  // What the client throws holds the request, and so the key: only its kind is passed on.
  const ask = async <T>(what: string, question: Promise<T>): Promise<T> => question.catch((error: unknown) => {
    throw new SourceError(`Massive did not answer for ${what}: ${error instanceof Error ? error.name : 'unknown error'}.`);
  });
  return {
    name: 'massive', barMinutes: BAR_MINUTES, label: 'Massive (formerly Polygon): shares and funds traded in New York, adjusted for splits.',
    async search(text) {
      if (text.trim() === '') return [];
      const { results = [] } = await ask(text, massive.listTickers({ market: 'stocks', search: text, active: true, limit: SEARCHED }));
      return results.map(({ ticker, name }) => ({ symbol: ticker, name: name ?? ticker, origin: 'massive' }));
    },
    async bars(symbol, from, to) {
      const { results = [] } = await ask(symbol, massive.getStocksAggregates({
        stocksTicker: symbol, multiplier: FED_MINUTES, timespan: 'minute', from: String(from), to: String(to), adjusted: true, sort: 'asc', limit: LIMIT,
      }));
      const fed = results.map(({ t, o, h, l, c, v }) => ({ at: t, open: o, high: h, low: l, close: c, volume: v }));
      return sessionBars(fed, FED_MINUTES, BAR_MINUTES, to).filter(({ opensAt }) => opensAt >= from);
    },
  };
}
