/**
 * Sends what waits in the outbox. An endpoint is called by one request at a time; one that is slow gives its place to the others and is waited for aside, and one
 * that failed rests, so that a dead push service holds up nobody else.
 */
import type { MailPayload } from '../storage/rows.js';
import type { Database } from '../storage/database.js';
import { gathered } from './gathered.js';
import type { Mailer } from './mail.js';
import type { Outcome } from './outcome.js';
import type { PushDelivery } from './push.js';
import { openQueue } from './queue.js';
import type { Settled, Taken } from './queue.js';

/** What became of one row. */
export interface Delivered {
  readonly kind: Taken['kind'];
  /** `lost`: given up, as nobody knows what became of two attempts. */
  readonly outcome: Outcome['kind'] | 'lost';
  readonly problem?: string;
}

export interface SenderOptions {
  readonly db: Database;
  readonly push: PushDelivery;
  readonly mailer: Mailer;
  /** Requests that hold a place at the same time. Default 48. */
  readonly places?: number;
  /** Milliseconds after which a request is waited for aside. Default 250. */
  readonly patience?: number;
  /** Requests that are waited for aside at most. Default 2000. */
  readonly aside?: number;
  /** Seconds after which rows of a sender that died may be taken by another; one that lives renews them. Default 60. */
  readonly lease?: number;
  /** Milliseconds between looks into an empty outbox. Default 500. */
  readonly interval?: number;
  /** Hears of every outcome, and of a database that does not answer. */
  readonly hear?: (event: Delivered | { readonly failed: unknown }) => void;
}

export interface Sender {
  /** Looks into the outbox now. */
  wake(): void;
  /** Takes nothing more, waits for what is under way, and settles it. */
  stop(): Promise<void>;
}

export function startSender({ db, push, mailer, places = 48, patience = 250, aside = 2000, lease = 60, interval = 500, hear = () => undefined }: SenderOptions): Sender {
  const queue = openQueue(db, lease);
  const busy = new Map<string, Taken[]>();
  /** Rows that are held: taken, and not settled yet. */
  const held = new Set<Taken>();
  const done: Settled[] = [];
  const begin = gathered<Taken>((rows) => queue.begin(rows), (error) => { hear({ failed: error }); });
  let [holding, waitedFor, stopped] = [0, 0, false];
  let wakeUp: () => void = () => undefined;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wakeUp = () => { clearTimeout(timer); resolve(); };
  });

  const deliver = async (row: Taken): Promise<Outcome> => {
    // Twice it was on the wire, as far as anybody knows: a third time would be one too many. The list has it.
    if (row.lost > 1) return { kind: 'refused', problem: 'the sender died twice while it was on the wire' };
    if (row.kind === 'mail') return await begin(row) ? mailer.send(row.payload as MailPayload, row.topic) : { kind: 'untouched' };
    if (row.endpoint === null || row.p256dh === null || row.auth === null) return { kind: 'refused', problem: 'the endpoint is gone' };
    return push.send({ endpoint: row.endpoint, p256dh: row.p256dh, auth: row.auth, topic: row.topic, payload: JSON.stringify(row.payload) }, () => begin(row));
  };

  /** The rows of one endpoint, one after the other, until one fails. */
  const work = async (key: string, rows: Taken[]): Promise<void> => {
    for (let row = rows.shift(); row !== undefined; row = rows.shift()) {
      if (stopped) { done.push({ row, outcome: { kind: 'untouched' } }); continue; }
      let holds = true;
      holding++;
      const timer = setTimeout(() => { holds = false; holding--; waitedFor++; wakeUp(); }, patience);
      const outcome = await deliver(row).catch((error: unknown): Outcome => ({ kind: 'later', problem: error instanceof Error ? error.message : String(error) }));
      clearTimeout(timer);
      if (holds) holding--;
      else waitedFor--;
      hear({ kind: row.kind, outcome: row.lost > 1 ? 'lost' : outcome.kind, ...('problem' in outcome && { problem: outcome.problem }) });
      done.push({ row, outcome });
      if (outcome.kind !== 'sent' && outcome.kind !== 'refused') done.push(...rows.splice(0).map((rest) => ({ row: rest, outcome: { kind: 'untouched' } as const })));
      wakeUp();
    }
    busy.delete(key);
    wakeUp();
  };

  let renewed = performance.now();
  const renew = async (): Promise<void> => {
    if (held.size === 0 || performance.now() - renewed < 1000 * lease / 3) return;
    await queue.renew([...held]);
    renewed = performance.now();
  };

  const run = async (): Promise<void> => {
    while (!stopped || busy.size > 0 || done.length > 0) {
      try {
        const batch = done.splice(0);
        // Put back what could not be written down: the database may come again.
        if (batch.length > 0) await queue.settle(batch, mailer.keepsText).catch((error: unknown) => { done.push(...batch); throw error; });
        for (const { row } of batch) held.delete(row);
        await renew();
        const free = places - holding;
        const rows = stopped || free <= 0 || waitedFor >= aside ? [] : await queue.take(free, [...busy.keys()].filter((key) => !key.startsWith('mail')));
        for (const row of rows) {
          held.add(row);
          const key = row.subscription ?? `mail ${row.id}`;
          const known = busy.get(key);
          if (known) { known.push(row); continue; }
          const own = [row];
          busy.set(key, own);
          // It begins once all rows of this batch have found their endpoint.
          setImmediate(() => { void work(key, own); });
        }
        if (rows.length === 0 && done.length === 0) await sleep(stopped ? 20 : interval);
        // A breath, in which answers come in: they are settled together.
        else await sleep(5);
      } catch (error) {
        hear({ failed: error });
        await sleep(interval);
        if (stopped && busy.size === 0) return;
      }
    }
  };
  const running = run();
  return { wake: () => { wakeUp(); }, stop: async () => { stopped = true; wakeUp(); await running; } };
}
