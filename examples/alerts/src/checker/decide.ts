/**
 * All alerts at once, in one statement: those of symbols whose newest forecast they have not been asked about yet, in their active hours, not paused and not silent
 * after a hit. A hit is a row of `notifications`; each endpoint of its user, a row of `outbox` beside it. Nothing of it can happen twice for one bar: an alert
 * keeps the bar that it last decided, under a lock of its row, and a notification is unique by alert and bar.
 */
import type { Queries } from '../storage/database.js';

const DECISION = `
with latest as (
  select distinct on (p.symbol) p.* from predictions p join networks n on n.hash = p.network_hash
  where n.state = 'running' and n.bar_size = $2 and p.bar_at <= $1 and p.target_at > $1
  order by p.symbol, p.bar_at desc, n.symbol nulls last
), local as (
  select * from unnest($3::text[], $4::int[]) as zone (time_zone, minute)
), asked as (
  select a.id, p.id as prediction_id, p.bar_at,
    (a.direction <> 'plunge' and p.change_percent >= a.threshold_percent) or (a.direction <> 'surge' and p.change_percent <= -a.threshold_percent) as moved
  from alerts a
  join latest p on p.symbol = a.symbol
  join users u on u.id = a.user_id
  left join local l on l.time_zone = u.time_zone
  where not a.paused and (a.decided_bar_at is null or a.decided_bar_at < p.bar_at) and (a.silent_until is null or a.silent_until <= $1)
    and (a.active_from = a.active_to
      or (a.active_from < a.active_to and coalesce(l.minute, 0) >= a.active_from and coalesce(l.minute, 0) < a.active_to)
      or (a.active_from > a.active_to and (coalesce(l.minute, 0) >= a.active_from or coalesce(l.minute, 0) < a.active_to)))
  order by a.id
  for update of a
), decided as (
  update alerts a set
    decided_bar_at = k.bar_at,
    decisions = a.decisions + 1,
    hits_in_row = case when k.moved and a.hits_in_row + 1 < a.checks_in_row then a.hits_in_row + 1 else 0 end,
    silent_until = case when k.moved and a.hits_in_row + 1 >= a.checks_in_row then $1::timestamptz + make_interval(mins => a.pause_minutes) else a.silent_until end
  from asked k
  where a.id = k.id and (a.decided_bar_at is null or a.decided_bar_at < k.bar_at)
  returning a.id, a.user_id, a.threshold_percent, k.prediction_id, k.moved and a.hits_in_row = 0 as hit
), noted as (
  insert into notifications (user_id, alert_id, prediction_id, symbol, direction, threshold_percent, change_percent, last_close, forecast, bar_at, target_at, words, picture_hash, scale_hash)
  select d.user_id, d.id, p.id, p.symbol, case when p.change_percent < 0 then 'plunge' else 'surge' end, d.threshold_percent, p.change_percent, p.last_close, p.forecast,
    p.bar_at, p.target_at, p.words, p.picture_hash, p.scale_hash
  from decided d join latest p on p.id = d.prediction_id
  where d.hit
  on conflict (alert_id, bar_at) where not test do nothing
  returning id, user_id, words
), filed as (
  insert into outbox (kind, user_id, notification_id, subscription_id, topic, payload)
  select 'push', n.user_id, n.id, s.id, replace(n.id::text, '-', ''),
    jsonb_build_object('title', n.words ->> 'title', 'body', (n.words ->> 'summary') || ' No financial advice.', 'url', '/notifications/' || n.id, 'tag', n.id)
  from noted n join push_subscriptions s on s.user_id = n.user_id
  returning 1
)
select (select count(*) from decided)::int as decided, (select count(*) from noted)::int as hits, (select count(*) from filed)::int as filed`;

export interface Decision {
  /** Alerts that were asked. */
  readonly decided: number;
  /** Those that hit: notifications made. */
  readonly hits: number;
  /** Pushes that wait to be sent. */
  readonly filed: number;
}

/** The minute of the day that a clock of a zone shows; of UTC where the zone is unknown here. */
export function minuteIn(zone: string, time: number): number {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
  } catch {
    format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  }
  const [hour, minute] = format.format(time).split(':').map(Number);
  return 60 * (hour ?? 0) + (minute ?? 0);
}

/** @param now time of the service. @param tx the transaction in which the forecasts are stored too. */
export async function decide(tx: Queries, now: number, barSize: string): Promise<Decision> {
  // Zones are looked up here: one that the database does not know must not hold up the others.
  const zones = (await tx.query<{ time_zone: string }>('select distinct u.time_zone from users u join alerts a on a.user_id = u.id where a.active_from <> a.active_to')).map(({ time_zone }) => time_zone);
  const [row] = await tx.query<Decision & { decided: number }>(DECISION, [new Date(now), barSize, zones, zones.map((zone) => minuteIn(zone, now))]);
  return row ?? { decided: 0, hits: 0, filed: 0 };
}
