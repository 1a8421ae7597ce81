/** The list of symbols that people search: all of a source that knows its own, and of others those that someone has looked for. */
import type { Queries } from '../storage/database.js';
import type { BarSource, Listing } from './barSource.js';

async function keep(db: Queries, source: BarSource, listings: readonly Listing[]): Promise<void> {
  await db.query(
    `insert into symbols (symbol, name, exchange, source) select symbol, name, exchange, $1 from unnest($2::text[], $3::text[], $4::text[]) as listed (symbol, name, exchange)
     on conflict (symbol) do update set name = excluded.name, source = excluded.source`,
    [source.name, listings.map(({ symbol }) => symbol), listings.map(({ name }) => name), listings.map(({ origin }) => origin)],
  );
}

/** Listed from the start where a source does not know all its symbols: something to train on. */
const KNOWN = ['SPY', 'QQQ', 'AAPL', 'MSFT', 'NVDA', 'AMZN', 'GOOGL', 'JPM'] as const;

/** At start: symbols of a source that knows them all, or a few of one that does not. The column `exchange` says whether bars are packaged, simulated or of a feed. */
export async function listSymbols(db: Queries, source: BarSource): Promise<void> {
  const listings = await source.search('');
  const { name } = source;
  if (listings.length > 0) await keep(db, source, listings);
  else if (name === 'yahoo' || name === 'massive') await keep(db, source, KNOWN.map((symbol) => ({ symbol, name: symbol, origin: name })));
}

/** A search of one's own at a source that does not know all its symbols; what it finds is listed from then on. */
export async function findSymbols(db: Queries, source: BarSource, text: string): Promise<readonly Listing[]> {
  const found = await source.search(text);
  if (found.length > 0) await keep(db, source, found);
  return found;
}
