/**
 * The subset of HDF5 that Keras writes, by the published File Format Specification 3.0: superblocks 0 to 3, groups by symbol tables and by
 * links, object headers 1 and 2, compact, contiguous and chunked data with shuffle and gzip. An address is checked before it is followed, a
 * size before anything is made of it, and how often structures are visited is bounded by the length of the file, so that none that refers
 * to itself is read for ever.
 */
import { FileFormatError } from '../../../errors.js';
import { ByteReader } from '../../bytes/reader.js';

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const hint = 'The file is damaged or cut short, or was written with settings of HDF5 that Keras does not use.';

export class Hdf5File {
  /** Structures, and entries of them, that may still be read: one for each byte, which is more than a file can hold. */
  private left: number;

  /** @param bytes from the base address on: addresses count from their beginning. */
  constructor(readonly operation: string, readonly bytes: Uint8Array) {
    this.left = 1000 + bytes.length;
  }

  /** At a structure of the file, which begins with these letters. @param end where it ends at the latest. */
  reader(part: string, address: number, letters = '', end = this.bytes.length): ByteReader {
    const reader = new ByteReader({ operation: this.operation, part: `HDF5 ${part}` }, this.bytes.subarray(0, Math.min(end, this.bytes.length)), Math.min(address, this.bytes.length));
    if (address > reader.bytes.length) throw reader.refuse(`an address within ${reader.bytes.length} bytes`, String(address));
    this.spend(reader);
    const found = String.fromCharCode(...reader.take(letters.length));
    if (found !== letters) throw reader.refuse(`'${letters}'`, 'something else', address);
    return reader;
  }

  /** Counts a structure, or an entry of one. @throws FileFormatError where there are more than the file can hold. */
  spend(reader: ByteReader): void {
    if (--this.left < 0) throw reader.refuse('structures that end', 'ones that refer to each other without end');
  }

  /** What the subset does not hold. */
  unsupported(part: string, expected: string, actual: string): FileFormatError {
    return new FileFormatError({ operation: this.operation, argument: `HDF5 ${part}`, expected, actual, hint });
  }
}

/** An address; undefined where there is none. */
export function address(reader: ByteReader): number | undefined {
  const at = reader.at;
  const [low, high] = [reader.u32(), reader.u32()];
  if (low === 0xffffffff && high === 0xffffffff) return undefined;
  const value = high * 2 ** 32 + low;
  if (value > Number.MAX_SAFE_INTEGER) throw reader.refuse('an address below 2^53', String(value), at);
  return value;
}

/** An address that has to be one. */
export function requiredAddress(reader: ByteReader, what: string): number {
  const at = reader.at;
  const value = address(reader);
  if (value === undefined) throw reader.refuse(`the address of ${what}`, 'none', at);
  return value;
}

/** A whole number of so many bytes, the lowest first. */
export function unsigned(reader: ByteReader, bytes: number): number {
  const at = reader.at;
  if (!(bytes >= 1 && bytes <= 8)) throw reader.refuse('numbers of 1 to 8 bytes', String(bytes), at);
  const value = reader.take(bytes).reduceRight((sum, byte) => sum * 256 + byte, 0);
  if (value > Number.MAX_SAFE_INTEGER) throw reader.refuse('a number below 2^53', String(value), at);
  return value;
}

/** Bytes that a number up to `limit` takes. */
export function bytesFor(limit: number): number {
  return Math.floor(Math.floor(Math.log2(Math.max(1, limit))) / 8) + 1;
}

export function isHdf5(bytes: Uint8Array): boolean {
  return superblockOf(bytes) !== undefined;
}

/** It stands at the beginning, or at 512 bytes, 1024, …, behind what is somebody else's. */
function superblockOf(bytes: Uint8Array): number | undefined {
  for (let at = 0; at + signature.length <= bytes.length; at = at === 0 ? 512 : at * 2) {
    if (signature.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return undefined;
}

/** The file, and where the header of its root group lies. @throws FileFormatError */
export function openFile(operation: string, bytes: Uint8Array): { readonly file: Hdf5File; readonly root: number } {
  const at = superblockOf(bytes);
  const part = { operation, part: 'HDF5 superblock' };
  if (at === undefined) throw new ByteReader(part, bytes).refuse('the signature of an HDF5 file', 'something else', 0);
  const reader = new ByteReader(part, bytes, at + signature.length);
  const version = reader.u8();
  if (version > 3) throw reader.refuse('version 0 to 3', String(version), reader.at - 1);
  if (version < 2) reader.take(4);
  const sizes = [reader.u8(), reader.u8()];
  if (sizes.some((size) => size !== 8)) throw reader.refuse('addresses and lengths of 8 bytes', sizes.join(' and '), reader.at - 2);
  reader.take(version === 0 ? 1 + 2 + 2 + 4 : version === 1 ? 1 + 2 + 2 + 4 + 4 : 1);
  const base = requiredAddress(reader, 'the beginning');
  address(reader);
  const end = requiredAddress(reader, 'the end');
  if (base > bytes.length || base + end > bytes.length + base) throw reader.refuse(`${end} bytes, as it says,`, String(bytes.length));
  if (version < 2) {
    address(reader); // of a driver
    reader.take(8); // the name of the root
  }
  return { file: new Hdf5File(operation, bytes.subarray(base)), root: requiredAddress(reader, 'the root group') };
}
