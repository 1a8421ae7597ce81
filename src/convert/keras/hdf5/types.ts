/** Datatypes and dataspaces: what the bytes of a dataset or attribute mean, and in which shape. */
import type { ByteReader } from '../../bytes/reader.js';
import type { Hdf5File } from './file.js';

export type Datatype = { readonly size: number; readonly bigEndian: boolean } & (
  | { readonly kind: 'integer'; readonly signed: boolean }
  | { readonly kind: 'float' }
  | { readonly kind: 'text' }
  /** Texts of any length, in a global heap. */
  | { readonly kind: 'texts' }
  /** Bytes whose meaning an attribute tells: bfloat16 of Keras 3. */
  | { readonly kind: 'opaque' }
  | { readonly kind: 'other'; readonly what: string });

const otherKinds: Readonly<Record<number, string>> = { 2: 'times', 4: 'bit fields', 6: 'records', 7: 'references', 9: 'lists of any length', 10: 'arrays' };
/** Enumerations of enumerations: none that h5py writes. */
const deepest = 4;

export function readDatatype(reader: ByteReader, depth = 0): Datatype {
  const at = reader.at;
  const kind = reader.u8() & 15;
  const [low = 0] = reader.take(3);
  const size = reader.u32();
  const bigEndian = (low & 1) === 1;
  if (size === 0) throw reader.refuse('a datatype of at least one byte', '0', at);
  switch (kind) {
    case 0: return reader.take(4), requireSize(reader, at, [1, 2, 4, 8], { kind: 'integer', size, bigEndian, signed: (low & 8) !== 0 });
    case 1: return readFloat(reader, at, { size, bigEndian });
    case 3: return { kind: 'text', size, bigEndian: false };
    case 5: return { kind: 'opaque', size, bigEndian: false };
    case 8: {
      if (depth === deepest) throw reader.refuse('an enumeration of numbers', 'one of enumerations', at);
      return readDatatype(reader, depth + 1); // True and False of h5py
    }
    case 9: if ((low & 15) === 1) return { kind: 'texts', size, bigEndian: false };
  }
  return { kind: 'other', what: otherKinds[kind] ?? `datatype ${kind}`, size, bigEndian: false };
}

function requireSize(reader: ByteReader, at: number, sizes: readonly number[], type: Datatype): Datatype {
  if (sizes.includes(type.size)) return type;
  throw reader.refuse(`numbers of ${sizes.join(', ')} bytes`, String(type.size), at);
}

/** Widths of sign, exponent and fraction by bytes: IEEE 754. */
const layouts: Readonly<Record<number, string>> = { 2: '10 5 0 10', 4: '23 8 0 23', 8: '52 11 0 52' };

function readFloat(reader: ByteReader, at: number, { size, bigEndian }: { readonly size: number; readonly bigEndian: boolean }): Datatype {
  reader.take(4);
  const layout = [...reader.take(4)].join(' ');
  reader.take(4);
  if (layout === layouts[size]) return { kind: 'float', size, bigEndian };
  throw reader.refuse('float16, float32 or float64', `a float of ${size} bytes of its own making`, at);
}

/** Sizes; none for a single value. Undefined for nothing at all. */
export function readDataspace(reader: ByteReader): readonly number[] | undefined {
  const at = reader.at;
  const version = reader.u8();
  if (version !== 1 && version !== 2) throw reader.refuse('a dataspace of version 1 or 2', String(version), at);
  const rank = reader.u8();
  reader.take(1);
  const kind = reader.u8();
  if (version === 1) reader.take(4);
  if (version === 2 && kind === 2) return undefined;
  if (rank > 32) throw reader.refuse('at most 32 axes', String(rank), at + 1);
  return Array.from({ length: rank }, () => reader.u64());
}

/** How many bytes so many values take. @throws FileFormatError for more than numbers can say */
export function bytesOfAll(file: Hdf5File, part: string, shape: readonly number[], size: number): number {
  const bytes = shape.reduce((product, n) => product * n, size);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw file.unsupported(part, 'sizes whose product is a number', shape.join(' × '));
}
