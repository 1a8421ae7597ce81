/** B-trees of version 1: of old groups and of chunks. */
import type { ByteReader } from '../../bytes/reader.js';
import { address, requiredAddress } from './file.js';
import type { Hdf5File } from './file.js';

export interface Child<Key> { readonly key: Key; readonly at: number }

/**
 * The leaves' children, in order.
 * @param kind 0 of groups, 1 of chunks. @param readKey reads one key; one more stands at the end of a node.
 */
export function childrenOf<Key>(file: Hdf5File, root: number, kind: 0 | 1, readKey: (reader: ByteReader) => Key): Child<Key>[] {
  const found: Child<Key>[] = [];
  const visit = (at: number, above: number): void => {
    const reader = file.reader('B-tree', at, 'TREE');
    const [type, level, entries] = [reader.u8(), reader.u8(), reader.u16()];
    if (type !== kind) throw reader.refuse(`a node of kind ${kind}`, String(type), at + 4);
    if (level >= above) throw reader.refuse(`a level below ${above}`, String(level), at + 5);
    address(reader);
    address(reader);
    for (let i = 0; i < entries; i++) {
      file.spend(reader);
      const key = readKey(reader);
      const child = requiredAddress(reader, 'a child');
      if (level > 0) visit(child, level);
      else found.push({ key, at: child });
    }
  };
  visit(root, 256);
  return found;
}
