/**
 * A process of the service, under a harness that says what time it is: `node role.js OPTIONS`, with the options as JSON. It checks when it is sent `{ now }` and
 * answers with a report; as a sender it works by itself, as web it answers on a port of its own.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { check } from '../../src/checker/check.js';
import { readConfig } from '../../src/config/config.js';
import { openReplay } from '../../src/data/replay.js';
import { openPool } from '../../src/network/pool.js';
import type { StoredNetwork } from '../../src/network/prediction.js';
import { createLog } from '../../src/operation/log.js';
import { createMetrics } from '../../src/operation/metrics.js';
import { pageMailer } from '../../src/outbox/mail.js';
import { openPush } from '../../src/outbox/push.js';
import type { VapidKeys } from '../../src/outbox/push.js';
import { startSender } from '../../src/outbox/sender.js';
import type { Sender } from '../../src/outbox/sender.js';
import { engineOf } from '../../src/service.js';
import { openStorage } from '../../src/storage/open.js';
import { startWeb } from '../../src/web/start.js';

export interface RoleOptions {
  readonly roles: readonly ('web' | 'checker' | 'sender')[];
  /** Absent: the embedded database in `folder`. */
  readonly databaseUrl?: string | undefined;
  readonly folder: string;
  readonly simulated: number;
  /** Seconds after which rows of a dead sender are taken by another. */
  readonly lease: number;
  readonly vapid: VapidKeys;
  /** File of the certificate to believe. */
  readonly ca: string;
  /** Forecasts by a made-up network instead of the stored one. */
  readonly quick: boolean;
  /** Milliseconds for one push. */
  readonly limit: number;
}

/** What the process tells: once it is open, with the address of its pages, after each check, and of its memory. */
export type Told =
  | { readonly open: string }
  | { readonly checked: { readonly now: number; readonly hits: number; readonly predicted: number; readonly milliseconds: number; readonly states: readonly string[] } }
  | { readonly failed: string }
  | { readonly memory: { readonly heap: number; readonly rss: number } };

export type Order = { readonly now: number } | { readonly memory: true };

const options = JSON.parse(process.argv[2] ?? '') as RoleOptions;
const tell = (told: Told): void => { process.send?.(told); };

const db = await openStorage({ folder: options.folder, databaseUrl: options.databaseUrl });
let sender: Sender | undefined;
if (options.roles.includes('sender')) {
  const push = openPush({ vapid: options.vapid, limit: options.limit, allowPrivate: () => true, ca: readFileSync(options.ca, 'utf8') });
  sender = startSender({ db, push, mailer: pageMailer, lease: options.lease, interval: 100 });
}
const source = await openReplay({ simulated: options.simulated, seed: 1 });
if (options.roles.includes('checker')) {
  const pool = openPool({ limit: 60_000, ...(options.quick && { worker: new URL('./quickWorker.js', import.meta.url) }) });
  const networks = new Map<string, StoredNetwork>();
  let last: Promise<void> = Promise.resolve();
  process.on('message', (order: Order) => {
    if (!('now' in order)) return;
    last = last.then(async () => {
      try {
        const { hits, predicted, milliseconds, outcomes, filed } = await check({ db, source, pool, networks }, order.now);
        if (filed > 0) sender?.wake();
        tell({ checked: { now: order.now, hits, predicted, milliseconds, states: outcomes.map(({ state, reason }) => `${state} ${reason}`) } });
      } catch (error) {
        tell({ failed: String(error) });
      }
    });
  });
}
let url = '';
const config = readConfig(['--port', '0'], {});
if (options.roles.includes('web') && config !== 'help') {
  const log = createLog('error', () => undefined);
  ({ url } = await startWeb(config, { database: db, log, metrics: createMetrics(), progress: () => 1, sourceNote: '', engine: engineOf(db, source, log) }));
}
process.on('message', (order: Order) => {
  if (!('memory' in order)) return;
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  tell({ memory: { heap: heapUsed + external + arrayBuffers, rss } });
});
process.on('disconnect', () => { process.exit(0); });
tell({ open: url });
