/**
 * Cuts CSV text, as it arrives in pieces, into whole records with their line numbers. One scan for quotes and line ends: the
 * time is linear in the text, however long a record is and however the text is torn.
 */
import { ArgumentError, quoted } from '../../errors.js';
import { requireCount } from '../../checks.js';
import { CsvError } from './csvError.js';

/** Characters that a record may have, line breaks in quotes included. A longer one is most likely a quote that nobody closed. */
export const LONGEST_RECORD = 2 ** 24;

export interface SplitOptions {
  /** One character between cells. Without it, what a first line such as `sep=;` says, or else a comma. */
  readonly delimiter?: string | undefined;
  /** Lines at the top that are no part of the table, blank ones and a line `sep=;` included; 0 by default. */
  readonly skipRows?: number | undefined;
  /** Lines that begin with this one character are left out; none by default. */
  readonly comment?: string | undefined;
}

export interface RawRecord {
  /** On which it begins, counted from 1. */
  readonly line: number;
  /** Without the line break that ends it. */
  readonly text: string;
}

/** Whole records, one after the other. */
export interface RecordBatch {
  readonly records: readonly RawRecord[];
  /** What is wrong behind these records, if anything: then nothing follows. */
  readonly failure?: CsvError | undefined;
}

/** Where the next character stands. */
const CELL_START = 0;
const PLAIN = 1;
const QUOTED = 2;
const QUOTE_IN_QUOTED = 3;
const CLOSED = 4;
const LEFT_OUT = 5;
const MISQUOTED = 6;

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;

/** White space that is no line break. */
function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || (code !== LF && code !== CR && /\s/.test(String.fromCharCode(code)));
}

function requireMark(argument: string, mark: string | undefined): void {
  if (mark !== undefined && (mark.length !== 1 || /["\r\n]/.test(mark))) {
    throw new ArgumentError({ operation: 'readCsv', argument, expected: 'one character, neither a quote nor a line break', actual: quoted(mark) });
  }
}

/** Where the character after `code`, which is no line break outside quotes, stands. */
function step(state: number, code: number, mark: number): number {
  switch (state) {
    case PLAIN: return code === mark ? CELL_START : PLAIN;
    case QUOTED: return code === QUOTE ? QUOTE_IN_QUOTED : QUOTED;
    case CELL_START:
      if (code === QUOTE) return QUOTED;
      return code === mark || isBlank(code) ? CELL_START : PLAIN;
    case LEFT_OUT: return LEFT_OUT;
    default:
      if (code === QUOTE && state === QUOTE_IN_QUOTED) return QUOTED;
      if (code === mark) return CELL_START;
      return isBlank(code) ? CLOSED : MISQUOTED;
  }
}

export class RecordSplitter {
  private readonly file: string;
  private readonly options: SplitOptions;
  /** Undefined until the first line is known. */
  private mark: string | undefined;
  private state = CELL_START;
  /** Of the next character. */
  private line = 1;
  /** On which the open record begins. */
  private recordLine = 1;
  /** The open record as far as it has come, and its length. */
  private open: string[] = [];
  private openLength = 0;
  /** A line feed that comes next belongs to the line break before. */
  private afterCr = false;

  /** @param file named in errors. */
  constructor(file: string, options: SplitOptions = {}) {
    requireMark('delimiter', options.delimiter);
    requireMark('comment', options.comment);
    requireCount('readCsv', 'skipRows', options.skipRows ?? 0, 0);
    this.file = file;
    this.options = options;
  }

  /** Between cells; known with the first record. */
  get delimiter(): string {
    return this.mark ?? ',';
  }

  push(text: string): RecordBatch {
    if (this.mark !== undefined) return this.scan(text);
    if (/[\r\n]/.test(text)) return this.begin(text);
    return { records: [], failure: this.keep(text) };
  }

  /** The last record, if no line break follows it. */
  end(): RecordBatch {
    const head = this.mark === undefined ? this.begin('\n') : { records: [] };
    if (head.failure) return head;
    if (this.state === QUOTED) return { ...head, failure: this.misquoted('a quote that is never closed') };
    return this.openLength > 0 ? this.scan('\n') : head;
  }

  /** With the end of the first line the delimiter is known. */
  private begin(text: string): RecordBatch {
    const head = (this.takeOpen() + text).replace(/^\uFEFF/, '');
    const first = head.slice(0, head.search(/[\r\n]/));
    const declared = /^"?sep=([^"])"?$/i.exec(first)?.[1];
    const { delimiter: wanted = declared ?? ',' } = this.options;
    this.mark = wanted;
    if (declared === undefined) return this.scan(head);
    this.state = LEFT_OUT;
    if (declared === wanted) return this.scan(head);
    return { records: [], failure: new CsvError({ file: this.file, line: 1 }, `without 'sep=', or one that agrees with delimiter '${wanted}'`, quoted(first)) };
  }

  private scan(text: string): RecordBatch {
    const mark = this.delimiter.charCodeAt(0);
    const comment = this.options.comment?.charCodeAt(0);
    const { skipRows = 0 } = this.options;
    const records: RawRecord[] = [];
    let { state, afterCr } = this;
    // Where the open record begins; before 0, in an earlier text.
    let start = -this.openLength;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      const isSecondHalf = code === LF && afterCr;
      afterCr = code === CR;
      if (isSecondHalf) {
        if (start === i) start++;
        continue;
      }
      if (i === start && (code === comment || this.line <= skipRows)) state = LEFT_OUT;
      const breaks = code === LF || code === CR;
      if (breaks) this.line++;
      if (!breaks || state === QUOTED) {
        state = step(state, code, mark);
        if (state === MISQUOTED) return { records, failure: this.misquoted(`${quoted(text.charAt(i))} after a closing quote`) };
        continue;
      }
      if (state !== LEFT_OUT) {
        if (i - start > LONGEST_RECORD) return { records, failure: this.tooLong() };
        records.push({ line: this.recordLine, text: this.takeOpen() + text.slice(Math.max(start, 0), i) });
      }
      start = i + 1;
      this.recordLine = this.line;
      state = CELL_START;
    }
    this.state = state;
    this.afterCr = afterCr;
    return { records, failure: state === LEFT_OUT ? undefined : this.keep(text.slice(Math.max(start, 0))) };
  }

  /** What earlier texts held of the open record. */
  private takeOpen(): string {
    if (this.openLength === 0) return '';
    const text = this.open.join('');
    this.open = [];
    this.openLength = 0;
    return text;
  }

  private keep(text: string): CsvError | undefined {
    if (text !== '') this.open.push(text);
    this.openLength += text.length;
    return this.openLength > LONGEST_RECORD ? this.tooLong() : undefined;
  }

  private misquoted(actual: string): CsvError {
    return new CsvError({ file: this.file, line: this.recordLine }, 'a record with matching quotes', actual);
  }

  private tooLong(): CsvError {
    return new CsvError({ file: this.file, line: this.recordLine }, `a record of at most ${LONGEST_RECORD} characters`, 'a longer one', 'Is there a quote that is never closed?');
  }
}
