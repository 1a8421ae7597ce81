/** What a group holds: names, and where the headers of these objects lie. */
import type { ByteReader } from '../../bytes/reader.js';
import { childrenOf } from './btree1.js';
import { recordsOf } from './btree2.js';
import { address, requiredAddress } from './file.js';
import type { Hdf5File } from './file.js';
import { heapObjects } from './fractalHeap.js';
import { textOf } from './globalHeap.js';
import { messageTypes } from './objectHeader.js';
import type { Message } from './objectHeader.js';

/** Object headers by name. A link that is no address, but a path or in another file, is refused when it is followed. */
export type Links = ReadonlyMap<string, number | 'a path' | 'another file'>;

/** Undefined for what is no group. @throws FileFormatError */
export function readLinks(file: Hdf5File, messages: readonly Message[]): Links | undefined {
  const bodies = (type: number): ByteReader[] => messages.filter((message) => message.type === type).map(({ body }) => body);
  const [table] = bodies(messageTypes.symbolTable);
  if (table) return new Map(symbols(file, table));
  const infos = bodies(messageTypes.linkInfo);
  const links = bodies(messageTypes.link);
  if (infos.length === 0 && links.length === 0) return undefined;
  return new Map([...links, ...infos.flatMap((info) => denseLinks(file, info))].map(readLink));
}

/** Old groups: a B-tree of nodes of entries, names in a heap. */
function symbols(file: Hdf5File, table: ByteReader): [string, number | 'a path'][] {
  const tree = requiredAddress(table, 'the names');
  const heap = file.reader('local heap', requiredAddress(table, 'the heap of names'), 'HEAP');
  heap.take(4);
  const size = heap.u64();
  heap.take(8);
  const names = requiredAddress(heap, 'the names');
  const nameAt = (offset: number): string => {
    const reader = file.reader('name', names + offset, '', names + size);
    const end = reader.bytes.indexOf(0, reader.at);
    if (end < 0) throw reader.refuse('a name that ends', 'one that does not');
    return textOf(reader.take(end - reader.at));
  };
  return childrenOf(file, tree, 0, (reader) => reader.u64()).flatMap(({ at }) => {
    const node = file.reader('symbol table', at, 'SNOD');
    node.take(2);
    return Array.from({ length: node.u16() }, (): [string, number | 'a path'] => {
      file.spend(node);
      const name = nameAt(node.u64());
      const header = address(node);
      const kind = node.u32();
      node.take(20);
      return [name, kind === 2 || header === undefined ? 'a path' : header];
    });
  });
}

function denseLinks(file: Hdf5File, info: ByteReader): ByteReader[] {
  info.take(1);
  if (info.u8() & 1) info.take(8);
  const [heap, names] = [address(info), address(info)];
  if (heap === undefined || names === undefined) return [];
  const objectOf = heapObjects(file, heap);
  return recordsOf(file, names, 5, (record) => {
    record.take(4); // a hash of the name
    return objectOf(record);
  });
}

function readLink(body: ByteReader): [string, number | 'a path' | 'another file'] {
  const begin = body.at;
  const version = body.u8();
  if (version !== 1) throw body.refuse('a link of version 1', String(version), begin);
  const flags = body.u8();
  const kind = flags & 8 ? body.u8() : 0;
  if (flags & 4) body.take(8); // order of creation
  if (flags & 16) body.take(1); // ASCII or UTF-8
  const length = (flags & 3) === 0 ? body.u8() : (flags & 3) === 1 ? body.u16() : (flags & 3) === 2 ? body.u32() : body.u64();
  const name = textOf(body.take(length));
  if (kind === 0) return [name, requiredAddress(body, 'an object')];
  return [name, kind === 1 ? 'a path' : 'another file'];
}
