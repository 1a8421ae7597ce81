/**
 * Records of a CSV text with line numbers and cells. fast-csv takes records with quotes apart; it is handed whole ones only, since it
 * looks at an unfinished one again with every chunk. A record without quotes is split at the delimiter, many times faster.
 */
import { parse } from 'fast-csv';
import type { CsvRecord } from '../forecast/series/csvCells.js';
import { CsvDecoder } from '../forecast/series/csvDecoder.js';
import type { CsvOptions } from '../forecast/series/csvOptions.js';
import { RecordSplitter } from '../forecast/series/recordSplitter.js';
import type { RawRecord, RecordBatch, SplitOptions } from '../forecast/series/recordSplitter.js';

export type CsvChunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

async function* decode(chunks: CsvChunks, decoder: CsvDecoder): AsyncGenerator<string> {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? chunk : decoder.push(chunk);
  yield decoder.end();
}

/** Cells of whole records. */
function cellReader(delimiter: string): (records: readonly RawRecord[]) => Promise<CsvRecord[]> {
  let rows: string[][] = [];
  const parser = parse<string[], string[]>({ headers: false, ignoreEmpty: false, delimiter })
    // Taken here, a row need not wait in the queue of the stream's other end.
    .transform((cells: string[], done: () => void) => {
      rows.push(cells);
      done();
    });
  // Whoever writes is told; without a listener the process would end.
  parser.on('error', () => undefined);
  const parseAll = (texts: readonly string[]): Promise<string[][]> => new Promise((resolve, reject) => {
    rows = [];
    parser.write(`${texts.join('\n')}\n`, (error) => {
      if (error) reject(error);
      else resolve(rows);
    });
  });
  return async (records) => {
    const withQuotes = records.filter(({ text }) => text.includes('"'));
    const parsed = withQuotes.length > 0 ? await parseAll(withQuotes.map(({ text }) => text)) : [];
    let next = 0;
    return records.map(({ line, text }) => ({ line, cells: text.includes('"') ? parsed[next++] ?? [] : text.split(delimiter) }));
  };
}

/**
 * Records of a CSV text, some at a time: never more than a chunk and one record in memory.
 *
 * @throws CsvError with the line of bytes that are no letters, or at which a record with misplaced quotes, or a too long one, begins.
 */
export async function* csvRecords(chunks: CsvChunks, file: string, options?: Pick<CsvOptions, keyof SplitOptions | 'encoding'>): AsyncGenerator<CsvRecord[]> {
  const splitter = new RecordSplitter(file, options);
  let readCells: ReturnType<typeof cellReader> | undefined;
  async function* batches(): AsyncGenerator<RecordBatch> {
    for await (const text of decode(chunks, new CsvDecoder(file, options?.encoding))) yield splitter.push(text);
    yield splitter.end();
  }
  for await (const { records, failure } of batches()) {
    if (records.length > 0) yield await (readCells ??= cellReader(splitter.delimiter))(records);
    if (failure) throw failure;
  }
}
