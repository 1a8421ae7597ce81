/** A backup of either database is read into either, row for row. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TABLES, backup, restore } from '../../src/storage/backup.js';
import type { Database } from '../../src/storage/database.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import { openServer } from '../../src/storage/server.js';
import { alertOf, furnish, person } from '../checker/fixtures.js';
import { addNotification, addSymbol } from '../web/site.js';
import { openFresh, startCluster } from './databases.js';

const folder = mkdtempSync(join(tmpdir(), 'alerts-backup-'));
test.after(() => { rmSync(folder, { recursive: true }); });

const rowsOf = async (database: Database): Promise<Record<string, unknown>> => Object.fromEntries(await Promise.all(TABLES.map(async (table) =>
  [table, (await database.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t order by 1`)).map(({ row }) => JSON.parse(row) as unknown)] as const)));

test('embedded to server to embedded: the same rows, bytes and microseconds', async () => {
  const [cluster, first] = [await startCluster(), await openFresh()];
  await migrate(first, await readMigrations());
  await furnish(first, ['AAA']);
  await addSymbol(first, 'AAPL', 450);
  const { user } = await person(first);
  await addNotification(first, user, 'AAPL', await alertOf(first, user, 'AAPL'));
  await first.query(`insert into settings (name, value) values ('vapid', '{"publicKey": "ключ"}')`);
  const tables = await first.query<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = 'public' and table_name <> 'migrations' order by 1`);
  assert.equal([...TABLES].sort(), tables.map(({ name }) => name), 'no table is forgotten');

  const [there, back] = [join(folder, 'there.gz'), join(folder, 'back.gz')];
  const written = await backup(first, there);
  assert.ok(written > 450);
  const server = await openServer(cluster.url);
  assert.is(await restore(server, there), written);
  assert.equal(await rowsOf(server), await rowsOf(first));
  await backup(server, back);
  const second = await openFresh();
  await restore(second, back);
  assert.equal(await rowsOf(second), await rowsOf(first));

  await restore(server, there).then(() => assert.unreachable(), (error: Error) => { assert.match(error.message, 'not empty'); });
  await backup(server, back).then(() => assert.unreachable(), (error: Error) => { assert.match(error.message, 'EEXIST'); });
  await Promise.all([first.close(), second.close(), server.close()]);
  await cluster.stop();
});

test('what is no backup is refused before anything is written', async () => {
  const database = await openFresh();
  for (const [name, text, wanted] of [['other', 'hello', 'no backup'], ['later', '{"alerts":999}\n', 'of version 999']] as const) {
    const path = join(folder, name);
    writeFileSync(path, gzipSync(text));
    await restore(database, path).then(() => assert.unreachable(), (error: Error) => { assert.match(error.message, wanted); });
  }
  assert.equal(await database.query(`select 1 from information_schema.tables where table_schema = 'public'`), []);
  await database.close();
});

test.run();
