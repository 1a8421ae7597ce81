/** Where the numbers come from: a CSV file, of one series or of several. */
import { basename } from 'node:path';
import { BpttError, listed } from '../errors.js';
import { CsvDecoder } from '../forecast/series/csvDecoder.js';
import { CsvError } from '../forecast/series/csvError.js';
import type { CsvTable } from '../forecast/series/csvTable.js';
import { parseCsvPanel } from '../forecast/series/panel.js';
import type { Panel } from '../forecast/series/panel.js';
import { ONLY_SERIES } from '../forecast/series/table.js';
import { readCsv, readCsvHeader } from '../node/csv.js';
import { readInput, unreadable } from './input.js';
import { UsageError } from './options.js';
import { inFlags } from './reading.js';
import type { Reading } from './reading.js';

export interface SourceOptions {
  readonly path: string;
  /** What reports call it; by default the name of the file. */
  readonly name?: string | undefined;
  /** How the file is read. */
  readonly reading?: Reading | undefined;
  /** Column that tells several series apart; without it the rows that are read are one. */
  readonly series?: string | undefined;
  /** Number columns. Upper and lower case are the same where only one fits. */
  readonly columns: readonly string[];
  /** Flags of the command that choose columns, as a hint may name them. */
  readonly columnFlags?: string | undefined;
  /** The command takes several series, as a hint may say. */
  readonly panels?: boolean | undefined;
}

export interface Source {
  readonly name: string;
  readonly path: string;
  /** How the file is read, for whoever reads it again: a program on another thread. */
  readonly reading: Reading;
  /** By name; one series alone has the name ''. */
  readonly panel: Panel;
  /** That one series, with what the reader noticed. */
  readonly table?: CsvTable | undefined;
  /** As the file spells them, in the order asked for, each once. */
  readonly columns: readonly string[];
}

/** The names of the columns of a file. @throws UsageError with one line for whatever is wrong with it. */
export async function readHeader(path: string, reading: Reading = {}): Promise<readonly string[]> {
  try {
    const header = await readCsvHeader(path, reading);
    const mark = header.length === 1 ? [';', '\t', '|'].find((each) => header[0]?.includes(each)) : undefined;
    if (mark === undefined) return header;
    throw new UsageError(`${path} separates its columns with ${mark === '\t' ? 'tabs' : `'${mark}'`}: say --delimiter '${mark === '\t' ? '\\t' : mark}'.`);
  } catch (error) {
    throw inUserTerms(error, path);
  }
}

/** A column as the header spells it. @throws UsageError listing those there are. */
export function columnNamed(name: string, header: readonly string[], path: string): string {
  const alike = header.filter((each) => each.toLowerCase() === name.toLowerCase());
  const found = header.includes(name) ? name : alike.length === 1 ? alike[0] : undefined;
  if (found === undefined) throw new UsageError(`${path} has no column '${name}'. It has ${listed(header)}.`);
  return found;
}

/** @throws UsageError with one line for whatever is wrong with the file, its options or the names of its columns. */
export async function readSource({ path, name = basename(path), reading = {}, series, columns: wanted, columnFlags, panels }: SourceOptions): Promise<Source> {
  const header = await readHeader(path, reading);
  const columns = [...new Set(wanted.map((each) => columnNamed(each, header, path)))];
  try {
    if (series === undefined) {
      const table = await readCsv(path, { ...reading, columns });
      return { name, path, reading, columns, panel: new Map([[ONLY_SERIES, table]]), table };
    }
    const { encoding, ...reader } = reading;
    const decoder = new CsvDecoder(path, encoding);
    const text = decoder.push(await readInput(path)) + decoder.end();
    return { name, path, reading, columns, panel: parseCsvPanel(text, { ...reader, columns, series: columnNamed(series, header, path) }) };
  } catch (error) {
    throw inUserTerms(error, path, { columnFlags, panels });
  }
}

/** Library errors speak of arguments; here they are about a file and the options of a command. */
function inUserTerms(error: unknown, path: string, { columnFlags, panels = false }: Pick<SourceOptions, 'columnFlags' | 'panels'> = {}): unknown {
  if (!(error instanceof BpttError)) return error;
  const { cause } = error;
  if (error.argument === 'path' && cause instanceof Error && 'code' in cause) return unreadable(path, cause);
  // Whoever takes several series need not read one.
  const together = (text: string): string => (panels ? text.replace(/--series ('?)([^=']+)=[^;,]*?\1(?= )/, '$&, or --series $1$2$1 to learn all of them together,') : text);
  const hint = error.hint === undefined ? '' : ` ${together(inFlags(error.hint, columnFlags))}`;
  // A text has no name of its own.
  const named = (file: string): string => file.replace(/^text(?=$|, series )/, () => path);
  if (!(error instanceof CsvError)) return new UsageError(`${named(inFlags(error.argument))}: expected ${inFlags(error.expected)}, got ${error.actual}.${hint}`);
  const column = error.column === undefined ? '' : `, column '${error.column}'`;
  return new UsageError(`${named(error.file)}, line ${error.line}${column}: expected ${inFlags(error.expected)}, got ${error.actual}.${hint}`);
}
