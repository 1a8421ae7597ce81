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
  /** On one connection. Between statements the server may go away: the next one fails, which is enough, and what broke is not used again. */
  const onOne = async <Result>(work: (client: pg.PoolClient, spoil: (failure: unknown) => void) => Promise<Result>): Promise<Result> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    const spoil = (failure: unknown): void => { broken = failure instanceof Error ? failure : new Error('The connection broke.'); };
    client.on('error', spoil);
    try {
      return await work(client, spoil);
    } finally {
      client.off('error', spoil);
      client.release(broken);
    }
  };
  const database: Database = {
    kind: 'server',
    query: ask(pool),
    transaction: (work) => onOne(async (client, spoil) => {
      try {
        await client.query('begin');
        const result = await work({ query: ask(client) });
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(spoil);
        throw error;
      }
    }),
    // A lock of the connection's session, which ends with it, and so with the process.
    exclusive: (name, work) => onOne(async (client, spoil) => {
      const free = (await ask(client)<{ free: boolean }>('select pg_try_advisory_lock(hashtext($1)) as free', [name]))[0]?.free === true;
      if (!free) return false;
      try {
        await work();
      } finally {
        await client.query('select pg_advisory_unlock(hashtext($1))', [name]).catch(spoil);
      }
      return true;
    }),
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
