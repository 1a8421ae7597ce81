/** Sessions: who a cookie belongs to. One ends 30 days after it was last used, and 90 days after it began. */
import type { Queries } from '../storage/database.js';
import { only } from '../storage/database.js';
import type { SessionRow } from '../storage/rows.js';
import { digestOf, newSecret } from './secrets.js';

export const IDLE_DAYS = 30;
export const LONGEST_DAYS = 90;

/** Whose page is being made. */
export interface Visitor {
  userId: string;
  email: string;
  timeZone: string;
  sessionId: string;
}

export async function openSession(database: Queries, userId: string, address: string, agent: string): Promise<string> {
  const secret = newSecret();
  await database.query(
    `insert into sessions (user_id, token_hash, address, agent, expires_at) values ($1, $2, $3, $4, now() + make_interval(days => $5))`,
    [userId, digestOf(secret), address, agent.slice(0, 200), IDLE_DAYS],
  );
  return secret;
}

/** Whom a secret belongs to, or undefined; notes at most once a minute that the session was used. */
export async function visitorOf(database: Queries, secret: string): Promise<Visitor | undefined> {
  const [row] = await database.query<{ session_id: string; user_id: string; email: string; time_zone: string; stale: boolean }>(
    `select s.id as session_id, u.id as user_id, u.email, u.time_zone, s.seen_at < now() - interval '1 minute' as stale
     from sessions s join users u on u.id = s.user_id where s.token_hash = $1 and s.expires_at > now()`,
    [digestOf(secret)],
  );
  if (!row) return undefined;
  if (row.stale) {
    await database.query(
      `update sessions set seen_at = now(), expires_at = least(now() + make_interval(days => $2), created_at + make_interval(days => $3)) where id = $1`,
      [row.session_id, IDLE_DAYS, LONGEST_DAYS],
    );
  }
  return { userId: row.user_id, email: row.email, timeZone: row.time_zone, sessionId: row.session_id };
}

export const sessionsOf = (database: Queries, userId: string): Promise<SessionRow[]> =>
  database.query<SessionRow>('select id, user_id, address, agent, created_at, seen_at, expires_at from sessions where user_id = $1 and expires_at > now() order by seen_at desc', [userId]);

/** Ends one session of a user; says whether there was one. */
export async function endSession(database: Queries, userId: string, sessionId: string): Promise<boolean> {
  return (await database.query('delete from sessions where id = $1 and user_id = $2 returning id', [sessionId, userId])).length > 0;
}

/** Ends all sessions of a user, but for `except`; returns how many. */
export async function endSessions(database: Queries, userId: string, except?: string): Promise<number> {
  return only(await database.query<{ n: number }>(
    'with ended as (delete from sessions where user_id = $1 and id is distinct from $2 returning 1) select count(*)::int as n from ended', [userId, except ?? null],
  )).n;
}

/** Removes what has ended by itself. */
export async function sweep(database: Queries): Promise<void> {
  await database.query('delete from sessions where expires_at <= now()');
  await database.query('delete from mail_tokens where expires_at <= now()');
  await database.query(`delete from rate_limits where opened_at < now() - interval '1 day'`);
}
