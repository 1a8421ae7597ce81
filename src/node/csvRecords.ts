/**
 * CSV text as records with line numbers. fast-csv does the parsing; it counts no lines, so this file feeds it one
 * record at a time and counts the line breaks of what comes back, quoted ones included.
 */
import type { Writable } from 'node:stream';
import { parse } from 'fast-csv';
import { DataError } from '../errors.js';

export interface CsvRecord {
  /** Line on which the record begins, counted from 1. */
  readonly line: number;
  /** Empty for a blank line. */
  readonly cells: readonly string[];
}

export type CsvChunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Something is wrong at one place of a CSV file. */
export class CsvError extends DataError {
  override readonly name: string = 'CsvError';
  readonly file: string;
  readonly line: number;
  readonly column?: string;
  readonly text?: string;

  constructor(place: { file: string; line: number; column?: string; text?: string }, expected: string, actual: string, hint?: string) {
    const cell = place.column === undefined ? '' : ` column '${place.column}'`;
    super({ operation: 'readCsv', argument: `${place.file} line ${place.line}${cell}`, expected, actual, ...(hint && { hint }) });
    this.file = place.file;
    this.line = place.line;
    if (place.column !== undefined) this.column = place.column;
    if (place.text !== undefined) this.text = place.text;
  }
}

async function* decode(chunks: CsvChunks): AsyncGenerator<string> {
  // Also takes off a byte-order mark.
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

/**
 * Whole lines with their line breaks; lines inside an open quote stay together, since fast-csv begins an unfinished record
 * anew with every piece of it. A break that chunks tear apart is put together again by fast-csv.
 */
async function* logicalLines(chunks: CsvChunks): AsyncGenerator<string> {
  let rest = '';
  let open: string[] = [];
  let inQuotes = false;
  function* take(lines: Iterable<string>): Generator<string> {
    for (const line of lines) {
      if ((line.split('"').length - 1) % 2 === 1) inQuotes = !inQuotes;
      open.push(line);
      if (!inQuotes) {
        yield open.join('');
        open = [];
      }
    }
  }
  for await (const text of decode(chunks)) {
    rest += text;
    const lines = rest.match(/[^\r\n]*(?:\r\n?|\n)/g) ?? [];
    rest = rest.slice(lines.reduce((length, line) => length + line.length, 0));
    yield* take(lines);
  }
  const last = open.join('') + rest;
  if (last) yield last;
}

function countLineBreaks(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}

/**
 * Records of a CSV text, one after the other: never more than one record and one chunk in memory.
 *
 * @throws CsvError with the line at which a record with misplaced quotes begins.
 */
export async function* csvRecords(chunks: CsvChunks, file: string, delimiter: string): AsyncGenerator<CsvRecord> {
  let line = 1;
  const parser = parse<string[], CsvRecord>({ headers: false, ignoreEmpty: false, delimiter })
    .transform((cells: string[]): CsvRecord => {
      const record = { line, cells };
      line += 1 + countLineBreaks(cells);
      return record;
    });
  const lines = logicalLines(chunks);
  feed(lines, parser).catch((error: unknown) => parser.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const record of parser as AsyncIterable<CsvRecord>) yield record;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Parse Error')) {
      throw new CsvError({ file, line }, 'a record with matching quotes', error.message.replace(/^Parse Error: /, '').slice(0, 120));
    }
    throw error;
  } finally {
    // Closes the source when the reader stops early; not awaited, since a stalled source would never answer.
    void lines.return(undefined);
  }
}

/** Writes one text at a time: nothing after a record with an error is parsed, so the line counter stays at that record. */
async function feed(texts: AsyncIterable<string>, parser: Writable): Promise<void> {
  for await (const text of texts) {
    await new Promise<void>((resolve, reject) => {
      parser.write(text, (error) => { if (error) reject(error); else resolve(); });
    });
  }
  parser.end();
}
