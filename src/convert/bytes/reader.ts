/** A cursor over bytes of a file that never passes their end: what is damaged is refused with its place. */
import { FileFormatError } from '../../errors.js';

/** What is read and by whom, for messages. */
export interface FilePart {
  /** The function that the user called. */
  readonly operation: string;
  /** Which part of the file: `data.pkl`, `header`. */
  readonly part: string;
}

/** @param at the byte, counted from the beginning of the part. */
export function damagedAt({ operation, part }: FilePart, at: number, expected: string, actual: string, hint = 'The file is damaged or cut short.'): FileFormatError {
  return new FileFormatError({ operation, argument: `${part}, byte ${at},`, expected, actual, hint });
}

export class ByteReader {
  /** Where the next byte is read. */
  at: number;
  private readonly view: DataView;

  constructor(readonly file: FilePart, readonly bytes: Uint8Array, from = 0) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = from;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  refuse(expected: string, actual: string, at = this.at): FileFormatError {
    return damagedAt(this.file, at, expected, actual);
  }

  u8(): number {
    return this.view.getUint8(this.pass(1));
  }

  u16(): number {
    return this.view.getUint16(this.pass(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.pass(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.pass(4), true);
  }

  /** @throws FileFormatError for more than 2^53, too. */
  u64(): number {
    const at = this.pass(8);
    const value = this.view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.refuse('a size below 2^53', String(value), at);
    return Number(value);
  }

  f64BigEndian(): number {
    return this.view.getFloat64(this.pass(8));
  }

  /** A view of the next bytes. */
  take(count: number): Uint8Array {
    const at = this.pass(count);
    return this.bytes.subarray(at, at + count);
  }

  /** UTF-8. */
  text(count: number): string {
    const at = this.at;
    const bytes = this.take(count);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.refuse('text in UTF-8', 'something else', at);
    }
  }

  private pass(count: number): number {
    const { at } = this;
    if (count > this.left) throw this.refuse(`${count} more bytes`, `${this.left}, at which the file ends`);
    this.at += count;
    return at;
  }
}
