/** B-trees of version 2: of new groups, of many attributes, of chunks that may grow along several axes. */
import { bytesFor, requiredAddress, unsigned, address } from './file.js';
import type { Hdf5File } from './file.js';
import type { ByteReader } from '../../bytes/reader.js';

/** Before the records: letters, version, type, checksum. */
const overhead = 10;

interface Shape {
  readonly type: number;
  readonly nodeSize: number;
  readonly recordSize: number;
  /** By depth: bytes of the number of all records below a pointer to such a node. */
  readonly totalBytes: readonly number[];
  /** Bytes of the number of records in a node. */
  readonly countBytes: number;
}

/** What `read` makes of each record, in order. @param type of the records. */
export function recordsOf<T>(file: Hdf5File, at: number, type: number, read: (record: ByteReader) => T): T[] {
  const header = file.reader('B-tree 2', at, 'BTHD');
  header.take(1);
  const found = header.u8();
  if (found !== type) throw header.refuse(`records of type ${type}`, String(found), at + 5);
  const [nodeSize, recordSize, depth] = [header.u32(), header.u16(), header.u16()];
  header.take(2);
  const root = address(header);
  const count = header.u16();
  if (recordSize === 0 || nodeSize < overhead + recordSize || depth > 32) throw header.refuse('nodes of at least one record', `${nodeSize} bytes for records of ${recordSize}`, at);
  if (root === undefined) return [];
  const records: T[] = [];
  visit(file, shapeOf(type, nodeSize, recordSize, depth), { at: root, depth, count }, (record) => records.push(read(record)));
  return records;
}

/** Widths follow from how many records a node of each depth could hold. */
function shapeOf(type: number, nodeSize: number, recordSize: number, depth: number): Shape {
  const inLeaf = Math.floor((nodeSize - overhead) / recordSize);
  const countBytes = bytesFor(inLeaf);
  const totalBytes = [0];
  let total = inLeaf;
  for (let d = 1; d <= depth; d++) {
    const pointer = 8 + countBytes + (totalBytes[d - 1] ?? 0);
    const inNode = Math.floor((nodeSize - overhead - pointer) / (recordSize + pointer));
    total = (inNode + 1) * total + inNode;
    totalBytes.push(bytesFor(total));
  }
  return { type, nodeSize, recordSize, totalBytes, countBytes };
}

function visit(file: Hdf5File, shape: Shape, { at, depth, count }: { readonly at: number; readonly depth: number; readonly count: number }, each: (record: ByteReader) => void): void {
  const reader = file.reader('B-tree 2', at, depth > 0 ? 'BTIN' : 'BTLF', at + shape.nodeSize);
  reader.take(1);
  const type = reader.u8();
  if (type !== shape.type) throw reader.refuse(`records of type ${shape.type}`, String(type), at + 5);
  if (count * shape.recordSize > reader.left) throw reader.refuse(`records in ${reader.left} bytes`, `${count} of ${shape.recordSize}`, at);
  const records = Array.from({ length: count }, () => {
    const from = reader.at;
    reader.take(shape.recordSize);
    return file.reader('B-tree 2 record', from, '', reader.at);
  });
  const record = (i: number): void => {
    const given = records[i];
    if (given) each(given);
  };
  if (depth === 0) {
    records.forEach((_, i) => { record(i); });
    return;
  }
  for (let i = 0; i <= count; i++) {
    const child = requiredAddress(reader, 'a child');
    const inChild = unsigned(reader, shape.countBytes);
    reader.take(shape.totalBytes[depth - 1] ?? 0);
    visit(file, shape, { at: child, depth: depth - 1, count: inChild }, each);
    record(i);
  }
}
