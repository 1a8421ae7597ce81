/** Networks in the database: the one that runs, its forecasts of bars that it had not seen, and those that went before. */
import type { Queries, Database } from '../storage/database.js';
import { corrected, correctionAfter } from './correction.js';
import type { Known } from './correction.js';
import type { StoredNetwork } from './prediction.js';
import type { Trained, WalkForecast } from './walkForward.js';

/** As bars are stored: '1d' or '1h'. */
export type BarSize = string;

export function barSizeOf(barMinutes: number): BarSize {
  return barMinutes === 1440 ? '1d' : `${barMinutes / 60}h`;
}

export interface Running {
  readonly hash: string;
  /** null: one network for all symbols. */
  readonly symbol: string | null;
  readonly full: boolean;
  readonly trainedTo: Date;
}

export async function runningNetworks(db: Queries, barSize: BarSize): Promise<Running[]> {
  return db.query<{ hash: string; symbol: string | null; full: boolean; trainedTo: Date }>(
    `select hash, symbol, (settings->>'full')::boolean as "full", trained_to as "trainedTo" from networks where state = 'running' and bar_size = $1`, [barSize],
  );
}

/** The network that foretells a symbol: its own, or the one for all. */
export function networkFor(running: readonly Running[], symbol: string): Running | undefined {
  return running.find((each) => each.symbol === symbol) ?? running.find((each) => each.symbol === null);
}

/** The bytes in memory that threads share. */
export async function loadNetwork(db: Queries, { hash, full }: Running): Promise<StoredNetwork> {
  const [row] = await db.query<{ model: Uint8Array }>('select model from networks where hash = $1', [hash]);
  if (!row) throw new Error(`There is no network ${hash} any more.`);
  const bytes = new Uint8Array(new SharedArrayBuffer(row.model.length));
  bytes.set(row.model);
  return { hash, full, bytes };
}

/** What the networks that had not seen a bar said of it, as it would have been acted on: each with the correction of the forecasts before it. */
export function correctedWalk(walk: readonly WalkForecast[]): (WalkForecast & { readonly acted: number })[] {
  const known = new Map<string, Known[]>();
  return [...walk].sort((a, b) => a.barAt - b.barAt).map((each) => {
    const before = known.get(each.symbol) ?? [];
    known.set(each.symbol, before);
    const acted = corrected(each.forecast, correctionAfter(before));
    before.push({ forecast: each.forecast, actual: Math.log10(each.actual) });
    return { ...each, acted };
  });
}

export interface Kept {
  readonly symbol: string | null;
  readonly barSize: BarSize;
  readonly full: boolean;
  readonly state: 'running' | 'rejected';
  /** Kept with the network: the comparison that let it in or kept it out. */
  readonly scores: Readonly<Record<string, unknown>>;
}

/** Stores a trained network; one that is to run takes the place of the one before, whose weights go. */
export async function keepNetwork(db: Database, trained: Trained, { symbol, barSize, full, state, scores }: Kept): Promise<void> {
  await db.transaction(async (tx) => {
    if (state === 'running') {
      await tx.query(`update networks set state = 'retired', model = '' where state = 'running' and bar_size = $1 and symbol is not distinct from $2`, [barSize, symbol]);
    }
    const settings = { full, samples: trained.samples, seconds: Math.round(trained.seconds) };
    await tx.query(
      `insert into networks (hash, symbol, bar_size, settings, scores, model, trained_to, state) values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (hash) do update set state = excluded.state, model = excluded.model, scores = excluded.scores`,
      [trained.hash, symbol, barSize, JSON.stringify(settings), JSON.stringify(scores), state === 'running' ? trained.bytes : new Uint8Array(), new Date(trained.trainedTo), state],
    );
    if (state !== 'running') return;
    const rows = correctedWalk(trained.walk);
    await tx.query(
      `insert into walk_forward (network_hash, symbol, bar_at, target_at, last_close, raw_forecast, forecast, actual_close)
       select $1, * from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::float8[], $6::float8[], $7::float8[], $8::float8[]) on conflict do nothing`,
      [
        trained.hash, rows.map((row) => row.symbol), rows.map((row) => new Date(row.barAt).toISOString()), rows.map((row) => new Date(row.targetAt).toISOString()),
        rows.map((row) => row.lastClose), rows.map((row) => 10 ** row.forecast), rows.map((row) => 10 ** row.acted), rows.map((row) => row.actual),
      ],
    );
  });
}

/** Scored forecasts of a network of one symbol, oldest first: those it made, and before them those of its forerunners. */
export async function knownForecasts(db: Queries, hash: string, symbol: string, most: number): Promise<Known[]> {
  const rows = await db.query<{ raw: number; actual: number }>(
    `select raw_forecast as raw, actual_close as actual from (
       select bar_at, raw_forecast, actual_close from walk_forward where network_hash = $1 and symbol = $2
       union all select bar_at, raw_forecast, actual_close from predictions where network_hash = $1 and symbol = $2 and actual_close is not null
     ) as scored order by bar_at desc limit $3`, [hash, symbol, most],
  );
  return rows.map(({ raw, actual }) => ({ forecast: Math.log10(raw), actual: Math.log10(actual) })).reverse();
}
