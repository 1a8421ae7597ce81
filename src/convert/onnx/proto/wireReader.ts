/**
 * Protocol Buffers as they lie in a file: fields of a number and a wire type. Read field by field, within the bytes of the message; nothing
 * is allocated by what a length claims before the length is known to be there, and messages lie at most `depthLimit` deep.
 */
import { FileFormatError } from '../../../errors.js';

/** Messages within one another: a graph in an attribute of a node of a graph takes three. */
const depthLimit = 60;

/** One field, for the handler of its number. Each is read by exactly one of these. */
export interface Field {
  /** A varint, signed. Beyond 2^53 the nearest double: only "to the end" is said that way. */
  int(): number;
  float(): number;
  text(): string;
  /** A view, not a copy. */
  bytes(): Uint8Array;
  /** @param name of the message in errors. */
  message(name: string): WireReader;
  /** Appends numbers, packed or not. @throws FileFormatError for more than `most` in all. */
  intsTo(list: number[], most: number): void;
  floatsTo(list: number[], most: number): void;
}

export type Handlers = Readonly<Record<number, (field: Field) => void>>;

const text = new TextDecoder('utf-8', { fatal: true });

export class WireReader {
  private at: number;

  /** @param place of the message, worked out for errors only. */
  constructor(
    private readonly bytes: Uint8Array, private readonly place: () => string = () => 'model',
    private readonly from = 0, private readonly end = bytes.length, private readonly depth = 0,
  ) {
    this.at = from;
  }

  /** Calls the handler of each field, in the order of the file; fields without one are passed over. */
  fields(handlers: Handlers): void {
    this.at = this.from;
    while (this.at < this.end) {
      const key = this.varint();
      const wire = key % 8;
      const handler = handlers[Math.floor(key / 8)];
      const before = this.at;
      if (handler) handler(this.field(wire));
      if (this.at === before) this.skip(wire);
    }
  }

  refuse(expected: string, actual: string): FileFormatError {
    return new FileFormatError({ operation: 'importOnnx', argument: this.place(), expected, actual: `${actual} at byte ${this.at}`, hint: 'The file is damaged, cut off, or not an ONNX file.' });
  }

  private field(wire: number): Field {
    const { bytes } = this;
    return {
      int: () => {
        this.requireWire(wire, 0);
        return this.varint();
      },
      float: () => {
        this.requireWire(wire, 5);
        return this.view(4).getFloat32(0, true);
      },
      text: () => {
        const part = this.part(wire);
        try {
          return text.decode(part);
        } catch {
          throw this.refuse('UTF-8 text', 'other bytes');
        }
      },
      bytes: () => this.part(wire),
      message: (name) => {
        if (this.depth >= depthLimit) throw this.refuse(`messages at most ${depthLimit} deep`, 'a deeper one');
        const part = this.part(wire);
        const from = part.byteOffset - bytes.byteOffset;
        return new WireReader(bytes, () => `${this.place()}, ${name}`, from, from + part.length, this.depth + 1);
      },
      intsTo: (list, most) => { this.numbersTo(list, most, wire, 0, (reader) => reader.varint()); },
      floatsTo: (list, most) => { this.numbersTo(list, most, wire, 5, (reader) => reader.view(4).getFloat32(0, true)); },
    };
  }

  private numbersTo(list: number[], most: number, wire: number, single: number, read: (reader: WireReader) => number): void {
    const add = (reader: WireReader): void => {
      if (list.length >= most) throw this.refuse(`at most ${most} numbers`, 'more');
      list.push(read(reader));
    };
    if (wire !== 2) {
      this.requireWire(wire, single);
      add(this);
      return;
    }
    const part = this.part(wire);
    const from = part.byteOffset - this.bytes.byteOffset;
    const inner = new WireReader(this.bytes, this.place, from, from + part.length, this.depth);
    while (inner.at < inner.end) add(inner);
  }

  private requireWire(wire: number, expected: number): void {
    if (wire !== expected) throw this.refuse(`a field of wire type ${expected}`, `wire type ${wire}`);
  }

  private part(wire: number): Uint8Array {
    this.requireWire(wire, 2);
    const length = this.varint();
    if (!(length >= 0 && length <= this.end - this.at)) throw this.refuse(`a length within the ${this.end - this.at} bytes that are left`, String(length));
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private view(size: number): DataView {
    if (this.end - this.at < size) throw this.refuse(`${size} bytes`, `${this.end - this.at}`);
    this.at += size;
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at - size, size);
  }

  private skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 1) this.view(8);
    else if (wire === 2) this.part(wire);
    else if (wire === 5) this.view(4);
    else throw this.refuse('a wire type of protocol buffers, 0, 1, 2 or 5', String(wire));
  }

  private varint(): number {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.at < this.end ? this.bytes[this.at] : undefined;
      if (byte === undefined) throw this.refuse('a whole varint', 'the end of the message');
      this.at++;
      const bits = byte & 0x7f;
      if (i < 4) low += bits * 2 ** (7 * i);
      else if (i === 4) {
        low += (bits & 0x0f) * 2 ** 28;
        high += bits >> 4;
      } else if (i < 9) high += bits * 2 ** (7 * i - 32);
      else high += (bits & 1) * 2 ** 31;
      if (byte < 0x80) return (high >= 2 ** 31 ? high - 2 ** 32 : high) * 2 ** 32 + low;
    }
    throw this.refuse('a varint of at most 10 bytes', 'a longer one');
  }
}
