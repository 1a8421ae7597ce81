/** Where the numbers come from: a file that ships with the repository's dependencies, or the user's own CSV file. */
import { basename } from 'node:path';
import { BpttError } from 'bptt';
import { CsvError, readCsv, readCsvHeader } from 'bptt/node';
import type { CsvTable } from 'bptt/node';
import { UsageError } from '../../src/cli/options.js';
import { packaged } from './packaged.js';
import type { PackagedFile } from './packaged.js';
import { inFlags } from '../../src/cli/reading.js';
import type { Reading } from '../../src/cli/reading.js';

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
  /** The user did not name the target. */
  readonly chosen: boolean;
}

/** @throws UsageError with one line for whatever is wrong with the file, its options or the names of its columns. */
export async function loadSource({ csv, fallback = packaged.aapl, target: wanted, features = [], reading = {}, columnFlags }: SourceOptions): Promise<Source> {
  const path = csv ?? fallback.path;
  try {
    const header = await readCsvHeader(path, reading);
    const mark = header.length === 1 ? [';', '\t', '|'].find((each) => header[0]?.includes(each)) : undefined;
    if (mark !== undefined) throw new UsageError(`${path} separates its columns with ${mark === '\t' ? 'tabs' : `'${mark}'`}: say --delimiter '${mark === '\t' ? '\\t' : mark}'.`);
    const named = (name: string): string => {
      const alike = header.filter((each) => each.toLowerCase() === name.toLowerCase());
      const found = header.includes(name) ? name : alike.length === 1 ? alike[0] : undefined;
      if (found === undefined) throw new UsageError(`${path} has no column '${name}'. It has ${header.join(', ')}.`);
      return found;
    };
    const target = wanted === undefined ? closingColumn(header, path) : named(wanted);
    const columns = [...new Set([target, ...features.map(named)])];
    const table = await readCsv(path, { ...reading, columns });
    return { name: csv === undefined ? fallback.name : basename(path), path, reading, table, target, columns, chosen: wanted === undefined };
  } catch (error) {
    throw inUserTerms(error, path, columnFlags);
  }
}

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'no such file', EACCES: 'permission denied', EISDIR: 'it is a folder' };

function closingColumn(header: readonly string[], path: string): string {
  const likely = [/^close$/i, /^close\b/i, /^adj.*close/i, /close/i, /^(last|price)\b/i];
  const found = likely.flatMap((pattern) => header.filter((name) => pattern.test(name)))[0];
  if (found === undefined) throw new UsageError(`${path} has no column that looks like a closing price: name one with --target, of ${header.join(', ')}.`);
  return found;
}

/** Library errors speak of arguments; here they are about a file and the options of a command. */
function inUserTerms(error: unknown, path: string, columnFlags: string | undefined): unknown {
  if (!(error instanceof BpttError)) return error;
  const { cause } = error;
  if (error.argument === 'path' && cause instanceof Error && 'code' in cause) return new UsageError(`${path} cannot be read (${REASONS[String(cause.code)] ?? String(cause.code)}).`);
  const hint = error.hint === undefined ? '' : ` ${inFlags(error.hint, columnFlags)}`;
  if (!(error instanceof CsvError)) return new UsageError(`${inFlags(error.argument)}: expected ${inFlags(error.expected)}, got ${error.actual}.${hint}`);
  const column = error.column === undefined ? '' : `, column '${error.column}'`;
  return new UsageError(`${error.file}, line ${error.line}${column}: expected ${inFlags(error.expected)}, got ${error.actual}.${hint}`);
}
