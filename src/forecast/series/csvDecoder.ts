/**
 * The text of a CSV file's bytes. A byte that is no letter of the encoding is refused: what a decoder puts in its place, the same sign for every one of
 * them, makes one name of two.
 */
import { CsvError } from './csvError.js';

/** What a decoder writes for bytes that it cannot read. */
const REPLACEMENT = '�';

/** Reads bytes as they arrive, in pieces that may end within a letter. */
export class CsvDecoder {
  readonly #file: string;
  readonly #encoding: string | undefined;
  #decoder: TextDecoder | undefined;
  /** The first byte, where it came alone: two of them tell UTF-16. */
  #held = new Uint8Array(0);
  #line = 1;

  /** @param encoding by default UTF-8, or UTF-16 where the file begins with its mark. */
  constructor(file: string, encoding?: string) {
    this.#file = file;
    this.#encoding = encoding;
  }

  /** @throws CsvError with the line of the first byte that is no letter, as does `end`. */
  push(bytes: Uint8Array): string {
    if (this.#decoder) return this.#decode(bytes, true);
    const head = this.#held.length === 0 ? bytes : Uint8Array.of(...this.#held, ...bytes);
    if (head.length < 2) {
      this.#held = Uint8Array.from(head);
      return '';
    }
    this.#begin(head);
    return this.#decode(head, true);
  }

  end(): string {
    if (this.#decoder) return this.#decode(new Uint8Array(0), false);
    this.#begin(this.#held);
    return this.#decode(this.#held, false);
  }

  #begin([first, second]: Uint8Array): void {
    const marked = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
    this.#decoder = new TextDecoder(this.#encoding ?? marked, { fatal: true });
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    const { encoding = 'utf-8' } = this.#decoder ?? {};
    let text: string;
    try {
      text = this.#decoder?.decode(bytes, { stream }) ?? '';
    } catch {
      throw this.#unread(new TextDecoder(encoding).decode(bytes), encoding);
    }
    this.#line += lineEnds(text);
    return text;
  }

  /** @param shown the piece that could not be read, with the replacement where that was. */
  #unread(shown: string, encoding: string): CsvError {
    // A letter that the piece before has begun looks broken as well.
    const from = /^�{1,3}(?!$)/.exec(shown)?.[0].length ?? 0;
    const at = shown.indexOf(REPLACEMENT, from);
    const before = shown.slice(from, at < 0 ? from : at);
    const said = this.#encoding === undefined
      ? "Say encoding: 'windows-1252' if Excel or another program of western Europe wrote it, or save it as UTF-8."
      : 'Say the encoding that the file has.';
    return new CsvError(
      { file: this.#file, line: this.#line + lineEnds(before) }, `text in ${encoding.toUpperCase()}`,
      `other bytes${/[^\r\n]$/.test(before) ? ` after '${before.slice(before.lastIndexOf('\n') + 1).slice(-40)}'` : ''}`, said,
    );
  }
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
