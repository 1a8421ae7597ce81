/**
 * All rows in one file, from either database into either: lines of JSON, compressed. The first line names the version of the schema; a backup of an
 * earlier one is read into that version and migrated from there.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Database } from './database.js';
import { only } from './database.js';
import { migrate, readMigrations } from './migrations.js';

/** Each after those that it refers to. */
export const TABLES = [
  'settings', 'users', 'sessions', 'mail_tokens', 'rate_limits', 'symbols', 'bars', 'networks', 'pictures', 'predictions', 'walk_forward',
  'alerts', 'notifications', 'push_subscriptions', 'outbox', 'checks',
] as const;

const AT_ONCE = 200;

/** @returns how many rows were written; a file that is there already is left alone */
export async function backup(database: Database, path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  const gzip = createGzip();
  const written = pipeline(gzip, file.createWriteStream());
  // It is awaited at the end, and where it fails before, at the next line.
  written.catch(() => undefined);
  const line = async (value: string): Promise<void> => { if (!gzip.write(`${value}\n`)) await Promise.race([once(gzip, 'drain'), written]); };
  let rows = 0;
  try {
    await database.transaction(async (transaction) => {
      await transaction.query('set transaction isolation level repeatable read, read only');
      const { version } = only(await transaction.query<{ version: number }>('select max(version)::int as version from migrations'));
      await line(JSON.stringify({ alerts: version }));
      for (const table of TABLES) {
        await transaction.query(`declare rows_of cursor for select to_jsonb(t)::text as row from ${table} t`);
        for (;;) {
          const some = await transaction.query<{ row: string }>(`fetch ${AT_ONCE} from rows_of`);
          for (const { row } of some) await line(`${table} ${row}`);
          rows += some.length;
          if (some.length < AT_ONCE) break;
        }
        await transaction.query('close rows_of');
      }
    });
  } finally {
    gzip.end();
    await written;
  }
  return rows;
}

/**
 * @param database one without tables
 * @returns how many rows were read
 * @throws Error where the database holds something, or the file is no backup
 */
export async function restore(database: Database, path: string): Promise<number> {
  const [{ n }] = await database.query<{ n: number }>(`select count(*)::int as n from information_schema.tables where table_schema = 'public'`) as [{ n: number }];
  if (n > 0) throw new Error('The database is not empty: restore into a new folder or a new database.');
  const all = await readMigrations();
  let rows = 0;
  const lines = createInterface({ input: createReadStream(path).pipe(createGunzip()), crlfDelay: Infinity });
  let version: number | undefined;
  let pending: { table: string; rows: string[] } = { table: '', rows: [] };
  const flush = async (): Promise<void> => {
    if (pending.rows.length === 0) return;
    const { table, rows: some } = pending;
    await database.query(`insert into ${table} select r.* from unnest($1::text[]) as line, jsonb_populate_record(null::${table}, line::jsonb) as r`, [some]);
    pending = { table, rows: [] };
  };
  for await (const line of lines) {
    if (version === undefined) {
      version = versionOf(line, path);
      if (version > all.length) throw new Error(`${path} is of version ${version}; this program knows ${all.length}.`);
      await migrate(database, all.slice(0, version));
      continue;
    }
    const table = TABLES.find((name) => line.startsWith(`${name} `));
    if (table === undefined) throw new Error(`${path} holds rows of a table that is not known.`);
    if (table !== pending.table || pending.rows.length >= AT_ONCE) await flush();
    pending.table = table;
    pending.rows.push(line.slice(table.length + 1));
    rows++;
  }
  await flush();
  await migrate(database, all);
  return rows;
}

function versionOf(line: string, path: string): number {
  const match = /^\{"alerts":([0-9]{1,4})\}$/.exec(line);
  if (!match) throw new Error(`${path} is no backup of this service.`);
  return Number(match[1]);
}
