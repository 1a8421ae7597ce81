/** What the service asks of a database, the same from PGlite in a folder and from a server of PostgreSQL through `pg`. */

export interface Queries {
  /** Runs one statement with `$1`, `$2` … and returns its rows. A timestamp is a Date, jsonb is parsed, bytea is a Uint8Array. */
  query<Row extends object = Record<string, unknown>>(statement: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queries {
  readonly kind: 'embedded' | 'server';
  /**
   * Runs `work` in a transaction: committed when it resolves, rolled back when it throws. Inside, ask `transaction` alone: the embedded
   * database has one connection, and a question to the database itself would wait for the end of the transaction, which waits for it.
   */
  transaction<Result>(work: (transaction: Queries) => Promise<Result>): Promise<Result>;
  /**
   * Runs `work` unless work of that name is under way somewhere; says whether it ran. Where the process or its connection dies, the name is free again.
   */
  exclusive(name: string, work: () => Promise<void>): Promise<boolean>;
  /** Runs several statements, without values and without rows. */
  execute(statements: string): Promise<void>;
  close(): Promise<void>;
}

/** The first row; throws where there is none: for `insert … returning` and counts. */
export function only<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) throw new Error('The database returned no row where there is always one.');
  return row;
}
