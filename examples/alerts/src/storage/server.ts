/** A server of PostgreSQL 15 or later, through `pg`. */
import pg from 'pg';
import type { Database, Queries } from './database.js';

/** Milliseconds that a statement may take: nothing here needs a tenth of it. */
const STATEMENT_LIMIT = 60_000;

/** Counts are bigint; none here comes near 2⁵³. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

export async function openServer(url: string, connections = 10): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url, max: connections, statement_timeout: STATEMENT_LIMIT, connectionTimeoutMillis: 10_000, application_name: 'bptt-alerts',
    types,
  });
  // An idle connection that breaks is dropped by the pool; without a listener the process would end.
  pool.on('error', () => undefined);
  const ask = (on: pg.Pool | pg.PoolClient): Queries['query'] => async <Row extends object>(statement: string, values: readonly unknown[] = []) => (await on.query<Row>(statement, [...values])).rows;
  const database: Database = {
    kind: 'server',
    query: ask(pool),
    transaction: async (work) => {
      const client = await pool.connect();
      let broken: Error | undefined;
      // Between statements of a transaction the server may go away: the next statement fails, which is enough.
      const note = (error: Error): void => { broken = error; };
      client.on('error', note);
      try {
        await client.query('begin');
        const result = await work({ query: ask(client) });
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: unknown) => { broken = failure instanceof Error ? failure : new Error('rollback failed'); });
        throw error;
      } finally {
        client.off('error', note);
        client.release(broken);
      }
    },
    execute: async (statements) => { await pool.query(statements); },
    close: () => pool.end(),
  };
  try {
    await database.query('select 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}
