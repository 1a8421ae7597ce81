/**
 * Load: 10,000 alerts of 1,000 users on 50 symbols decided in one check, listed and pushed; the same with a fifth of the endpoints ill; memory over 200 checks.
 *
 *   node dist/test/soak/load.js [--share X] [--rounds N] [--checks N]
 *
 * --rounds 0 leaves out the load, --checks 0 the memory.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { wasm } from 'bptt';
import webpush from 'web-push';
import type { Bar } from '../../src/data/bar.js';
import { listSymbols } from '../../src/data/listSymbols.js';
import { REPLAY_START, openReplay } from '../../src/data/replay.js';
import { keepNetwork } from '../../src/network/store.js';
import { TRAINING, trainWalkingForward } from '../../src/network/walkForward.js';
import { openServer } from '../../src/storage/server.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { browserKeys, startPushService } from '../outbox/pushService.js';
import { startCluster } from '../storage/databases.js';
import { startRole } from './process.js';

const { values } = parseArgs({ options: { share: { type: 'string', default: '1' }, rounds: { type: 'string', default: '3' }, checks: { type: 'string' } } });
const share = Number(values.share);
const [USERS, EACH, SYMBOLS] = [Math.max(10, Math.round(1000 * share)), 10, 50];
const [ROUNDS, CHECKS] = [Number(values.rounds), values.checks === undefined ? Math.max(20, Math.round(200 * share)) : Number(values.checks)];
const LISTED_WITHIN = 30_000;
const PUSH_LIMIT = 10_000;

let [passed, failed] = [0, 0];
function verdict(name: string, holds: boolean, figure: string): void {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}: ${figure}`);
}
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
const average = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
const median = (numbers: readonly number[]): number => quantile([...numbers].sort((a, b) => a - b), 0.5);

const cluster = await startCluster();
const folder = mkdtempSync(join(tmpdir(), 'alerts-load-'));
/** By the first letter of its path an endpoint is sound, hangs, is busy, gone or broken. */
const service = await startPushService((path) => ({ h: 'hang', b: { status: 429, after: 60 }, g: 410, e: 500 } as const)[path[1] ?? ''] ?? 201);
const ca = join(folder, 'ca.pem');
writeFileSync(ca, service.ca);
const db = await openServer(cluster.url);
try {
  await migrate(db, await readMigrations());
  const source = await openReplay({ simulated: SYMBOLS - 2, seed: 1 });
  await listSymbols(db, source);
  const histories = new Map<string, readonly Bar[]>(await Promise.all(['AAPL', 'SPX'].map(async (symbol) => [symbol, await source.bars(symbol, 0, REPLAY_START)] as const)));
  const trained = await trainWalkingForward(histories, { ...TRAINING.reduced, first: 64, later: 0, forecasts: 10, full: false, seed: 1, barMinutes: 1440 }, await wasm({ threads: 2 }));
  await keepNetwork(db, trained, { symbol: null, barSize: '1d', full: false, state: 'running', scores: {} });
  const sessions = (await source.bars('AAPL', REPLAY_START, Infinity)).map(({ closesAt }) => closesAt);

  const users = Array.from({ length: USERS }, () => randomUUID());
  const listings = (await source.search('')).map(({ symbol }) => symbol);
  await db.query(`insert into users (id, email, password_hash, time_zone) select id, id::text || '@example.org', '', 'America/New_York' from unnest($1::uuid[]) as u (id)`, [users]);
  await db.query(`insert into sessions (id, user_id, token_hash, address, agent, expires_at) select id, id, convert_to(id::text, 'UTF8'), '', '', now() + interval '1 day' from unnest($1::uuid[]) as u (id)`, [users]);
  const alerts = users.flatMap((user, i) => Array.from({ length: EACH }, (_, j) => ({ user, symbol: listings[(7 * i + 5 * j) % SYMBOLS] ?? '' })));
  await db.query(
    `insert into alerts (user_id, symbol, direction, threshold_percent, checks_in_row, pause_minutes, active_from, active_to)
     select user_id, symbol, 'both', 1e-9, 1, 0, 0, 0 from unnest($1::uuid[], $2::text[]) as a (user_id, symbol)`, [alerts.map(({ user }) => user), alerts.map(({ symbol }) => symbol)],
  );
  const keys = browserKeys();
  const illness = (i: number, ill: boolean): string => (!ill || i % 10 > 1 ? 'f' : i % 10 === 0 ? 'h' : ['b', 'g', 'e'][Math.floor(i / 10) % 3] ?? 'f');
  let wave = 0;
  const subscribeAll = async (ill: boolean): Promise<void> => {
    wave++;
    await db.execute('truncate outbox, notifications, push_subscriptions cascade');
    await db.query(
      `insert into push_subscriptions (user_id, session_id, endpoint, p256dh, auth) select id, id, endpoint, $3, $4 from unnest($1::uuid[], $2::text[]) as s (id, endpoint)`,
      [users, users.map((_, i) => `${service.origin}/${illness(i, ill)}${wave}-${i % 10 > 1 ? 'other' : 'tenth'}-${i}`), keys.p256dh, keys.auth],
    );
  };

  const role = await startRole({
    roles: ['checker', 'sender'], databaseUrl: cluster.url, folder, simulated: SYMBOLS - 2, lease: 60, vapid: { ...webpush.generateVAPIDKeys(), subject: 'mailto:ops@example.org' }, ca, quick: false, limit: PUSH_LIMIT,
  });
  let bar = 0;
  /** One check of all alerts: when all were listed, and when each sound endpoint of the other eight tenths had its pushes. */
  const round = async (ill: boolean): Promise<{ readonly listed: number; readonly pushes: number[] }> => {
    await subscribeAll(ill);
    service.received.length = 0;
    const now = sessions[bar++] ?? NaN;
    const started = performance.now();
    const report = role.next('checked');
    role.order({ now });
    let listed = NaN;
    while (Number.isNaN(listed)) {
      const [{ n } = { n: 0 }] = await db.query<{ n: number }>('select count(*)::int as n from notifications');
      if (n === alerts.length) listed = performance.now() - started;
      else if (performance.now() - started > 300_000) throw new Error(`only ${n} of ${alerts.length} were listed`);
      else await pause(50);
    }
    const { checked } = await report;
    const others = USERS * EACH * 0.8;
    const done = (): number => service.received.filter(({ path }) => path.includes('-other-')).length;
    while (done() < others && performance.now() - started < 300_000) await pause(100);
    const pushes = service.received.filter(({ path }) => path.includes('-other-')).map(({ at }) => at - started).sort((a, b) => a - b);
    console.log(`     round with ${ill ? 'ill' : 'sound'} endpoints: check ${seconds(checked.milliseconds)}, listed ${seconds(listed)}, ${pushes.length} pushes p50 ${seconds(quantile(pushes, 0.5))}, p99 ${seconds(quantile(pushes, 0.99))}`);
    return { listed, pushes };
  };

  if (ROUNDS > 0) {
    await round(false); // warms threads, connections and code
    const rounds = { sound: [] as Awaited<ReturnType<typeof round>>[], ill: [] as Awaited<ReturnType<typeof round>>[] };
    for (let i = 0; i < ROUNDS; i++) {
      rounds.sound.push(await round(false));
      rounds.ill.push(await round(true));
    }
    const all = [...rounds.sound, ...rounds.ill];
    console.log(`${alerts.length} alerts of ${USERS} users on ${SYMBOLS} symbols, ${process.version}, PostgreSQL on the same machine, one process for checks and pushes; medians of ${ROUNDS} rounds each, in turn`);
    const listed = median(all.map((each) => each.listed));
    verdict('every notification listed', listed <= LISTED_WITHIN, `${seconds(listed)} after the tick, p50 and p99 alike: they are committed together`);
    const of = (kind: 'sound' | 'ill', q: number): number => median(rounds[kind].map(({ pushes }) => quantile(pushes, q)));
    verdict('every push of the sound endpoints arrived', all.every(({ pushes }) => pushes.length >= USERS * EACH * 0.8), `p50 ${seconds(of('sound', 0.5))}, p99 ${seconds(of('sound', 0.99))} after the tick`);
    const growth = of('ill', 0.99) / of('sound', 0.99) - 1;
    verdict('a tenth of the endpoints hangs, a tenth answers 429, 410 or 500: p99 of the others', growth < 0.1, `${seconds(of('ill', 0.99))} (${(100 * growth).toFixed(1)} %), p50 ${seconds(of('ill', 0.5))}`);
  }

  // Memory: the same process, ten symbols and a fiftieth of the alerts, so that pushes of a check are done before the next.
  await subscribeAll(false);
  await db.query(`update symbols set source = 'none' where symbol <> all ($1::text[])`, [listings.slice(0, 10)]);
  await db.query('update alerts set paused = true where id in (select id from alerts order by id offset $1)', [Math.round(alerts.length / 50)]);
  const memory: { check: number; heap: number; rss: number }[] = [];
  const every = Math.max(1, Math.ceil(CHECKS / 10));
  for (let check = 1; check <= CHECKS && bar < sessions.length; check++) {
    const checked = role.next('checked');
    role.order({ now: sessions[bar++] ?? NaN });
    await checked;
    if (check % every !== 0) continue;
    await pause(500);
    const told = role.next('memory');
    role.order({ memory: true });
    memory.push({ check, ...(await told).memory });
    console.log(`     check ${check}: heap and buffers after a collection ${mb(memory.at(-1)?.heap ?? NaN)} MB, resident ${mb(memory.at(-1)?.rss ?? NaN)} MB`);
  }
  if (CHECKS > 0) {
    // Once code, caches and connections are there: bytes a check, by least squares.
    const settled = memory.slice(Math.floor(memory.length / 4));
    const [middle, mean] = [average(settled.map(({ check }) => check)), average(settled.map(({ heap }) => heap))];
    const slope = settled.reduce((sum, { check, heap }) => sum + (check - middle) * (heap - mean), 0) / settled.reduce((sum, { check }) => sum + (check - middle) ** 2, 0);
    verdict(`memory over ${CHECKS} checks of ten symbols and ${Math.round(alerts.length / 50)} alerts`, slope * CHECKS < 0.1 * mean, `heap and buffers grow by ${(slope / 1024).toFixed(1)} kB a check, by least squares from check ${settled[0]?.check} on, ${(100 * slope * CHECKS / mean).toFixed(1)} % in all`);
  }
  await role.kill();
} finally {
  await db.close();
  await service.close();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
