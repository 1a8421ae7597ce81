/** All that the service holds about one person, for them to keep. Secrets (hashes, keys of devices) are left out. */
import type { Queries } from '../storage/database.js';

export async function exportAccount(database: Queries, userId: string): Promise<Record<string, unknown>> {
  const of = (statement: string): Promise<Record<string, unknown>[]> => database.query(statement, [userId]);
  return {
    account: (await of('select email, time_zone, created_at from users where id = $1'))[0],
    sessions: await of('select address, agent, created_at, seen_at, expires_at from sessions where user_id = $1 order by created_at'),
    alerts: await of('select symbol, direction, threshold_percent, checks_in_row, pause_minutes, active_from, active_to, paused, created_at, updated_at from alerts where user_id = $1 order by created_at'),
    notifications: await of('select symbol, direction, threshold_percent, change_percent, last_close, forecast, bar_at, target_at, words, test, created_at, read_at from notifications where user_id = $1 order by created_at'),
    devices: await of('select endpoint, created_at from push_subscriptions where user_id = $1 order by created_at'),
    messages: await of('select kind, created_at, sent_at, gave_up_at from outbox where user_id = $1 order by created_at'),
  };
}
