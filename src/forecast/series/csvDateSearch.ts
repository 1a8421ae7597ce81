/**
 * Which column holds the dates, where nobody has said it. Cells count as a declaration only where exactly one column parses
 * wholly as dates: two such columns, or none, are refused with the option that says it.
 */
import { DataError, quoted } from '../../errors.js';
import { formatsOf } from './dateColumn.js';
import { DIGIT_FORMATS, TEXT_FORMATS } from './dateFormats.js';
import type { DateFormat } from './dateFormats.js';
import { markHint } from './csvColumns.js';
import type { Columns } from './csvColumns.js';
import type { CsvOptions } from './csvOptions.js';
import type { CsvRecord } from './csvCells.js';

/** Words in the name of a column whose digits may be dates: `trade_date`, `Open time`, `日期`. */
const TIME_WORDS = new Set(['date', 'datetime', 'time', 'timestamp', 'day', 'month', 'period', 'quarter', 'year', 'datum', 'fecha', '日期', '时间', '時間', '交易日期', '月份', '年份']);

/** Whether a name says that the column holds dates or times. */
export function speaksOfTime(name: string): boolean {
  return name.split(/[^\p{L}\p{N}]+|(?<=[a-z])(?=[A-Z])/u).some((word) => TIME_WORDS.has(word.toLowerCase()));
}

interface Candidate {
  formats: readonly DateFormat[];
  seen: boolean;
}

export class DateSearch {
  private readonly candidates: Map<number, Candidate>;
  private first: CsvRecord | undefined;

  constructor(private readonly file: string, private readonly columns: Columns, private readonly options: CsvOptions) {
    const { names, time, series } = columns;
    const numbers = new Set(options.columns);
    const taken = new Set([time, ...series.map(([index]) => index)]);
    const only = options.dateFormat && [options.dateFormat];
    this.candidates = new Map([...names.entries()].filter(([index, name]) => !taken.has(index) && !numbers.has(name))
      .map(([index, name]) => [index, { formats: only ?? (speaksOfTime(name) ? [...TEXT_FORMATS, ...DIGIT_FORMATS] : TEXT_FORMATS), seen: false }]));
  }

  /** Takes note of one more row. @returns whether more rows could still change the answer. */
  offer(record: CsvRecord): boolean {
    this.first ??= record;
    for (const [index, candidate] of this.candidates) {
      const text = record.cells[index]?.trim() ?? '';
      if (text === '') continue;
      candidate.formats = formatsOf(text, candidate.formats);
      candidate.seen = true;
      if (candidate.formats.length === 0) this.candidates.delete(index);
    }
    return this.candidates.size > 1 || [...this.candidates.values()].some(({ seen }) => !seen);
  }

  /** @returns the column, or false where there is none and the order of the rows is said. @throws DataError naming the option that says it. */
  answer(): number | false {
    const found = [...this.candidates].flatMap(([index, { seen }]) => (seen ? [index] : []));
    const [only] = found;
    if (found.length === 1 && only !== undefined) return only;
    if (found.length === 0 && this.options.order !== undefined) return false;
    const { names } = this.columns;
    const say = (index: number): string => `dateColumn: '${names[index] ?? ''}'`;
    if (found.length > 1) {
      throw new DataError({
        operation: 'readCsv', argument: this.file, expected: 'a table with one column of dates', actual: found.map((index) => quoted(names[index] ?? '')).join(' and '),
        hint: `Say ${found.map(say).join(' or ')}.`,
      });
    }
    const cells = this.first?.cells ?? [];
    const textOf = (index: number): string => cells[index]?.trim() ?? '';
    const digits = [...names.keys()].filter((index) => formatsOf(textOf(index), DIGIT_FORMATS).length > 0);
    const dates = new Set(digits);
    const numbered = [...names.keys()].filter((index) => !dates.has(index) && speaksOfTime(names[index] ?? '') && /^[+-]?\d+$/.test(textOf(index)));
    const serials = numbered.filter((index) => /^\d{5}$/.test(textOf(index))); // as seconds, all on the first day of 1970
    const counts = serials.length > 0 ? [] : numbered;
    const sample = names.slice(0, 4).map((name, i) => `${quoted(name)} begins with ${quoted(cells[i] ?? '')}`).join(', ');
    const mark = markHint(names, this.options);
    throw new DataError({
      operation: 'readCsv', argument: this.file, expected: 'a table with one column of dates', actual: `none: ${sample}${names.length > 4 ? ', …' : ''}`,
      hint: `Say ${mark && `${mark}; `}${digits.length > 0 ? `${digits.map(say).join(' or ')} if those numbers are dates; ` : ''}${counts.map((index) => `${say(index)} and dateFormat: 'seconds' if those count from 1970; `).join('')}${serials.length > 0 ? "dates as text in the sheet if those are Excel's serial numbers; " : ''}skipRows, header: false and names: […] if the rows begin further down; `
        + "order: 'ascending' or order: 'descending' if there are no dates.",
    });
  }
}
