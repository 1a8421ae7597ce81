/** From where the rows lie to a database that is up to date. */
import type { Database } from './database.js';
import { openEmbedded } from './embedded.js';
import { migrate, readMigrations } from './migrations.js';
import { openServer } from './server.js';

export interface StoragePlace {
  /** The folder of the embedded database; not used where there is a `databaseUrl`. */
  folder: string;
  databaseUrl?: string | undefined;
}

export async function openStorage({ folder, databaseUrl }: StoragePlace): Promise<Database> {
  const database = databaseUrl === undefined ? await openEmbedded(folder) : await openServer(databaseUrl);
  try {
    await migrate(database, await readMigrations());
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
