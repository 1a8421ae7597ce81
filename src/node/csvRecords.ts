/** Records of a CSV text with line numbers. fast-csv takes them apart; it is handed whole records only, since it looks at an unfinished one again with every chunk. */
import { parse } from 'fast-csv';
import { RecordSplitter } from '../forecast/series/recordSplitter.js';
import type { SplitOptions } from '../forecast/series/recordSplitter.js';

export interface CsvRecord {
  /** Line on which the record begins, counted from 1. */
  readonly line: number;
  /** Empty for a blank line. */
  readonly cells: readonly string[];
}

export type CsvChunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

async function* decode(chunks: CsvChunks): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

/** Takes whole records apart. */
function cellReader(delimiter: string): (text: string) => Promise<string[][]> {
  let rows: string[][] = [];
  const parser = parse<string[], string[]>({ headers: false, ignoreEmpty: false, delimiter })
    // Taken here, a row need not wait in the queue of the stream's other end.
    .transform((cells: string[], done: () => void) => {
      rows.push(cells);
      done();
    });
  // Whoever writes is told; without a listener the process would end.
  parser.on('error', () => undefined);
  return (text) => new Promise((resolve, reject) => {
    rows = [];
    parser.write(text, (error) => {
      if (error) reject(error);
      else resolve(rows);
    });
  });
}

/**
 * Records of a CSV text, some at a time: never more than a chunk and one record in memory.
 *
 * @throws CsvError with the line at which a record with misplaced quotes, or a too long one, begins.
 */
export async function* csvRecords(chunks: CsvChunks, file: string, options?: SplitOptions): AsyncGenerator<CsvRecord[]> {
  const splitter = new RecordSplitter(file, options);
  let readCells: ReturnType<typeof cellReader> | undefined;
  async function* batches() {
    for await (const text of decode(chunks)) yield splitter.push(text);
    yield splitter.end();
  }
  for await (const { text, lines, failure } of batches()) {
    if (text !== '') {
      readCells ??= cellReader(splitter.delimiter);
      const rows = await readCells(text);
      yield rows.map((cells, i) => ({ line: lines[i] ?? NaN, cells }));
    }
    if (failure) throw failure;
  }
}
