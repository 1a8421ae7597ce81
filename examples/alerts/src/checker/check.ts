/** One check: bars of every symbol that is watched, one forecast a symbol, and all alerts decided in the transaction that stores the forecasts. */
import { createHash } from 'node:crypto';
import type { BarSource } from '../data/barSource.js';
import type { Bar } from '../data/bar.js';
import { feed } from '../data/feed.js';
import { marketSentence, nextClose } from '../data/marketCalendar.js';
import { BLOCK, correctionAfter } from '../network/correction.js';
import type { Correction } from '../network/correction.js';
import { WINDOW } from '../network/network.js';
import type { PredictionPool } from '../network/pool.js';
import type { Prediction, StoredNetwork } from '../network/prediction.js';
import { barSizeOf, knownForecasts, loadNetwork, networkFor, runningNetworks } from '../network/store.js';
import type { Running } from '../network/store.js';
import type { Database, Queries } from '../storage/database.js';
import { decide } from './decide.js';
import type { Decision } from './decide.js';

export interface CheckParts {
  readonly db: Database;
  readonly source: BarSource;
  readonly pool: PredictionPool;
  /** Networks that were loaded before, by hash: one object for all checks of a process. */
  readonly networks: Map<string, StoredNetwork>;
}

/** What became of a symbol in a check. */
export interface SymbolOutcome {
  readonly symbol: string;
  /** `predicted`, `waiting` for the next bar, `closed`, `untrained`, `failed`, or what speaks against its bars. */
  readonly state: string;
  /** One sentence for the page of the symbol; empty where there is nothing to say. */
  readonly reason: string;
}

export interface CheckReport extends Decision {
  readonly outcomes: readonly SymbolOutcome[];
  readonly predicted: number;
  readonly milliseconds: number;
}

interface Made extends Prediction {
  readonly symbol: string;
  readonly network: string;
  readonly barAt: number;
  readonly targetAt: number;
  readonly correction: Correction;
}

/** @param now time of the service. */
export async function check(parts: CheckParts, now: number, signal?: AbortSignal): Promise<CheckReport> {
  const started = new Date();
  const { db, source, pool } = parts;
  const barSize = barSizeOf(source.barMinutes);
  const running = await runningNetworks(db, barSize);
  for (const hash of parts.networks.keys()) if (!running.some((each) => each.hash === hash)) parts.networks.delete(hash);
  const symbols = await db.query<{ symbol: string }>(
    `select s.symbol from symbols s where s.source = $1 and (s.source in ('replay', 'csv') or exists (select 1 from alerts a where a.symbol = s.symbol)) order by s.symbol`, [source.name],
  );
  const outcomes: SymbolOutcome[] = [];
  const made: Made[] = [];
  const queue = symbols.map(({ symbol }) => symbol);
  // As many at a time as there are threads, and one more whose bars are fetched meanwhile.
  await Promise.all(Array.from({ length: pool.threads + 1 }, async () => {
    for (let symbol = queue.shift(); symbol !== undefined && !signal?.aborted; symbol = queue.shift()) {
      const { outcome, prediction } = await checkSymbol(parts, symbol, running, now, signal);
      outcomes.push(outcome);
      if (prediction) made.push(prediction);
    }
  }));
  signal?.throwIfAborted();
  const decision = await db.transaction(async (tx) => {
    await scoreArrived(tx, barSize);
    await store(tx, made);
    await note(tx, outcomes, now);
    const decided = await decide(tx, now, barSize);
    const problems = outcomes.filter(({ state }) => !['predicted', 'waiting', 'closed'].includes(state));
    await tx.query(
      'insert into checks (market_at, symbols, predictions, hits, problems, started_at) values ($1, $2, $3, $4, $5, $6)',
      [new Date(now), outcomes.length, made.length, decided.hits, JSON.stringify(problems), started],
    );
    return decided;
  });
  return { ...decision, outcomes, predicted: made.length, milliseconds: Date.now() - started.getTime() };
}

