/** Chunked datasets: where each chunk lies, and the way from chunks to rows. */
import { inflate } from '../../bytes/inflate.js';
import { childrenOf } from './btree1.js';
import { recordsOf } from './btree2.js';
import { address, requiredAddress, unsigned } from './file.js';
import type { Hdf5File } from './file.js';
import type { ChunkIndex, Filter, Layout } from './layout.js';

/** `place`: its number along each axis. `mask`: a bit for each filter that was left out. */
interface Chunk { readonly place: readonly number[]; readonly at: number; readonly size: number; readonly mask: number }

interface Grid {
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  /** Chunks along each axis. */
  readonly counts: readonly number[];
  /** Bytes of an element, and of a chunk before filters. */
  readonly element: number;
  readonly bytes: number;
  readonly filters: readonly Filter[];
}

/** The bytes of the whole dataset. Every chunk has to be there. @param total bytes of it. @throws FileFormatError */
export async function readChunks(
  file: Hdf5File, part: string, shape: readonly number[], element: number, total: number, { chunk, index }: Extract<Layout, { kind: 'chunked' }>, filters: readonly Filter[],
): Promise<Uint8Array> {
  const bytes = chunk.reduce((product, n) => product * n, element);
  if (!chunk.every((n) => n >= 1) || bytes > Math.max(total, 1) * 2 ** chunk.length) throw file.unsupported(part, 'chunks of the size of the data, or smaller', chunk.join(' × '));
  const grid = { shape, chunk, element, bytes, filters, counts: shape.map((n, axis) => Math.ceil(n / (chunk[axis] ?? 1))) };
  const chunks = locate(file, index, grid);
  const count = grid.counts.reduce((product, n) => product * n, 1);
  const places = new Set(chunks.map(({ place }) => place.join()));
  const outside = chunks.some(({ place }) => place.some((n, axis) => !(n < (grid.counts[axis] ?? 0))));
  if (chunks.length !== count || places.size !== count || outside) throw file.unsupported(part, `${count} chunks, one for each place`, `${places.size}${outside ? ', some of them outside' : ''}`);
  let whole: Uint8Array | undefined;
  for (const each of chunks) {
    const data = await unpack(file, part, each, grid);
    whole ??= new Uint8Array(total); // once a chunk has proven to hold what it claims
    place(grid, each, data, whole);
  }
  return whole ?? new Uint8Array(0);
}

function locate(file: Hdf5File, index: ChunkIndex, grid: Grid): Chunk[] {
  const { at } = index;
  if (at === undefined) return [];
  const { chunk, counts, bytes } = grid;
  const rank = chunk.length;
  const nth = (i: number): number[] => counts.map((n, axis) => Math.floor(i / counts.slice(axis + 1).reduce((product, m) => product * m, 1)) % n);
  switch (index.kind) {
    case 'single': return [{ place: chunk.map(() => 0), at, size: index.size ?? bytes, mask: index.mask }];
    case 'implicit': {
      const count = counts.reduce((product, n) => product * n, 1);
      file.reader('chunks', at).take(count * bytes);
      return Array.from({ length: count }, (_, i) => ({ place: nth(i), at: at + i * bytes, size: bytes, mask: 0 }));
    }
    case 'btree1': return childrenOf(file, at, 1, (reader) => {
      const [size, mask] = [reader.u32(), reader.u32()];
      const offsets = Array.from({ length: rank + 1 }, () => reader.u64());
      return { size, mask, place: chunk.map((n, axis) => (offsets[axis] ?? 0) / n) };
    }).map(({ key, at: begin }) => ({ ...key, at: begin }));
    case 'fixedArray': return fixedArray(file, at, bytes).map((entry, i) => ({ ...entry, place: nth(i) }));
    case 'btree2': {
      const filtered = grid.filters.length > 0;
      return recordsOf(file, at, filtered ? 11 : 10, (record) => {
        const begin = requiredAddress(record, 'a chunk');
        const [size, mask] = filtered ? [unsigned(record, record.left - 4 - 8 * rank), record.u32()] : [bytes, 0];
        return { at: begin, size, mask, place: Array.from({ length: rank }, () => record.u64()) };
      });
    }
  }
}

/** An entry for each chunk, in order; many of them in pages. */
function fixedArray(file: Hdf5File, at: number, bytes: number): Omit<Chunk, 'place'>[] {
  const header = file.reader('chunk array', at, 'FAHD');
  header.take(1);
  const [filtered, entry, pageBits] = [header.u8() === 1, header.u8(), header.u8()];
  const count = header.u64();
  const block = file.reader('chunk array', requiredAddress(header, 'its entries'), 'FADB');
  block.take(2 + 8);
  if (entry < (filtered ? 13 : 8) || count * entry > block.left) throw block.refuse(`${count} entries of ${entry} bytes`, `${block.left} bytes`);
  const inPage = 2 ** pageBits;
  const paged = count > inPage;
  if (paged) block.take(Math.ceil(Math.ceil(count / inPage) / 8) + 4);
  return Array.from({ length: count }, (_, i) => {
    if (paged && i > 0 && i % inPage === 0) block.take(4); // the checksum of a page
    const begin = address(block);
    const [size, mask] = filtered ? [unsigned(block, entry - 12), block.u32()] : [bytes, 0];
    return begin === undefined ? [] : [{ at: begin, size, mask }];
  }).flat();
}

/** A chunk as it was before its filters. */
async function unpack(file: Hdf5File, part: string, { at, size, mask }: Chunk, { bytes, element, filters }: Grid): Promise<Uint8Array> {
  let data = file.reader('chunk', at).take(size);
  for (const [i, { kind }] of [...filters.entries()].reverse()) {
    if ((mask >> i) & 1) continue;
    if (kind === 'checksum') data = data.subarray(0, Math.max(0, data.length - 4));
    else if (kind === 'shuffle') data = unshuffled(data, element);
    else data = await inflate({ operation: file.operation, part: `HDF5 chunk of ${part}` }, data, 'deflate', filters.slice(0, i).some((before) => before.kind === 'checksum') ? bytes + 4 : bytes);
  }
  if (data.length !== bytes) throw file.unsupported(part, `chunks of ${bytes} bytes`, String(data.length));
  return data;
}

/** All first bytes of the elements came first, then all second ones. */
function unshuffled(data: Uint8Array, element: number): Uint8Array {
  const count = Math.floor(data.length / element);
  const plain = new Uint8Array(data);
  for (let byte = 0; byte < element; byte++) {
    for (let i = 0; i < count; i++) plain[i * element + byte] = data[byte * count + i] ?? 0;
  }
  return plain;
}

/** Copies the rows of a chunk that lie inside the dataset; those at its end reach beyond. */
function place({ shape, chunk, element }: Grid, { place: at }: Chunk, data: Uint8Array, whole: Uint8Array): void {
  const last = shape.length - 1;
  const copy = (axis: number, from: number, to: number): void => {
    const begin = (at[axis] ?? 0) * (chunk[axis] ?? 1);
    const inside = Math.min(chunk[axis] ?? 1, (shape[axis] ?? 1) - begin);
    if (axis === last) {
      const source = from * (chunk[axis] ?? 1) * element;
      whole.set(data.subarray(source, source + inside * element), (to * (shape[axis] ?? 1) + begin) * element);
      return;
    }
    for (let i = 0; i < inside; i++) copy(axis + 1, from * (chunk[axis] ?? 1) + i, to * (shape[axis] ?? 1) + begin + i);
  };
  copy(0, 0, 0);
}
