/** Where the numbers of a study come from: a file that ships with the repository's dependencies, or the user's own CSV file. */
import type { CsvTable } from 'bptt/node';
import { UsageError } from '../../src/cli/options.js';
import type { Reading } from '../../src/cli/reading.js';
import { readHeader, readSource } from '../../src/cli/source.js';
import { packaged } from './packaged.js';
import type { PackagedFile } from './packaged.js';

export interface SourceOptions {
  /** Absent: `fallback`. */
  readonly csv?: string | undefined;
  /** AAPL by default. */
  readonly fallback?: PackagedFile;
  /** Absent: the column that looks like a closing price. Upper and lower case are the same where only one fits. */
  readonly target?: string | undefined;
  /** None by default. */
  readonly features?: readonly string[];
  /** How the file is read. */
  readonly reading?: Reading | undefined;
  /** Flags of the command that choose columns, as a hint may name them. */
  readonly columnFlags?: string;
}

export interface Source {
  readonly name: string;
  readonly path: string;
  /** How the file is read, for whoever reads it again: a program on another thread. */
  readonly reading: Reading;
  readonly table: CsvTable;
  readonly target: string;
  /** Input columns, the target first. */
  readonly columns: readonly string[];
}

/** @throws UsageError with one line for whatever is wrong with the file, its options or the names of its columns. */
export async function loadSource({ csv, fallback = packaged.aapl, target, features = [], reading, columnFlags }: SourceOptions): Promise<Source> {
  const path = csv ?? fallback.path;
  const columns = [target ?? closingColumn(await readHeader(path, reading), path), ...features];
  const source = await readSource({ path, name: csv === undefined ? fallback.name : undefined, reading, columns, columnFlags });
  const { table, columns: [first] } = source;
  if (!table || first === undefined) throw new UsageError(`${path} has no rows.`);
  return { name: source.name, path, reading: source.reading, columns: source.columns, table, target: first };
}

function closingColumn(header: readonly string[], path: string): string {
  const likely = [/^close$/i, /^close\b/i, /^adj.*close/i, /close/i, /^(last|price)\b/i];
  const found = likely.flatMap((pattern) => header.filter((name) => pattern.test(name)))[0];
  if (found === undefined) throw new UsageError(`${path} has no column that looks like a closing price: name one with --target, of ${header.join(', ')}.`);
  return found;
}
