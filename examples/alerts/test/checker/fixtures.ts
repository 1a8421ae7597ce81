/** A small market for tests: daily bars of made-up shares, a network that says what the test wants, people with alerts. */
import { randomUUID } from 'node:crypto';
import { DAY } from '../../src/data/barSource.js';
import type { BarSource } from '../../src/data/barSource.js';
import { sessionOf } from '../../src/data/marketCalendar.js';
import { addDays } from '../../src/data/newYork.js';
import { simulate } from '../../src/data/simulated.js';
import type { PredictionPool } from '../../src/network/pool.js';
import type { Prediction } from '../../src/network/prediction.js';
import type { Queries } from '../../src/storage/database.js';

export const NETWORK = 'feedfeedfeedfeed';

const times = Array.from({ length: 700 }, (_, i) => sessionOf(addDays('2022-01-03', i))).filter((session) => session !== undefined);

/** The close of the nth session. */
export function close(n: number): number {
  return times[n]?.closesAt ?? NaN;
}

/** Enough bars for a window lie before this one. */
export const FIRST = 60;

export function marketOf(symbols: readonly string[]): BarSource {
  const bars = new Map(symbols.map((symbol, i) => [symbol, simulate(times, i, 7)]));
  return {
    name: 'replay', label: 'made up', barMinutes: DAY,
    search: async () => symbols.map((symbol) => ({ symbol, name: symbol, origin: 'simulated' })),
    bars: async (symbol, from, to) => (bars.get(symbol) ?? []).filter(({ opensAt, closesAt }) => opensAt >= from && closesAt <= to),
  };
}

/** A pool whose network foretells `percent` of a symbol. */
export function poolOf(percent: (symbol: string, barAt: number) => number | Promise<number>): PredictionPool & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked, threads: 2, close: async () => undefined,
    predict: async ({ symbol, bars }): Promise<Prediction> => {
      asked.push(symbol);
      const lastClose = bars.at(-1)?.close ?? NaN;
      const told = await percent(symbol, bars.at(-1)?.closesAt ?? NaN);
      const forecast = lastClose * (1 + told / 100);
      return { lastClose, forecast, raw: forecast, percent: told, words: { title: `${symbol} ${told}`, summary: 'Next close.', explanation: ['why'] }, picture: `<svg>${symbol} ${told}</svg>` };
    },
  };
}

/** Symbols and a network that runs. */
export async function furnish(db: Queries, symbols: readonly string[]): Promise<void> {
  for (const symbol of symbols) await db.query(`insert into symbols (symbol, name, exchange, source) values ($1, $1, 'simulated', 'replay') on conflict do nothing`, [symbol]);
  await db.query(
    `insert into networks (hash, symbol, bar_size, settings, scores, model, trained_to, state) values ($1, null, '1d', '{"full": false}', '{}', '', $2, 'running') on conflict do nothing`, [NETWORK, new Date(0)],
  );
}

/** @returns the id of a person in New York, and of a session of theirs. */
export async function person(db: Queries, zone = 'America/New_York'): Promise<{ readonly user: string; readonly session: string }> {
  const [user, session] = [randomUUID(), randomUUID()];
  await db.query(`insert into users (id, email, password_hash, time_zone) values ($1, $2, '', $3)`, [user, `${user}@example.org`, zone]);
  await db.query(`insert into sessions (id, user_id, token_hash, address, agent, expires_at) values ($1, $2, $3, '', '', now() + interval '1 day')`, [session, user, Buffer.from(session)]);
  return { user, session };
}

export interface AlertSettings {
  readonly direction?: 'surge' | 'plunge' | 'both';
  readonly threshold?: number;
  readonly inRow?: number;
  readonly pause?: number;
  readonly from?: number;
  readonly to?: number;
}

export async function alertOf(db: Queries, user: string, symbol: string, { direction = 'both', threshold = 1, inRow = 1, pause = 0, from = 0, to = 0 }: AlertSettings = {}): Promise<string> {
  const id = randomUUID();
  await db.query(
    'insert into alerts (id, user_id, symbol, direction, threshold_percent, checks_in_row, pause_minutes, active_from, active_to) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [id, user, symbol, direction, threshold, inRow, pause, from, to],
  );
  return id;
}

export async function subscribe(db: Queries, { user, session }: { readonly user: string; readonly session: string }, endpoint: string, keys = { p256dh: 'k', auth: 'a' }): Promise<string> {
  const id = randomUUID();
  await db.query('insert into push_subscriptions (id, user_id, session_id, endpoint, p256dh, auth) values ($1, $2, $3, $4, $5, $6)', [id, user, session, endpoint, keys.p256dh, keys.auth]);
  return id;
}

