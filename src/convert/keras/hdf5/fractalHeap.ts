/** Fractal heaps: where new groups keep their links, and objects of many attributes those. */
import type { ByteReader } from '../../bytes/reader.js';
import { address, bytesFor, requiredAddress, unsigned } from './file.js';
import type { Hdf5File } from './file.js';

interface Heap {
  readonly file: Hdf5File;
  readonly at: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Blocks in a row; bytes of each in the first row; the largest that holds data. */
  readonly width: number;
  readonly first: number;
  readonly largest: number;
  readonly root: number;
  /** 0: the root is the only block. */
  readonly rows: number;
}

function openHeap(file: Hdf5File, at: number): Heap {
  const reader = file.reader('fractal heap', at, 'FRHP');
  reader.take(1 + 2);
  const filters = reader.u16();
  if (filters !== 0) throw file.unsupported(`fractal heap, byte ${at},`, 'data as they are', 'filtered ones');
  reader.take(1);
  const most = reader.u32();
  reader.take(12 * 8);
  const width = reader.u16();
  const [first, largest] = [reader.u64(), reader.u64()];
  const bits = reader.u16();
  reader.take(2);
  const root = requiredAddress(reader, 'the blocks');
  const rows = reader.u16();
  if (width === 0 || first === 0 || largest < first || bits === 0 || bits > 64 || rows > 64) throw reader.refuse('blocks of the sizes that heaps have', `${width} of ${first} to ${largest} bytes`, at);
  return {
    file, at, width, first, largest, root, rows,
    offsetBytes: Math.ceil(bits / 8), lengthBytes: Math.min(Math.ceil(Math.log2(largest) / 8), bytesFor(most)),
  };
}

/** Bytes of each block in a row. */
function sizeInRow({ first }: Heap, row: number): number {
  return row === 0 ? first : first * 2 ** (row - 1);
}

/** Where a byte of the heap's own counting lies in the file. @throws FileFormatError */
function locate(heap: Heap, offset: number): number {
  const { file, width, first, largest, offsetBytes } = heap;
  let [at, rows, from] = [heap.root, heap.rows, 0];
  while (rows > 0) {
    const reader = file.reader('fractal heap block', at, 'FHIB');
    reader.take(1 + 8 + offsetBytes);
    let row = 0;
    let begin = from;
    while (row < rows && offset >= begin + width * sizeInRow(heap, row)) begin += width * sizeInRow(heap, row++);
    if (row === rows) throw reader.refuse(`an object within ${begin - from} bytes`, String(offset - from));
    const size = sizeInRow(heap, row);
    const column = Math.floor((offset - begin) / size);
    reader.take(8 * (row * width + column));
    at = requiredAddress(reader, 'a block');
    from = begin + column * size;
    rows = size <= largest ? 0 : Math.log2(size) - Math.log2(first) - Math.log2(width) + 1;
  }
  const reader = file.reader('fractal heap block', at, 'FHDB');
  reader.take(1);
  if (address(reader) !== heap.at) throw reader.refuse('a block of its own heap', 'one of another', at);
  return at + offset - from;
}

/** Reads objects by what names them in a B-tree. */
export function heapObjects(file: Hdf5File, at: number): (id: ByteReader) => ByteReader {
  const heap = openHeap(file, at);
  return (id) => {
    const kind = (id.u8() >> 4) & 3;
    if (kind !== 0) throw file.unsupported(`fractal heap, byte ${at},`, 'objects that fit into its blocks', kind === 1 ? 'a huge one' : 'a tiny one');
    const offset = unsigned(id, heap.offsetBytes);
    const length = unsigned(id, heap.lengthBytes);
    const from = locate(heap, offset);
    const reader = file.reader('fractal heap object', from);
    reader.take(length);
    return file.reader('fractal heap object', from, '', from + length);
  };
}
