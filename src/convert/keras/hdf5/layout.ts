/** Where the data of a dataset lie, and what was done to them on the way there. */
import type { ByteReader } from '../../bytes/reader.js';
import { address } from './file.js';
import type { Hdf5File } from './file.js';

/** How chunks are found. */
export type ChunkIndex =
  | { readonly kind: 'single'; readonly at: number | undefined; readonly size: number | undefined; readonly mask: number }
  | { readonly kind: 'implicit' | 'btree1' | 'fixedArray' | 'btree2'; readonly at: number | undefined };

export type Layout =
  | { readonly kind: 'compact'; readonly data: Uint8Array }
  | { readonly kind: 'contiguous'; readonly at: number | undefined; readonly size: number }
  | { readonly kind: 'chunked'; readonly chunk: readonly number[]; readonly index: ChunkIndex };

export interface Filter { readonly kind: 'gzip' | 'shuffle' | 'checksum' }

/** @param rank of the dataset. @throws FileFormatError */
export function readLayout(file: Hdf5File, body: ByteReader, rank: number): Layout {
  const begin = body.at;
  const version = body.u8();
  if (version !== 3 && version !== 4) throw body.refuse('a layout of version 3 or 4', String(version), begin);
  const kind = body.u8();
  if (kind === 0) return { kind: 'compact', data: body.take(body.u16()) };
  if (kind === 1) return { kind: 'contiguous', at: address(body), size: body.u64() };
  if (kind !== 2) throw file.unsupported(`layout, byte ${begin},`, 'compact, contiguous or chunked data', 'data of another dataset');
  if (version === 3) {
    const axes = requireAxes(body, rank);
    const at = address(body);
    return { kind: 'chunked', chunk: Array.from({ length: axes }, () => body.u32()), index: { kind: 'btree1', at } };
  }
  const flags = body.u8();
  const axes = requireAxes(body, rank);
  const width = body.u8();
  if (width < 1 || width > 8) throw body.refuse('sizes of 1 to 8 bytes', String(width));
  const chunk = Array.from({ length: axes + 1 }, () => body.take(width).reduceRight((sum, byte) => sum * 256 + byte, 0)).slice(0, axes);
  return { kind: 'chunked', chunk, index: readIndex(file, body, flags) };
}

/** A chunk has the axes of the dataset, and one more: the bytes of an element. */
function requireAxes(body: ByteReader, rank: number): number {
  const axes = body.u8() - 1;
  if (axes === rank) return axes;
  throw body.refuse(`chunks of ${rank} axes, as the dataset has`, String(axes), body.at - 1);
}

function readIndex(file: Hdf5File, body: ByteReader, flags: number): ChunkIndex {
  const kind = body.u8();
  switch (kind) {
    case 1: {
      const [size, mask] = flags & 2 ? [body.u64(), body.u32()] : [undefined, 0];
      return { kind: 'single', at: address(body), size, mask };
    }
    case 2: return { kind: 'implicit', at: address(body) };
    case 3: return body.take(1), { kind: 'fixedArray', at: address(body) };
    case 5: return body.take(6), { kind: 'btree2', at: address(body) };
    default: throw file.unsupported('layout', 'chunks of a dataset whose size stays', kind === 4 ? 'chunks in an array that may grow along one axis' : `chunks of index ${kind}`);
  }
}

const filterNames: Readonly<Record<number, string>> = { 4: 'szip', 5: 'nbit', 6: 'scale-offset', 32000: 'lzf', 32001: 'blosc', 32004: 'lz4', 32015: 'zstd' };

/** In the order in which they were applied. @throws FileFormatError for another than gzip, shuffle and fletcher32. */
export function readFilters(file: Hdf5File, body: ByteReader): Filter[] {
  const begin = body.at;
  const version = body.u8();
  const count = body.u8();
  if (version !== 1 && version !== 2) throw body.refuse('filters of version 1 or 2', String(version), begin);
  if (version === 1) body.take(6);
  return Array.from({ length: count }, () => {
    const id = body.u16();
    const nameLength = version === 1 || id >= 256 ? body.u16() : 0;
    body.take(2);
    const values = body.u16();
    body.take(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    body.take(4 * (version === 1 ? values + (values % 2) : values));
    if (id === 1) return { kind: 'gzip' };
    if (id === 2) return { kind: 'shuffle' };
    if (id === 3) return { kind: 'checksum' };
    throw file.unsupported(`filters, byte ${begin},`, 'gzip, shuffle or fletcher32', filterNames[id] ?? `filter ${id}`);
  });
}
