/** "Test this alert now": a notification of the newest forecast, marked as a test, whether the alert would have fired or not. */
import type { Database } from '../storage/database.js';

export type Tested = { readonly notificationId: string } | { readonly reason: string };

export async function testAlert(db: Database, userId: string, alertId: string): Promise<Tested> {
  return db.transaction(async (tx) => {
    const [alert] = await tx.query<{ symbol: string; reason: string }>(
      'select a.symbol, s.reason from alerts a join symbols s on s.symbol = a.symbol where a.id = $1 and a.user_id = $2', [alertId, userId],
    );
    if (!alert) return { reason: 'There is no such alert.' };
    const [made] = await tx.query<{ id: string }>(
      `insert into notifications (user_id, alert_id, prediction_id, symbol, direction, threshold_percent, change_percent, last_close, forecast, bar_at, target_at, words, picture_hash, scale_hash, test)
       select a.user_id, a.id, p.id, p.symbol, case when p.change_percent < 0 then 'plunge' else 'surge' end, a.threshold_percent, p.change_percent, p.last_close, p.forecast,
         p.bar_at, p.target_at, p.words, p.picture_hash, p.scale_hash, true
       from alerts a join predictions p on p.symbol = a.symbol where a.id = $1 order by p.bar_at desc, p.created_at desc limit 1
       returning id`, [alertId],
    );
    if (!made) return { reason: `There is no forecast of ${alert.symbol} yet. ${alert.reason}`.trim() };
    await tx.query(
      `insert into outbox (kind, user_id, notification_id, subscription_id, topic, payload)
       select 'push', n.user_id, n.id, s.id, replace(n.id::text, '-', ''),
         jsonb_build_object('title', 'Test – ' || (n.words ->> 'title'), 'body', (n.words ->> 'summary') || ' No financial advice.', 'url', '/notifications/' || n.id, 'tag', n.id)
       from notifications n join push_subscriptions s on s.user_id = n.user_id where n.id = $1`, [made.id],
    );
    return { notificationId: made.id };
  });
}
