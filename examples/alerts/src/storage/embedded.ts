/** PostgreSQL in WebAssembly (PGlite), in a folder that one process holds. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import type { Database, Queries } from './database.js';
import { lockFolder } from './folderLock.js';

/** Opens, or makes, the database in `folder`; throws a `FolderInUse` where another process has it. */
export async function openEmbedded(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  try {
    const lite = await PGlite.create(join(folder, 'postgres'), { parsers });
    return database(lite, async () => {
      await lite.close();
      await lock.release();
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A database in memory, for tests. @param dump of a cluster, instead of a new one. */
export async function openInMemory(dump?: Blob): Promise<Database> {
  const lite = await PGlite.create({ parsers, ...(dump && { loadDataDir: dump }) });
  return database(lite, () => lite.close());
}

const parsers = { [types.INT8]: Number };

function database(lite: PGlite, close: () => Promise<void>): Database {
  const ask = (on: Pick<PGlite, 'query'>): Queries['query'] => async <Row>(statement: string, values: readonly unknown[] = []) => (await on.query<Row>(statement, [...values])).rows;
  // One process holds the folder, so its own names are all there are.
  const underWay = new Set<string>();
  return {
    kind: 'embedded',
    exclusive: async (name, work) => {
      if (underWay.has(name)) return false;
      underWay.add(name);
      await work().finally(() => { underWay.delete(name); });
      return true;
    },
    query: ask(lite),
    transaction: (work) => lite.transaction((transaction) => work({ query: ask(transaction) })),
    execute: async (statements) => { await lite.exec(statements); },
    close,
  };
}
