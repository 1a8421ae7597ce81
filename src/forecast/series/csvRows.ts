/** Rows as they are read: numbers and dates column by column, so that no row becomes an object of its own. */
import { quoted } from '../../errors.js';
import { CommaEvidence, parseNumber } from './cellNumbers.js';
import type { DecimalMark } from './cellNumbers.js';
import { CsvError } from './csvError.js';
import type { CsvPlace } from './csvError.js';
import type { CsvOptions } from './csvOptions.js';
import type { MissingPolicy } from './missing.js';
import type { CsvRecord } from './csvCells.js';

/** Which cells of a record are read. */
export interface CsvHeader {
  /** Number columns and their places. */
  readonly names: readonly string[];
  readonly indices: readonly number[];
  readonly dateName: string | undefined;
  /** −1 without a date column. */
  readonly dateIndex: number;
  /** A column that holds the time of day. */
  readonly timeIndex: number | undefined;
}

export class CsvRows {
  /** Where each row begins. */
  readonly lines: number[] = [];
  /** By number column, NaN where a value is missing. */
  readonly numbers: readonly number[][];
  /** Empty texts without a date column. */
  readonly dateTexts: string[] = [];
  private readonly file: string;
  private readonly header: CsvHeader;
  private readonly decimal: DecimalMark | undefined;
  private readonly missing: MissingPolicy;
  private readonly commas = new CommaEvidence<CsvPlace>();

  constructor(file: string, header: CsvHeader, { decimal, missing = 'refuse' }: CsvOptions) {
    this.file = file;
    this.header = header;
    this.decimal = decimal;
    this.missing = missing;
    this.numbers = header.names.map(() => []);
  }

  /** @throws CsvError for a cell that is no number, or is missing where that is refused. */
  add({ cells, line }: CsvRecord): void {
    const { indices, dateIndex, timeIndex } = this.header;
    for (let j = 0; j < indices.length; j++) {
      this.numbers[j]?.push(this.readNumber(cells[indices[j] ?? -1] ?? '', j, line));
    }
    this.lines.push(line);
    const date = cells[dateIndex]?.trim() ?? '';
    this.dateTexts.push(timeIndex === undefined || date === '' ? date : `${date} ${cells[timeIndex]?.trim() ?? ''}`);
  }

  /** @throws CsvError if a comma of the file could group thousands or mark decimals, and nothing tells which. */
  close(): void {
    const { doubt } = this.commas;
    if (doubt) {
      throw new CsvError(doubt, 'a number that can be read in one way only', quoted(doubt.text ?? ''),
        "Say decimal: '.' if its comma groups thousands, decimal: ',' if it marks the decimals.");
    }
  }

  private readNumber(text: string, column: number, line: number): number {
    const value = parseNumber(text, this.decimal ?? '.');
    if (typeof value !== 'number') return this.missingOr(value, this.place(text, column, line));
    if (this.decimal === undefined) this.commas.add(text, () => this.place(text, column, line));
    return value;
  }

  private place(text: string, column: number, line: number): CsvPlace & { text: string } {
    return { file: this.file, line, column: this.header.names[column], text };
  }

  private missingOr(value: 'missing' | 'bad', place: CsvPlace & { text: string }): number {
    if (value === 'bad') {
      const other = this.decimal === ',' ? '.' : ',';
      throw new CsvError(place, 'a number', quoted(place.text), typeof parseNumber(place.text, other) === 'number'
        ? `Say decimal: '${other}' if that is what marks the decimals.` : 'Correct the cell, or choose number columns with columns: […].');
    }
    if (this.missing === 'refuse') {
      throw new CsvError(place, 'a number', place.text.trim() === '' ? 'an empty cell' : quoted(place.text),
        "Say missing: 'drop', missing: 'carryForward' or missing: 'interpolate' if that is right for these data.");
    }
    return NaN;
  }
}
