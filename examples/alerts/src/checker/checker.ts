/** The role `checker`: trains at first start, checks every quarter of an hour of the service's time, trains again at night. */
import { setTimeout as pause } from 'node:timers/promises';
import { Cron } from 'croner';
import type { BarSource } from '../data/barSource.js';
import type { Clock } from '../data/clock.js';
import { listSymbols } from '../data/listSymbols.js';
import { ZONE, newYorkTime } from '../data/newYork.js';
import { openPool } from '../network/pool.js';
import type { StoredNetwork } from '../network/prediction.js';
import { retrain } from '../network/retrain.js';
import type { TrainingSize } from '../network/walkForward.js';
import type { TrainingReport } from '../network/retrain.js';
import { barSizeOf, runningNetworks } from '../network/store.js';
import type { Database } from '../storage/database.js';
import { check } from './check.js';
import type { CheckReport } from './check.js';

export interface CheckerOptions {
  readonly db: Database;
  readonly source: BarSource;
  readonly clock: Clock;
  readonly seed: number;
  /** One network a symbol. */
  readonly networkEach: boolean;
  /** How much training sees, instead of what its size says; for tests. */
  readonly training?: Partial<TrainingSize> | undefined;
  /** Worker threads for forecasts; as many as fit by default. */
  readonly threads?: number | undefined;
  /** Milliseconds for one forecast. Default 30 s. */
  readonly limit?: number | undefined;
  /** New pushes wait: the sender of this process may be woken. */
  readonly filed?: (() => void) | undefined;
  readonly hear: (event: CheckerEvent) => void;
}

export type CheckerEvent =
  | { readonly kind: 'training'; readonly share: number; readonly what: string }
  | { readonly kind: 'trained'; readonly report: TrainingReport }
  /** Another process trains the first network. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'checked'; readonly report: CheckReport }
  | { readonly kind: 'failed'; readonly what: 'check' | 'training'; readonly error: unknown };

export interface Checker {
  /** How far the first training is, 0 to 1; 1 when a network runs. */
  readonly progress: number;
  /** Checks now, after a check that is under way. */
  checkNow(): Promise<CheckReport>;
  /** Lets a check that is under way end, stops all else. */
  stop(): Promise<void>;
}

/** Whether this process is the first to ask for tonight's training. */
async function claimNight(db: Database): Promise<boolean> {
  const rows = await db.query(
    `insert into settings (name, value) values ('trained on', to_jsonb($1::text)) on conflict (name) do update set value = excluded.value where settings.value <> excluded.value returning name`,
    [newYorkTime(Date.now()).day],
  );
  return rows.length > 0;
}

/** Quarter hours of a replay pass in less, but checks no faster than this. */
const FASTEST = 1000;
const QUARTER = 15 * 60_000;
/** Between two looks whether another process has trained. */
const LOOK = 1000;

export async function startChecker({ db, source, clock, seed, networkEach, training, threads, limit = 30_000, filed, hear }: CheckerOptions): Promise<Checker> {
  await listSymbols(db, source);
  const pool = openPool({ threads, limit });
  const networks = new Map<string, StoredNetwork>();
  const stopping = new AbortController();
  let progress = 0;
  let last: Promise<unknown> = Promise.resolve();

  const checkNow = async (): Promise<CheckReport> => {
    const next = last.then(async () => {
      const report = await check({ db, source, pool, networks }, clock.now(), stopping.signal);
      if (report.filed > 0) filed?.();
      hear({ kind: 'checked', report });
      return report;
    });
    last = next.catch((error: unknown) => { if (!stopping.signal.aborted) hear({ kind: 'failed', what: 'check', error }); });
    return next;
  };
  const train = async (full: boolean, told: (share: number) => void): Promise<void> => {
    try {
      let percent = -1;
      const tell = (share: number, what: string): void => {
        told(share);
        if (Math.floor(100 * share) === percent) return;
        percent = Math.floor(100 * share);
        hear({ kind: 'training', share, what });
      };
      for (const report of await retrain(db, source, clock.now(), { full, seed, each: networkEach, size: training, progress: tell, signal: stopping.signal })) hear({ kind: 'trained', report });
    } catch (error) {
      if (!stopping.signal.aborted) hear({ kind: 'failed', what: 'training', error });
    }
  };

  const trained = async (): Promise<boolean> => (await runningNetworks(db, barSizeOf(source.barMinutes))).length > 0;
  /** Of processes that start on an empty database, one trains; the others wait for its network, and for its place should it die. */
  const firstTraining = async (): Promise<void> => {
    for (let waited = false; !stopping.signal.aborted && !await trained(); waited = true) {
      const ours = await db.exclusive('first training', async () => {
        if (!await trained()) await train(false, (share) => { progress = Math.min(share, 0.999); });
      });
      if (ours) return;
      if (!waited) hear({ kind: 'waiting' });
      await pause(LOOK, undefined, { signal: stopping.signal });
    }
  };
  let underWay = false;
  /** A check that takes longer than the pause between two is not followed by a crowd of them. Without a network, that is trained first. */
  const start = async (): Promise<void> => {
    if (underWay || stopping.signal.aborted) return;
    underWay = true;
    try {
      if (progress < 1 && !await trained()) {
        // Pages have bars to show meanwhile.
        await checkNow();
        await firstTraining();
      }
      if (await trained()) progress = 1;
      await checkNow();
    } catch {
      // It was heard of; the next one may succeed.
    } finally {
      underWay = false;
    }
  };
  const tick = (): void => { void start(); };
  const started = start();
  const jobs = clock.speed === 1
    ? [new Cron('*/15 * * * *', tick)]
    : [new Cron('* * * * * *', { interval: Math.ceil(Math.max(FASTEST, QUARTER / clock.speed) / 1000) }, tick)];
  // After the close in New York; the size of the network that runs is kept. One of several processes does it.
  jobs.push(new Cron('30 18 * * *', { timezone: ZONE, protect: true }, async () => {
    const [running] = await runningNetworks(db, barSizeOf(source.barMinutes));
    if (running && await claimNight(db)) await train(running.full, () => undefined);
  }));

  return {
    get progress() { return progress; },
    checkNow,
    async stop() {
      for (const job of jobs) job.stop();
      stopping.abort(new Error('The checker stops.'));
      await Promise.allSettled([last, started]);
      await pool.close();
    },
  };
}