async function checkSymbol(parts: CheckParts, symbol: string, running: readonly Running[], now: number, signal?: AbortSignal): Promise<{ readonly outcome: SymbolOutcome; readonly prediction?: Made }> {
  const { db, source } = parts;
  const outcome = (state: string, reason: string): { readonly outcome: SymbolOutcome } => ({ outcome: { symbol, state, reason } });
  try {
    const { bars, doubt } = await feed(db, source, symbol, now, { barSize: barSizeOf(source.barMinutes), window: WINDOW, signal });
    if (doubt) return outcome(doubt.doubt, doubt.text);
    const network = networkFor(running, symbol);
    if (!network) return outcome('untrained', 'The network is being trained.');
    const last = bars.at(-1)?.closesAt ?? NaN;
    const [known] = await db.query('select 1 from predictions where symbol = $1 and network_hash = $2 and bar_at = $3', [symbol, network.hash, new Date(last)]);
    const closed = marketSentence(now);
    if (known) return outcome(closed.includes('closed:') ? 'closed' : 'waiting', closed);
    return { ...outcome('predicted', closed), prediction: await predict(parts, symbol, bars, network) };
  } catch (error) {
    return outcome('failed', error instanceof Error ? error.message : String(error));
  }
}

async function predict({ db, source, pool, networks }: CheckParts, symbol: string, bars: readonly Bar[], running: Running): Promise<Made> {
  const network = networks.get(running.hash) ?? await loadNetwork(db, running);
  networks.set(running.hash, network);
  const correction = correctionAfter(await knownForecasts(db, running.hash, symbol, 2 * BLOCK));
  const prediction = await pool.predict({ network, symbol, bars: bars.slice(-WINDOW), barMinutes: source.barMinutes, correction });
  const barAt = bars.at(-1)?.closesAt ?? NaN;
  return { ...prediction, symbol, network: running.hash, barAt, targetAt: nextClose(barAt, source.barMinutes), correction };
}

/** Forecasts whose bars have come are scored. */
async function scoreArrived(tx: Queries, barSize: string): Promise<void> {
  await tx.query(
    `update predictions p set actual_close = b.close, scored_at = now() from bars b
     where p.actual_close is null and b.symbol = p.symbol and b.bar_at = p.target_at and b.bar_size = $1`, [barSize],
  );
}

async function store(tx: Queries, made: readonly Made[]): Promise<void> {
  if (made.length === 0) return;
  const times = (of: (each: Made) => number): string[] => made.map((each) => new Date(of(each)).toISOString());
  const hashes = made.map(({ picture }) => createHash('sha256').update(picture).digest('hex'));
  await tx.query(
    `insert into pictures (hash, media_type, bytes) select distinct on (hash) hash, 'image/svg+xml', convert_to(content, 'UTF8') from unnest($1::text[], $2::text[]) as drawn (hash, content)
     on conflict do nothing`, [hashes, made.map(({ picture }) => picture)],
  );
  await tx.query(
    `insert into predictions (symbol, network_hash, bar_at, target_at, last_close, raw_forecast, forecast, change_percent, correction, words, picture_hash)
     select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::jsonb[], $10::jsonb[], $11::text[])
     on conflict (symbol, network_hash, bar_at) do nothing`,
    [
      made.map(({ symbol }) => symbol), made.map(({ network }) => network), times(({ barAt }) => barAt), times(({ targetAt }) => targetAt),
      made.map(({ lastClose }) => lastClose), made.map(({ raw }) => raw), made.map(({ forecast }) => forecast), made.map(({ percent }) => percent),
      made.map(({ correction }) => JSON.stringify(correction)), made.map(({ words }) => JSON.stringify(words)), hashes,
    ],
  );
}

async function note(tx: Queries, outcomes: readonly SymbolOutcome[], now: number): Promise<void> {
  await tx.query(
    `update symbols s set state = o.state, reason = o.reason, checked_at = $1 from unnest($2::text[], $3::text[], $4::text[]) as o (symbol, state, reason) where s.symbol = o.symbol`,
    [new Date(now), outcomes.map(({ symbol }) => symbol), outcomes.map(({ state }) => state), outcomes.map(({ reason }) => reason)],
  );
}
