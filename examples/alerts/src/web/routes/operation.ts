/** Routes for whoever runs the service. */
import { timingSafeEqual } from 'node:crypto';
import type { Hono } from 'hono';
import { only } from '../../storage/database.js';
import { isLoopback } from '../../config/config.js';
import { digestOf } from '../../accounts/secrets.js';
import type { WebEnv, WebServices } from '../services.js';

export function operationRoutes(app: Hono<WebEnv>, { database, metrics, settings }: WebServices): void {
  app.get('/healthz', async (context) => {
    try {
      await database.query('select 1');
      return context.text('ok\n');
    } catch {
      return context.text('The database does not answer.\n', 503);
    }
  });

  app.get('/metrics', async (context) => {
    const given = /^Bearer (\S{1,200})$/.exec(context.req.header('authorization') ?? '')?.[1];
    const known = settings.metricsToken !== undefined && given !== undefined && timingSafeEqual(digestOf(given), digestOf(settings.metricsToken));
    // From this machine no token is needed, unless a proxy in front makes every request come from it.
    const local = settings.metricsToken === undefined && settings.trustedProxies === 0 && isLoopback(context.get('address'));
    if (!known && !local) return context.notFound();
    const row = only(await database.query<Record<string, number>>(
      `select (select count(*)::int from outbox where sent_at is null and gave_up_at is null) as waiting,
              (select coalesce(extract(epoch from now() - min(due_at)), 0)::float8 from outbox where sent_at is null and gave_up_at is null and due_at <= now()) as lag,
              (select count(*)::int from alerts where not paused) as alerts, (select count(*)::int from users) as users,
              (select count(*)::int from push_subscriptions) as devices,
              (select coalesce(extract(epoch from now() - max(finished_at)), -1)::float8 from checks) as check_age`,
    ));
    metrics.gauge('alerts_outbox_waiting', 'Messages that wait to be sent.', row.waiting ?? 0);
    metrics.gauge('alerts_outbox_lag_seconds', 'How long the oldest due message has waited.', Math.max(0, row.lag ?? 0));
    metrics.gauge('alerts_active', 'Alerts that are not paused.', row.alerts ?? 0);
    metrics.gauge('alerts_users', 'Accounts.', row.users ?? 0);
    metrics.gauge('alerts_devices', 'Devices that are told by push.', row.devices ?? 0);
    metrics.gauge('alerts_check_age_seconds', 'Since the last check ended; -1 before the first.', row.check_age ?? -1);
    metrics.gauge('process_resident_memory_bytes', 'Memory of this process.', process.memoryUsage.rss());
    return context.text(metrics.text(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
}
