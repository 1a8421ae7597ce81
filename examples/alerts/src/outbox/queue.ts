/**
 * The outbox as a queue: rows are taken on a lease, shared among processes by SKIP LOCKED, renewed while the sender lives, noted as called right before they are,
 * and settled once the answer is there.
 */
import { randomUUID } from 'node:crypto';
import type { MailPayload, PushPayload } from '../storage/rows.js';
import type { Database } from '../storage/database.js';
import { pauseAfter } from './outcome.js';
import type { Outcome } from './outcome.js';

export interface Taken {
  readonly id: string;
  readonly kind: 'push' | 'mail';
  readonly topic: string;
  readonly payload: PushPayload | MailPayload;
  /** Attempts that were made before. */
  readonly attempts: number;
  /** Those of them whose sender died: each may have been on the wire. */
  readonly lost: number;
  /** null: mail. */
  readonly subscription: string | null;
  readonly endpoint: string | null;
  readonly p256dh: string | null;
  readonly auth: string | null;
}

export interface Settled {
  readonly row: Taken;
  readonly outcome: Outcome;
}

/** One sender's hold on the outbox. */
export interface Queue {
  /** @param busy endpoints that are being called. */
  take(most: number, busy: readonly string[]): Promise<Taken[]>;
  /** Keeps rows from running out of their lease. */
  renew(rows: readonly Taken[]): Promise<void>;
  /** Notes that rows are about to be on the wire. @returns those that may be: the others belong to another sender by now. */
  begin(rows: readonly Taken[]): Promise<ReadonlySet<Taken>>;
  /** Writes down what became of rows, all in one transaction. @param keepText keeps the text of mails that were sent. */
  settle(settled: readonly Settled[], keepText: boolean): Promise<void>;
}

/** Hours after which nothing is tried any more. */
const GIVE_UP = 24;
const FREE = 'taken_until = null, taken_by = null, called_at = null';

const idsOf = (rows: readonly { readonly row: Taken }[]): string[] => rows.map(({ row }) => row.id);
const endpointsOf = (rows: readonly { readonly row: Taken }[]): string[] => [...new Set(rows.flatMap(({ row }) => row.subscription ?? []))];

/** @param lease seconds after which another sender may take rows that were neither renewed nor settled. */
export function openQueue(db: Database, lease: number): Queue {
  const own = randomUUID();
  return {
    take: (most, busy) => db.query<Taken>(
      `with due as (
         select o.id from outbox o
         where o.sent_at is null and o.gave_up_at is null and o.due_at <= now() and (o.taken_until is null or o.taken_until < now())
           and (o.subscription_id is null or (o.subscription_id <> all ($3::uuid[])
             and not exists (select 1 from push_subscriptions s where s.id = o.subscription_id and s.resting_until > now())))
         order by o.due_at, o.id limit $1 for update of o skip locked
       ), taken as (
         update outbox o set taken_until = now() + make_interval(secs => $2), taken_by = $4, called_at = null,
           attempts = o.attempts + (o.called_at is not null)::int, lost = o.lost + (o.called_at is not null)::int
         from due where o.id = due.id returning o.*
       )
       select t.id, t.kind, t.topic, t.payload, t.attempts, t.lost, t.subscription_id as subscription, s.endpoint, s.p256dh, s.auth
       from taken t left join push_subscriptions s on s.id = t.subscription_id`, [most, lease, busy, own],
    ),

    renew: async (rows) => {
      await db.query('update outbox set taken_until = now() + make_interval(secs => $1) where id = any ($2) and taken_by = $3', [lease, rows.map(({ id }) => id), own]);
    },

    begin: async (rows) => {
      const held = await db.query<{ id: string }>(
        'update outbox set called_at = now(), taken_until = now() + make_interval(secs => $1) where id = any ($2) and taken_by = $3 returning id', [lease, rows.map(({ id }) => id), own],
      );
      const ids = new Set(held.map(({ id }) => id));
      return new Set(rows.filter(({ id }) => ids.has(id)));
    },

    settle: async (settled, keepText) => {
      const of = <K extends Outcome['kind']>(kind: K): { row: Taken; outcome: Extract<Outcome, { kind: K }> }[] =>
        settled.flatMap(({ row, outcome }) => (outcome.kind === kind ? [{ row, outcome: outcome as Extract<Outcome, { kind: K }> }] : []));
      const [sent, later, refused, gone, untouched] = [of('sent'), of('later'), of('refused'), of('gone'), of('untouched')];
      await db.transaction(async (tx) => {
        if (sent.length > 0) {
          // Whoever holds it by now: it was sent, and is not sent again.
          await tx.query(
            `update outbox set sent_at = now(), ${FREE}, attempts = attempts + 1,
               payload = case when kind = 'mail' and not $2 then payload || '{"text": ""}' else payload end where id = any ($1) and sent_at is null`,
            [idsOf(sent), keepText],
          );
          await tx.query('update push_subscriptions set failures = 0, resting_until = null where id = any ($1) and failures > 0', [endpointsOf(sent)]);
        }
        if (later.length > 0) {
          await tx.query(
            `update outbox o set ${FREE}, attempts = o.attempts + 1, due_at = now() + make_interval(secs => l.pause), problem = l.problem,
               gave_up_at = case when o.created_at < now() - make_interval(hours => ${GIVE_UP}) then now() end
             from unnest($1::uuid[], $2::float8[], $3::text[]) as l (id, pause, problem) where o.id = l.id and o.taken_by = $4`,
            [idsOf(later), later.map(({ row, outcome }) => pauseAfter(row.attempts + 1, outcome.after)), later.map(({ outcome }) => outcome.problem), own],
          );
          // What else waits for such an endpoint waits with it.
          const resting = later.flatMap(({ row, outcome }) => (row.subscription === null ? [] : [{ id: row.subscription, asked: outcome.after ?? 0 }]));
          await tx.query(
            `update push_subscriptions s set failures = s.failures + 1,
               resting_until = now() + make_interval(secs => greatest(r.asked, least(7200, 15 * 2 ^ least(s.failures, 9))))
             from (select id, max(asked) as asked from unnest($1::uuid[], $2::float8[]) as r (id, asked) group by id) as r where s.id = r.id`,
            [resting.map(({ id }) => id), resting.map(({ asked }) => Math.min(asked, 6 * 3600))],
          );
        }
        if (refused.length > 0) {
          await tx.query(
            `update outbox o set ${FREE}, gave_up_at = now(), problem = r.problem from unnest($1::uuid[], $2::text[]) as r (id, problem) where o.id = r.id and o.taken_by = $3`,
            [idsOf(refused), refused.map(({ outcome }) => outcome.problem), own],
          );
        }
        // Their outbox rows go with them.
        if (gone.length > 0) await tx.query('delete from push_subscriptions where id = any ($1)', [endpointsOf(gone)]);
        if (untouched.length > 0) await tx.query(`update outbox set ${FREE} where id = any ($1) and taken_by = $2`, [idsOf(untouched), own]);
      });
    },
  };
}
