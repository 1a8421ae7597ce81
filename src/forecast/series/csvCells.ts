/** The cells of a record, without a library. A record that holds a quote is taken apart as RFC 4180 says; in `bptt/node` fast-csv does that. */
import type { RawRecord } from './recordSplitter.js';

export interface CsvRecord {
  /** Line on which the record begins, counted from 1. */
  readonly line: number;
  /** One blank one, or none, for a blank line. */
  readonly cells: readonly string[];
}

/** Whether a record is a line with nothing in it. */
export function isBlank({ cells }: CsvRecord): boolean {
  return cells.length <= 1 && (cells[0] ?? '').trim() === '';
}

/** @param record as `RecordSplitter` cuts it: its quotes match. */
export function cellsOf({ line, text }: RawRecord, delimiter: string): CsvRecord {
  if (!text.includes('"')) return { line, cells: text.split(delimiter) };
  const cells: string[] = [];
  for (let from = 0; from <= text.length;) {
    const start = firstMark(text, from, delimiter);
    if (text.charAt(start) !== '"') {
      const end = text.indexOf(delimiter, start);
      cells.push(text.slice(from, end < 0 ? undefined : end));
      from = (end < 0 ? text.length : end) + 1;
      continue;
    }
    let close = text.indexOf('"', start + 1);
    while (text.charAt(close + 1) === '"') close = text.indexOf('"', close + 2);
    cells.push(text.slice(start + 1, close).replaceAll('""', '"'));
    // Only blanks stand between the closing quote and the next delimiter.
    const end = text.indexOf(delimiter, close + 1);
    from = (end < 0 ? text.length : end) + 1;
  }
  return { line, cells };
}

/** Of the first character from `from` on that is no blank, or is the delimiter. */
function firstMark(text: string, from: number, delimiter: string): number {
  let at = from;
  while (at < text.length && text.charAt(at) !== delimiter && text.charAt(at).trim() === '') at++;
  return at;
}
