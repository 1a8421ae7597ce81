/** Forward migrations: files `NNNN-name.sql`, each run once, in order, in a transaction of its own. */
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database.js';

export interface Migration {
  version: number;
  name: string;
  sql: string;
}

/** examples/alerts/migrations, seen from dist/src/storage. */
const FOLDER = join(import.meta.dirname, '../../../migrations');

export async function readMigrations(folder = FOLDER): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(names.map(async (name, i) => {
    const version = Number(name.slice(0, 4));
    if (version !== i + 1) throw new Error(`Migrations are numbered without gaps: ${name} stands in place ${i + 1}.`);
    return { version, name, sql: await readFile(join(folder, name), 'utf8') };
  }));
}

/**
 * Brings a database up to `migrations`. Several processes may start at once: the first one migrates, the others wait.
 *
 * @returns how many were run
 * @throws Error where the database is of a later version, or a migration that was run has another text now
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<number> {
  await database.execute('create table if not exists migrations (version integer primary key, name text not null, digest text not null, run_at timestamptz not null default now())')
    // Two that create the same table at the same moment: one of them is told so, and the table is there.
    .catch((error: unknown) => { if (!(error instanceof Error && 'code' in error && (error.code === '23505' || error.code === '42P07'))) throw error; });
  let run = 0;
  for (const migration of migrations) {
    const digest = createHash('sha256').update(migration.sql).digest('hex');
    run += await database.transaction(async (transaction) => {
      await transaction.query('lock table migrations in exclusive mode');
      const [known] = await transaction.query<{ digest: string }>('select digest from migrations where version = $1', [migration.version]);
      if (known && known.digest !== digest) throw new Error(`Migration ${migration.name} was changed after it had been run on this database.`);
      if (known) return 0;
      for (const statement of statementsOf(migration.sql)) await transaction.query(statement);
      await transaction.query('insert into migrations (version, name, digest) values ($1, $2, $3)', [migration.version, migration.name, digest]);
      return 1;
    });
  }
  const [{ latest } = { latest: 0 }] = await database.query<{ latest: number }>('select coalesce(max(version), 0)::int as latest from migrations');
  if (latest > migrations.length) throw new Error(`The database is of version ${latest}; this program knows ${migrations.length} of them. Start a later release.`);
  return run;
}

/** Statements of a migration: parted by a semicolon at the end of a line. */
function statementsOf(sql: string): string[] {
  return sql.split(/;\n/).map((part) => part.trim()).filter((part) => part.split('\n').some((line) => line !== '' && !line.startsWith('--')));
}
