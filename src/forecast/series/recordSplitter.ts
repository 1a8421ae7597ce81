/**
 * Cuts CSV text, as it arrives in pieces, into whole records with their line numbers. One scan for quotes and line ends: the
 * time is linear in the text, however long a record is and however the text is torn.
 */
import { ArgumentError, quoted } from '../../errors.js';
import { requireCount } from '../../checks.js';
import { CsvError } from './csvError.js';

/** Characters that a record may have, line breaks included. A longer one is most likely a quote that nobody closed. */
export const LONGEST_RECORD = 2 ** 24;

export interface SplitOptions {
  /** One character between cells. Without it, what a first line such as `sep=;` says, or else a comma. */
  readonly delimiter?: string | undefined;
  /** Lines at the top that are no part of the table, blank ones and a line `sep=;` included; 0 by default. */
  readonly skipRows?: number | undefined;
  /** Lines that begin with this one character are left out; none by default. */
  readonly comment?: string | undefined;
}

/** Whole records, one after the other. */
export interface RecordBatch {
  /** Every record ends with a line break. */
  readonly text: string;
  /** The line on which each record begins, counted from 1. */
  readonly lines: readonly number[];
  /** What is wrong behind these records, if anything: then nothing follows. */
  readonly failure?: CsvError;
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

const NOTHING: RecordBatch = { text: '', lines: [] };

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
    this.openLength += text.length;
    return this.keep(text, this.openLength > LONGEST_RECORD ? this.tooLong() : undefined);
  }

  /** The last record, if no line break follows it. */
  end(): RecordBatch {
    const head = this.mark === undefined ? this.begin('\n') : NOTHING;
    if (head.failure) return head;
    if (this.state === QUOTED) return { ...head, failure: this.misquoted('a quote that is never closed') };
    return this.openLength > 0 ? this.scan('\n') : head;
  }

  /** With the end of the first line the delimiter is known. */
  private begin(text: string): RecordBatch {
    const head = (this.open.join('') + text).replace(/^\uFEFF/, '');
    this.open = [];
    this.openLength = 0;
    const first = head.slice(0, head.search(/[\r\n]/));
    const declared = /^"?sep=([^"])"?$/i.exec(first)?.[1];
    const { delimiter: wanted = declared ?? ',' } = this.options;
    this.mark = wanted;
    if (declared === undefined) return this.scan(head);
    this.state = LEFT_OUT;
    if (declared === wanted) return this.scan(head);
    return { text: '', lines: [], failure: new CsvError({ file: this.file, line: 1 }, `without 'sep=', or one that agrees with delimiter '${wanted}'`, quoted(first)) };
  }

  private scan(text: string): RecordBatch {
    const mark = this.delimiter.charCodeAt(0);
    const comment = this.options.comment?.charCodeAt(0);
    const { skipRows = 0 } = this.options;
    const lines: number[] = [];
    const parts = this.open;
    let { state, afterCr } = this;
    // Where the open record begins, perhaps in an earlier text, and where what `parts` does not hold yet.
    let start = -this.openLength;
    let from = 0;
    let failure: CsvError | undefined;
    for (let i = 0; i < text.length && !failure; i++) {
      const code = text.charCodeAt(i);
      const isSecondHalf = code === LF && afterCr;
      afterCr = code === CR;
      if (isSecondHalf) {
        if (start === i && from === i) from = i + 1;
        if (start === i) start = i + 1;
        continue;
      }
      if (i === start && (code === comment || this.line <= skipRows)) {
        parts.push(text.slice(from, i));
        from = i;
        state = LEFT_OUT;
      }
      const breaks = code === LF || code === CR;
      if (breaks) this.line++;
      if (!breaks || state === QUOTED) {
        state = step(state, code, mark);
        if (state === MISQUOTED) failure = this.misquoted(`${quoted(text.charAt(i))} after a closing quote`);
        continue;
      }
      if (state === LEFT_OUT) from = i + 1;
      else if (i - start >= LONGEST_RECORD) failure = this.tooLong();
      else lines.push(this.recordLine);
      if (!failure) start = i + 1;
      this.recordLine = this.line;
      state = CELL_START;
    }
    this.state = state;
    this.afterCr = afterCr;
    this.openLength = state === LEFT_OUT ? 0 : text.length - start;
    if (this.openLength > LONGEST_RECORD) failure ??= this.tooLong();
    if (start <= 0 && state !== LEFT_OUT) return this.keep(text.slice(from), failure);
    const whole = parts.join('') + text.slice(from, start);
    this.open = state === LEFT_OUT ? [] : [text.slice(start)];
    // Where a line break is torn its second half is left out: who reads a lone CR would wait for the next batch.
    return { text: whole.endsWith('\r') ? `${whole}\n` : whole, lines, ...(failure && { failure }) };
  }

  private keep(text: string, failure?: CsvError): RecordBatch {
    this.open.push(text);
    return failure ? { ...NOTHING, failure } : NOTHING;
  }

  private misquoted(actual: string): CsvError {
    return new CsvError({ file: this.file, line: this.recordLine }, 'a record with matching quotes', actual);
  }

  private tooLong(): CsvError {
    return new CsvError({ file: this.file, line: this.recordLine }, `a record of at most ${LONGEST_RECORD} characters`, 'a longer one', 'Is there a quote that is never closed?');
  }
}
