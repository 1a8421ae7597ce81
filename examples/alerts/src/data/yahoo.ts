/** Yahoo Finance through yahoo-finance2 3.x, an optional peer. No key; prices are delayed, hourly bars reach back 730 days, and the feed changes without notice. */
import { SourceError } from './barSource.js';
import type { BarSource, Listing } from './barSource.js';
import { loadPeer } from './optionalPeer.js';
import { sessionBars } from './sessionBars.js';

const BAR_MINUTES = 60;

/** As much of its client as is used here. */
export interface YahooClient {
  chart(symbol: string, options: { period1: Date; period2: Date; interval: '1h' }): Promise<{
    readonly quotes: readonly { readonly date: Date; readonly open: number | null; readonly high: number | null; readonly low: number | null; readonly close: number | null; readonly volume: number | null }[];
  }>;
  search(text: string): Promise<{ readonly quotes: readonly Readonly<Record<string, unknown>>[] }>;
}

/** Exchanges whose sessions the calendar knows. */
const EXCHANGES = new Set(['NMS', 'NGM', 'NCM', 'NYQ', 'PCX', 'ASE', 'BTS']);

function listingOf(quote: Readonly<Record<string, unknown>>): Listing[] {
  const { symbol, shortname, longname, exchange } = quote;
  if (typeof symbol !== 'string' || typeof exchange !== 'string' || !EXCHANGES.has(exchange)) return [];
  const name = [longname, shortname].find((each) => typeof each === 'string');
  return [{ symbol, name: typeof name === 'string' ? name : symbol, origin: 'yahoo' }];
}

async function makeClient(): Promise<YahooClient> {
  const { default: Client } = await loadPeer('yahoo-finance2', '3') as { default: new (options: { suppressNotices: string[] }) => YahooClient };
  return new Client({ suppressNotices: ['yahooSurvey'] });
}

export async function openYahoo(client?: YahooClient): Promise<BarSource> {
  const yahoo = client ?? await makeClient();
  const ask = async <T>(what: string, question: Promise<T>): Promise<T> => question.catch((error: unknown) => {
    throw new SourceError(`Yahoo Finance did not answer for ${what}.`, { cause: error });
  });
  return {
    name: 'yahoo', barMinutes: BAR_MINUTES, label: 'Yahoo Finance, through yahoo-finance2: shares and funds traded in New York. Prices may be delayed.',
    search: async (text) => (text.trim() === '' ? [] : (await ask(text, yahoo.search(text))).quotes.flatMap(listingOf)),
    async bars(symbol, from, to) {
      const { quotes } = await ask(symbol, yahoo.chart(symbol, { period1: new Date(from), period2: new Date(to), interval: '1h' }));
      const fed = quotes.map(({ date, ...prices }) => ({ at: date.getTime(), ...prices }));
      return sessionBars(fed, BAR_MINUTES, BAR_MINUTES, to).filter(({ opensAt }) => opensAt >= from);
    },
  };
}
