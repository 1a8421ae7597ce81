/**
 * The directory of a zip file (PKWARE's APPNOTE, with its 64-bit records, which torch.save always writes), read with a check of each
 * number before it is used. Entries are stored or deflated; nothing is unpacked until it is asked for.
 */
import { crc32 } from '../../models/files/checksum.js';
import { inflate } from './inflate.js';
import { ByteReader, damagedAt } from './reader.js';
import type { FilePart } from './reader.js';

export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  /** As it lies in the file. */
  readonly packed: Uint8Array;
  /** Unpacked. */
  readonly size: number;
  /** As eight hexadecimal digits. */
  readonly crc: string;
}

const signatures = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, entry: 0x02014b50, local: 0x04034b50 };
const endSize = 22;
const entrySize = 46;
const localSize = 30;
/** In place of a number that stands in a 64-bit record. */
const elsewhere = 0xffffffff;

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** Where the record at the end begins: it is followed by a comment of at most 64 kB, whose length it states. */
function findEnd(file: FilePart, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.length - endSize; at >= Math.max(0, bytes.length - endSize - 0xffff); at--) {
    if (view.getUint32(at, true) === signatures.end && at + endSize + view.getUint16(at + 20, true) === bytes.length) return at;
  }
  throw damagedAt(file, bytes.length, "a zip file's directory", 'the end of the file', 'The file is cut short, or no zip file.');
}

interface Directory { readonly entries: number; readonly size: number; readonly from: number }

function directoryOf(file: FilePart, bytes: Uint8Array): Directory {
  const end = findEnd(file, bytes);
  const short = new ByteReader(file, bytes, end + 10);
  const directory = { entries: short.u16(), size: short.u32(), from: short.u32() };
  const locator = end - 20;
  if (locator < 0 || new ByteReader(file, bytes, locator).u32() !== signatures.locator64) return directory;
  const end64 = new ByteReader(file, bytes, locator + 8).u64();
  const long = new ByteReader(file, bytes, Math.min(end64, bytes.length));
  if (long.u32() !== signatures.end64) throw long.refuse('the 64-bit end record', 'something else', end64);
  long.take(28);
  return { entries: long.u64(), size: long.u64(), from: long.u64() };
}

/** Sizes that the extra fields of an entry hold in place of those that did not fit. */
function longSizes(reader: ByteReader, extra: Uint8Array, sizes: readonly number[]): number[] {
  const fields = new ByteReader(reader.file, extra);
  while (fields.left >= 4) {
    const [id, length] = [fields.u16(), fields.u16()];
    if (length > fields.left) break;
    const body = new ByteReader(reader.file, fields.take(length));
    if (id === 1) return sizes.map((size) => (size === elsewhere ? body.u64() : size));
  }
  return [...sizes];
}

/** All entries by name. @throws FileFormatError */
export function readZip(operation: string, bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const file = { operation, part: 'zip directory' };
  const { entries: count, size, from } = directoryOf(file, bytes);
  if (from + size > bytes.length) throw damagedAt(file, from, `a directory within ${bytes.length} bytes`, `one of ${size} bytes`);
  if (count * entrySize > size) throw damagedAt(file, from, `at most ${Math.floor(size / entrySize)} entries in ${size} bytes`, `${count}`);
  const reader = new ByteReader(file, bytes.subarray(0, from + size), from);
  const entries = new Map<string, ZipEntry>();
  for (let i = 0; i < count; i++) {
    const entry = readEntry(reader, bytes, from);
    if (entries.has(entry.name)) throw reader.refuse('names that differ', `'${entry.name}' twice`);
    entries.set(entry.name, entry);
  }
  return entries;
}

function readEntry(reader: ByteReader, bytes: Uint8Array, directory: number): ZipEntry {
  const begin = reader.at;
  if (reader.u32() !== signatures.entry) throw reader.refuse('an entry of the directory', 'something else', begin);
  reader.take(4);
  const [flags, method] = [reader.u16(), reader.u16()];
  reader.take(4);
  const crc = reader.u32().toString(16).padStart(8, '0');
  const [shortPacked, shortSize] = [reader.u32(), reader.u32()];
  const [nameLength, extraLength, commentLength] = [reader.u16(), reader.u16(), reader.u16()];
  reader.take(8);
  const shortLocal = reader.u32();
  const name = reader.text(nameLength);
  const [size = 0, packedSize = 0, local = 0] = longSizes(reader, reader.take(extraLength), [shortSize, shortPacked, shortLocal]);
  reader.take(commentLength);
  if (flags & 1) throw reader.refuse('entries without encryption', `an encrypted '${name}'`, begin);
  if (method !== 0 && method !== 8) throw reader.refuse('entries that are stored or deflated', `method ${method} for '${name}'`, begin);
  if (method === 0 && size !== packedSize) throw reader.refuse(`${packedSize} bytes for the stored '${name}'`, `${size}`, begin);
  const place = { ...reader.file, part: `zip entry '${name}'` };
  const header = new ByteReader(place, bytes.subarray(0, directory), Math.min(local, directory));
  if (header.u32() !== signatures.local) throw header.refuse('the header of an entry', 'something else', local);
  header.take(localSize - 8);
  header.take(header.u16() + header.u16());
  return { name, deflated: method === 8, packed: header.take(packedSize), size, crc };
}

/** The bytes of an entry, a view of the file where it is stored; its checksum is compared. @param limit on its size. @throws FileFormatError */
export async function entryBytes(operation: string, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  const place = { operation, part: `zip entry '${entry.name}'` };
  if (entry.size > limit) throw damagedAt(place, 0, `at most ${limit} bytes`, `${entry.size}`, 'It is larger than anything that belongs there.');
  const bytes = entry.deflated ? await inflate(place, entry.packed, 'deflate-raw', entry.size) : entry.packed;
  requireChecksum(operation, entry, bytes);
  return bytes;
}

/** @throws FileFormatError if bytes of the entry were changed. */
export function requireChecksum(operation: string, { name, crc }: ZipEntry, bytes: Uint8Array): void {
  const actual = crc32(bytes);
  if (actual !== crc) throw damagedAt({ operation, part: `zip entry '${name}'` }, 0, `bytes of checksum ${crc}`, actual, 'Bytes of it were changed.');
}
