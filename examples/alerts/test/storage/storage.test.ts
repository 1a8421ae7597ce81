/** The two databases give the same answers, and migrations run forward from every earlier version. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Database } from '../../src/storage/database.js';
import { only } from '../../src/storage/database.js';
import { openInMemory } from '../../src/storage/embedded.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { openServer } from '../../src/storage/server.js';
import type { Cluster } from './databases.js';
import { startCluster } from './databases.js';

let cluster: Cluster;
const databases: Database[] = [];

test.before(async () => {
  cluster = await startCluster();
  databases.push(await openInMemory(), await openServer(cluster.url));
});

test.after(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await cluster.stop();
});

const onEach = (what: string, work: (database: Database) => Promise<void>): void => test(what, async () => {
  assert.is(databases.length, 2);
  for (const database of databases) await work(database);
});

onEach('values come out as the interface says', async (database) => {
  const row = only(await database.query<{ n: number; at: Date; json: { a: number }; bytes: Uint8Array; list: string[] }>(
    'select count(*) as n, $1::timestamptz as at, $2::jsonb as json, $3::bytea as bytes, $4::text[] as list',
    [new Date(1_000), { a: 1 }, new Uint8Array([0, 255]), ['x', 'y,"z']],
  ));
  assert.is(row.n, 1);
  assert.equal(row.at, new Date(1_000));
  assert.equal(row.json, { a: 1 });
  assert.equal([...row.bytes], [0, 255]);
  assert.equal(row.list, ['x', 'y,"z']);
});

onEach('a transaction that throws leaves nothing', async (database) => {
  await database.execute('create table kept (n int); insert into kept values (1)');
  await database.transaction(async (transaction) => {
    await transaction.query('insert into kept values (2)');
    throw new Error('no');
  }).then(() => assert.unreachable(), (error: Error) => { assert.is(error.message, 'no'); });
  assert.is(await database.transaction(async (transaction) => (await transaction.query('insert into kept values (3) returning n')).length), 1);
  assert.equal(await database.query('select n from kept order by n'), [{ n: 1 }, { n: 3 }]);
});

onEach('of work of one name one is under way at a time', async (database) => {
  let end: () => void = () => undefined;
  let begun: () => void = () => undefined;
  const begins = new Promise<void>((resolve) => { begun = resolve; });
  const first = database.exclusive('work', () => new Promise<void>((resolve) => { end = resolve; begun(); }));
  await begins;
  assert.is(await database.exclusive('work', () => Promise.reject(new Error('it must not run'))), false);
  assert.is(await database.exclusive('other work', async () => { await Promise.resolve(); }), true);
  end();
  assert.is(await first, true);
  await database.exclusive('work', () => Promise.reject(new Error('no'))).then(() => assert.unreachable(), (error: Error) => { assert.is(error.message, 'no'); });
  assert.is(await database.exclusive('work', async () => { await Promise.resolve(); }), true, 'free again, after work that failed too');
});

onEach('migrations run from every earlier version, and once', async (database) => {
  const all = await readMigrations();
  for (let from = 0; from <= all.length; from++) {
    await database.execute('drop schema public cascade; create schema public');
    assert.is(await migrate(database, all.slice(0, from)), from);
    assert.is(await migrate(database, all), all.length - from);
    assert.is(await migrate(database, all), 0);
    await database.query('select * from users, alerts, notifications, outbox');
  }
  await migrate(database, all.slice(0, -1)).then(() => assert.unreachable(), (error: Error) => { assert.match(error.message, 'of version'); });
  const changed = all.map((migration, i) => (i === 0 ? { ...migration, sql: `${migration.sql} ` } : migration));
  await migrate(database, changed).then(() => assert.unreachable(), (error: Error) => { assert.match(error.message, 'was changed'); });
});

test('processes that start at once migrate once', async () => {
  const others = await Promise.all(Array.from({ length: 4 }, () => openServer(cluster.url, 1)));
  await others[0]!.execute('drop schema public cascade; create schema public');
  const all = await readMigrations();
  const runs = await Promise.all(others.map((database) => migrate(database, all)));
  assert.is(runs.reduce((a, b) => a + b, 0), all.length);
  await Promise.all(others.map((database) => database.close()));
});

test.run();
