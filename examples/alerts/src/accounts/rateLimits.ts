/** How often something may be tried, counted in the database so that processes count together. Keys are kept as digests. */
import type { Queries } from '../storage/database.js';
import { only } from '../storage/database.js';
import { digestOf } from './secrets.js';

export interface Limit {
  name: string;
  tries: number;
  seconds: number;
}

/** By account: so many that a forgetful owner gets in, so few that nobody guesses. By address: a household or an office, no more. */
export const limits = {
  logInByAccount: { name: 'log-in/account', tries: 10, seconds: 900 },
  logInByAddress: { name: 'log-in/address', tries: 50, seconds: 900 },
  mailByAccount: { name: 'mail/account', tries: 5, seconds: 3_600 },
  mailByAddress: { name: 'mail/address', tries: 20, seconds: 3_600 },
  linkByAddress: { name: 'link/address', tries: 50, seconds: 900 },
  passwordByAccount: { name: 'password/account', tries: 10, seconds: 900 },
  testByAccount: { name: 'test/account', tries: 30, seconds: 900 },
  writeByAccount: { name: 'write/account', tries: 600, seconds: 900 },
} as const satisfies Record<string, Limit>;

/** Counts one try; returns 0 where it is allowed, else the seconds until the next one is. */
export async function take(database: Queries, limit: Limit, key: string): Promise<number> {
  const row = only(await database.query<{ count: number; left: number }>(
    `insert into rate_limits as r (name, key_hash, opened_at, count) values ($1, $2, now(), 1)
     on conflict (name, key_hash) do update set
       count = case when r.opened_at <= now() - make_interval(secs => $3) then 1 else r.count + 1 end,
       opened_at = case when r.opened_at <= now() - make_interval(secs => $3) then now() else r.opened_at end
     returning count, greatest(1, ceil(extract(epoch from opened_at + make_interval(secs => $3) - now())))::int as left`,
    [limit.name, digestOf(key), limit.seconds],
  ));
  return row.count <= limit.tries ? 0 : row.left;
}
