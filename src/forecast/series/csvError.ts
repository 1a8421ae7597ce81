/** Errors that name a place in a CSV file. */
import { DataError, quoted } from '../../errors.js';

export interface CsvPlace {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column?: string | undefined;
  /** The whole cell. */
  readonly text?: string;
}

/** Something is wrong at one place of a CSV file. */
export class CsvError extends DataError {
  override readonly name: string = 'CsvError';
  readonly file: string;
  readonly line: number;
  readonly column?: string;
  readonly text?: string;

  constructor({ file, line, column, text }: CsvPlace, expected: string, actual: string, hint?: string) {
    const cell = column === undefined ? '' : ` column ${quoted(column)}`;
    super({ operation: 'readCsv', argument: `${file} line ${line}${cell}`, expected, actual, ...(hint && { hint }) });
    this.file = file;
    this.line = line;
    if (column !== undefined) this.column = column;
    if (text !== undefined) this.text = text;
  }
}
