/** Global heaps: where texts of any length lie. */
import type { ByteReader } from '../../bytes/reader.js';
import { address } from './file.js';
import type { Hdf5File } from './file.js';

/** The objects of a heap, by their numbers. */
type Objects = ReadonlyMap<number, Uint8Array>;

function readObjects(file: Hdf5File, at: number): Objects {
  const head = file.reader('global heap', at, 'GCOL');
  head.take(4);
  const size = head.u64();
  const reader = file.reader('global heap', head.at, '', at + size);
  const objects = new Map<number, Uint8Array>();
  while (reader.left >= 16) {
    const index = reader.u16();
    reader.take(6);
    const length = reader.u64();
    if (index === 0) break; // free space
    file.spend(reader);
    objects.set(index, reader.take(length));
    reader.take(Math.min(reader.left, (8 - (length % 8)) % 8));
  }
  return objects;
}

/** Reads texts by their references; all together are no longer than the file. */
export function heapTexts(file: Hdf5File): (reference: ByteReader) => string {
  const heaps = new Map<number, Objects>();
  let left = file.bytes.length;
  return (reference) => {
    const begin = reference.at;
    const length = reference.u32();
    const at = address(reference);
    const index = reference.u32();
    if (length === 0 || at === undefined || at === 0) return '';
    const objects = heaps.get(at) ?? readObjects(file, at);
    heaps.set(at, objects);
    const bytes = objects.get(index);
    if (!bytes || bytes.length < length) throw reference.refuse(`a text of ${length} bytes`, bytes ? `one of ${bytes.length}` : 'a reference to nothing', begin);
    left -= length;
    if (left < 0) throw reference.refuse('texts that the file can hold', 'more', begin);
    return textOf(bytes.subarray(0, length));
  };
}

/** Up to the first NUL; what is not UTF-8 becomes U+FFFD, as in names of other times. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
