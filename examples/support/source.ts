/** Where the numbers come from: a file that ships with the repository's dependencies, or the user's own CSV file. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { basename } from 'node:path';
import { parseString } from 'fast-csv';
import { ArgumentError, DataError } from 'bptt';
import { CsvError, readCsv } from 'bptt/node';
import type { CsvTable, MissingPolicy } from 'bptt/node';
import { UsageError } from './options.js';
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
  /** `refuse` by default. */
  readonly missing?: MissingPolicy;
}

export interface Source {
  readonly name: string;
  readonly path: string;
  readonly table: CsvTable;
  readonly target: string;
  /** Input columns, the target first. */
  readonly columns: readonly string[];
  /** The user did not name the target. */
  readonly chosen: boolean;
}

/** @throws UsageError with one line for whatever is wrong with the file or the names of its columns. */
export async function loadSource({ csv, fallback = packaged.aapl, target: wanted, features = [], missing }: SourceOptions): Promise<Source> {
  const path = csv ?? fallback.path;
  const header = await readHeader(path);
  const named = (name: string): string => {
    const found = header.includes(name) ? name : header.find((each) => each.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw new UsageError(`${path} has no column '${name}'. It has ${header.join(', ')}.`);
    return found;
  };
  const target = wanted === undefined ? closingColumn(header, path) : named(wanted);
  const columns = [...new Set([target, ...features.map(named)])];
  try {
    const table = await readCsv(path, { columns, missing });
    return { name: csv === undefined ? fallback.name : basename(path), path, table, target, columns, chosen: wanted === undefined };
  } catch (error) {
    throw inUserTerms(error);
  }
}

/** Column names as the first line says. */
async function readHeader(path: string): Promise<string[]> {
  let first = '';
  try {
    for await (const line of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
      first = line.replace(/^\uFEFF/, '');
      if (first.trim() !== '') break;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`${path} cannot be read (${REASONS[code] ?? code}).`);
  }
  if (first.trim() === '') throw new UsageError(`${path} is empty.`);
  const names = await new Promise<string[]>((resolve, reject) => {
    let cells: string[] = [];
    parseString<string[], string[]>(first, { headers: false })
      .on('error', () => { reject(new UsageError(`${path} does not begin with a line of column names.`)); })
      .on('data', (row: string[]) => { cells = row.map((cell) => cell.trim()); })
      .on('end', () => { resolve(cells); });
  });
  const other = [';', '\t', '|'].find((mark) => first.includes(mark));
  if (names.length === 1 && other !== undefined) {
    throw new UsageError(`${path} separates its columns with ${other === '\t' ? 'tabs' : `'${other}'`}; commas are needed.`);
  }
  return names;
}

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'no such file', EACCES: 'permission denied', EISDIR: 'it is a folder' };

function closingColumn(header: readonly string[], path: string): string {
  const likely = [/^close$/i, /^close\b/i, /^adj.*close/i, /close/i, /^(last|price)\b/i];
  const found = likely.flatMap((pattern) => header.filter((name) => pattern.test(name)))[0];
  if (found === undefined) throw new UsageError(`${path} has no column that looks like a closing price: name one with --target, of ${header.join(', ')}.`);
  return found;
}

/** Library errors speak of arguments; here they are about a file and options. */
function inUserTerms(error: unknown): unknown {
  if (error instanceof CsvError) {
    const column = error.column === undefined ? '' : `, column '${error.column}'`;
    const hint = error.hint?.startsWith('Say missing') ? ' --missing drop leaves such rows out, --missing carryForward repeats the value before.' : '';
    return new UsageError(`${error.file}, line ${error.line}${column}: expected ${error.expected}, got ${error.actual}.${hint}`);
  }
  if (error instanceof DataError || error instanceof ArgumentError) {
    return new UsageError(`${error.argument}: expected ${error.expected}, got ${error.actual}.`);
  }
  return error;
}
