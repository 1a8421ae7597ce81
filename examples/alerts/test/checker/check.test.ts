/** Checks and decisions, on the embedded database and on a server. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../src/checker/check.js';
import { minuteIn } from '../../src/checker/decide.js';
import { testAlert } from '../../src/checker/testAlert.js';
import type { BarSource } from '../../src/data/barSource.js';
import type { PredictionPool } from '../../src/network/pool.js';
import type { Database } from '../../src/storage/database.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { openServer } from '../../src/storage/server.js';
import { openFresh, startCluster } from '../storage/databases.js';
import { FIRST, NETWORK, alertOf, close, furnish, marketOf, person, poolOf, subscribe } from './fixtures.js';

const SYMBOLS = ['AAA', 'BBB'];
const HOUR = 3_600_000;
/** What the made-up network has stored of it by name. */
const networks = () => new Map([[NETWORK, { hash: NETWORK, bytes: new Uint8Array(), full: false }]]);

const cluster = await startCluster();
const databases: [string, () => Promise<Database>][] = [
  ['embedded', openFresh],
  ['server', async () => {
    const db = await openServer(cluster.url);
    await db.execute('drop schema public cascade; create schema public');
    return db;
  }],
];

for (const [kind, open] of databases) {
  let opened: Promise<Database> | undefined;
  const story = (name: string, tell: (db: Database) => Promise<void>): void => {
    test(`${kind}: ${name}`, async () => {
      const db = await (opened ??= open());
      await migrate(db, await readMigrations());
      await db.execute('truncate users, symbols, networks, pictures, checks cascade');
      await furnish(db, SYMBOLS);
      await tell(db);
    });
  };
  test.after(async () => (await opened)?.close());
  const at = async (db: Database, source: BarSource, pool: PredictionPool, now: number) => check({ db, source, pool, networks: networks() }, now);
  const count = async (db: Database, table: string): Promise<number> => (await db.query<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n ?? NaN;

  story('one forecast a symbol and bar, hits as notification and outbox rows, each once', async (db) => {
    const [one, other] = [await person(db), await person(db)];
    const source = marketOf(SYMBOLS);
    const pool = poolOf((symbol) => (symbol === 'AAA' ? 1.5 : -2.5));
    const surge = await alertOf(db, one.user, 'AAA', { direction: 'surge' });
    await alertOf(db, one.user, 'AAA', { direction: 'plunge' });
    await alertOf(db, one.user, 'AAA', { threshold: 1.6 });
    await alertOf(db, other.user, 'BBB', { direction: 'plunge', threshold: 2.5 });
    await alertOf(db, other.user, 'BBB', { direction: 'surge' });
    await subscribe(db, one, 'https://push.example/1');
    await subscribe(db, one, 'https://push.example/2');
    const first = await at(db, source, pool, close(FIRST));
    assert.equal([first.predicted, first.decided, first.hits, first.filed], [2, 5, 2, 2]);
    const again = await at(db, source, pool, close(FIRST) + HOUR);
    assert.equal([again.predicted, again.decided, again.hits, pool.asked.length], [0, 0, 0, 2]);
    const [note] = await db.query<{ alert_id: string; direction: string; words: { title: string }; picture_hash: string; change_percent: number }>('select * from notifications where user_id = $1', [one.user]);
    assert.equal([note?.alert_id, note?.direction, note?.words.title, note?.change_percent], [surge, 'surge', 'AAA 1.5', 1.5]);
    const rows = await db.query<{ bytes: Uint8Array }>('select bytes from pictures where hash = $1', [note?.picture_hash]);
    assert.is(Buffer.from(rows[0]!.bytes).toString(), '<svg>AAA 1.5</svg>');
    const outbox = await db.query<{ topic: string; payload: { url: string } }>('select topic, payload from outbox');
    assert.is(new Set(outbox.map(({ topic }) => topic)).size, 1);
    assert.match(outbox[0]!.topic, /^[0-9a-f]{32}$/);
    assert.match(outbox[0]!.payload.url, /^\/notifications\/[0-9a-f-]{36}$/);
    const next = await at(db, source, pool, close(FIRST + 1));
    assert.equal([next.predicted, next.hits], [2, 2]);
    const scored = await db.query<{ actual_close: number }>('select actual_close from predictions where actual_close is not null order by symbol');
    const truth = await source.bars('AAA', 0, close(FIRST + 1));
    assert.equal([scored.length, scored[0]?.actual_close], [2, truth.at(-1)?.close]);
  });

  story('so many bars in a row, then a pause on the clock of the market', async (db) => {
    const { user } = await person(db);
    const source = marketOf(SYMBOLS);
    let told = 2;
    const pool = poolOf(() => told);
    await alertOf(db, user, 'AAA', { inRow: 3, pause: 3 * 1440 });
    const hits: number[] = [];
    for (let n = 0; n < 12; n++) {
      told = n === 1 ? 0 : 2;
      hits.push((await at(db, source, pool, close(FIRST + n))).hits);
    }
    // Bars 2, 3 and 4 are three in a row; silence until the clock is three days on.
    const silent = Array.from({ length: 8 }, (_, i) => close(FIRST + 4 + i)).filter((time) => time < close(FIRST + 4) + 72 * HOUR).length;
    assert.equal(hits, Array.from({ length: 12 }, (_, n) => Number(n === 4 || n === 4 + silent + 2 || n === 4 + 2 * (silent + 2))));
  });

  story('active hours in the user’s zone, over midnight too; a paused alert is not asked', async (db) => {
    const [york, tokyo] = [await person(db), await person(db, 'Asia/Tokyo')];
    const nowhere = await person(db, 'Mars/Olympus');
    const pool = poolOf(() => 3);
    // 16:00 in New York is 6:00 of the next day in Tokyo, in winter.
    const local = minuteIn('Asia/Tokyo', close(FIRST));
    const inside = await alertOf(db, tokyo.user, 'AAA', { from: local - 60, to: local + 60 });
    await alertOf(db, tokyo.user, 'AAA', { from: local + 120, to: local + 180 });
    await alertOf(db, york.user, 'AAA', { from: 0, to: 960 });
    const night = await alertOf(db, york.user, 'AAA', { from: 900, to: 60 });
    const late = await alertOf(db, york.user, 'AAA', { from: 17 * 60, to: 18 * 60 });
    const lost = await alertOf(db, nowhere.user, 'AAA', { from: 0, to: 1439 });
    await db.query(`insert into alerts (user_id, symbol, direction, threshold_percent, checks_in_row, pause_minutes, active_from, active_to, paused) values ($1, 'AAA', 'both', 1, 1, 0, 0, 0, true)`, [york.user]);
    const source = marketOf(SYMBOLS);
    await at(db, source, pool, close(FIRST));
    const hit = async (): Promise<unknown[]> => (await db.query('select alert_id from notifications')).map(({ alert_id }) => alert_id).sort();
    assert.equal(await hit(), [inside, night, lost].sort());
    // The bar is still the newest an hour later, when the hours of one more begin.
    await at(db, source, pool, close(FIRST) + HOUR);
    assert.equal(await hit(), [inside, night, lost, late].sort());
  });

  story('one symbol that fails or hangs holds up no other, and pages hear why', async (db) => {
    const { user } = await person(db);
    await alertOf(db, user, 'BBB');
    const pool = poolOf((symbol) => { if (symbol === 'AAA') throw new Error('the thread ended'); return 2; });
    const report = await at(db, marketOf(SYMBOLS), pool, close(FIRST));
    assert.is(report.hits, 1);
    const [a, b] = await db.query<{ state: string; reason: string }>('select state, reason from symbols order by symbol');
    assert.equal([a?.state, a?.reason, b?.state], ['failed', 'the thread ended', 'predicted']);
    const weekend = await at(db, marketOf(SYMBOLS), poolOf(() => 2), close(FIRST) + 5 * HOUR);
    assert.is(weekend.outcomes.find(({ symbol }) => symbol === 'BBB')?.state, 'closed');
    const [closed] = await db.query<{ reason: string }>(`select reason from symbols where symbol = 'BBB'`);
    assert.match(closed!.reason, 'The market is closed');
  });

  story('no alert from bars that are stale, doubted or changed', async (db) => {
    const { user } = await person(db);
    await alertOf(db, user, 'AAA');
    const source = marketOf(SYMBOLS);
    const pool = poolOf(() => 2);
    const stuck: BarSource = { ...source, bars: async (symbol, from, to) => source.bars(symbol, from, Math.min(to, close(FIRST))) };
    await at(db, stuck, pool, close(FIRST));
    const stale = await at(db, stuck, pool, close(FIRST + 2));
    assert.is(stale.outcomes[0]?.state, 'stale');
    assert.is(await count(db, 'notifications'), 1);
    const split: BarSource = { ...source, bars: async (symbol, from, to) => (await source.bars(symbol, from, to)).map((bar) => (bar.closesAt < close(FIRST + 3) ? bar : { ...bar, open: bar.open / 4, high: bar.high / 4, low: bar.low / 4, close: bar.close / 4 })) };
    assert.is((await at(db, split, pool, close(FIRST + 3))).outcomes[0]?.state, 'split');
    const rewritten: BarSource = { ...source, bars: async (symbol, from, to) => (await source.bars(symbol, from, to)).map((bar) => ({ ...bar, open: bar.open / 4, high: bar.high / 4, low: bar.low / 4, close: bar.close / 4 })) };
    assert.is((await at(db, rewritten, pool, close(FIRST + 3))).outcomes[0]?.state, 'adjusted');
    assert.is(await count(db, 'notifications'), 1);
    assert.is((await at(db, rewritten, pool, close(FIRST + 3))).outcomes[0]?.state, 'predicted');
    assert.is(await count(db, 'notifications'), 2);
    const down: BarSource = { ...source, bars: () => Promise.reject(new Error('no answer')) };
    assert.is((await at(db, down, pool, close(FIRST + 4))).outcomes[0]?.state, 'unavailable');
  });

  story('a test of an alert is a notification of the newest forecast, of its owner alone', async (db) => {
    const [one, other] = [await person(db), await person(db)];
    const alert = await alertOf(db, one.user, 'AAA', { threshold: 50 });
    await subscribe(db, one, 'https://push.example/1');
    const early = await testAlert(db, one.user, alert);
    assert.match('reason' in early ? early.reason : '', 'no forecast of AAA');
    await at(db, marketOf(SYMBOLS), poolOf(() => -2), close(FIRST));
    assert.ok('reason' in await testAlert(db, other.user, alert));
    assert.ok('notificationId' in await testAlert(db, one.user, alert));
    assert.ok('notificationId' in await testAlert(db, one.user, alert));
    const rows = await db.query<{ test: boolean; direction: string }>('select test, direction from notifications');
    assert.equal(rows, [{ test: true, direction: 'plunge' }, { test: true, direction: 'plunge' }]);
    assert.is(await count(db, 'outbox'), 2);
  });
}

test('server: checks of several processes at the same time decide each alert once', async () => {
  const db = await openServer(cluster.url);
  const others = await Promise.all([1, 2, 3].map(() => openServer(cluster.url)));
  try {
    await db.execute('drop schema public cascade; create schema public');
    await migrate(db, await readMigrations());
    await furnish(db, SYMBOLS);
    const { user } = await person(db);
    for (let i = 0; i < 200; i++) await alertOf(db, user, SYMBOLS[i % 2]!);
    for (let n = 0; n < 5; n++) await Promise.all([db, ...others].map(async (each) => check({ db: each, source: marketOf(SYMBOLS), pool: poolOf(() => 2), networks: networks() }, close(FIRST + n))));
    const [row] = await db.query<{ notes: number; decisions: number; forecasts: number }>(
      'select (select count(*) from notifications)::int as notes, (select sum(decisions) from alerts)::int as decisions, (select count(*) from predictions)::int as forecasts',
    );
    assert.equal(row, { notes: 1000, decisions: 1000, forecasts: 10 });
  } finally {
    await Promise.all([db, ...others].map((each) => each.close()));
  }
});

test.after(() => cluster.stop());

test.run();
