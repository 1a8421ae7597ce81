/** Attributes of groups and datasets: texts, lists of texts, numbers. */
import type { ByteReader } from '../../bytes/reader.js';
import { recordsOf } from './btree2.js';
import { address } from './file.js';
import type { Hdf5File } from './file.js';
import { heapObjects } from './fractalHeap.js';
import { heapTexts, textOf } from './globalHeap.js';
import { messageTypes } from './objectHeader.js';
import type { Message } from './objectHeader.js';
import { bytesOfAll, readDataspace, readDatatype } from './types.js';
import type { Datatype } from './types.js';
import { numbersOf } from './values.js';

/** Of a list its entries, one after another. Undefined: of a kind that the subset does not hold. */
export type AttributeValue = readonly string[] | readonly number[] | undefined;

/** By name: many stand in a heap of their own. @throws FileFormatError */
export function readAttributes(file: Hdf5File, messages: readonly Message[]): ReadonlyMap<string, AttributeValue> {
  const bodies = messages.filter(({ type }) => type === messageTypes.attribute).map(({ body }) => body);
  for (const { body } of messages.filter(({ type }) => type === messageTypes.attributeInfo)) bodies.push(...denseAttributes(file, body));
  return new Map(bodies.map((body) => readAttribute(file, body)));
}

function denseAttributes(file: Hdf5File, info: ByteReader): ByteReader[] {
  info.take(1);
  if (info.u8() & 1) info.take(2);
  const [heap, names] = [address(info), address(info)];
  if (heap === undefined || names === undefined) return [];
  const objectOf = heapObjects(file, heap);
  return recordsOf(file, names, 8, objectOf);
}

function readAttribute(file: Hdf5File, body: ByteReader): [name: string, value: AttributeValue] {
  const begin = body.at;
  const version = body.u8();
  if (version < 1 || version > 3) throw body.refuse('an attribute of version 1 to 3', String(version), begin);
  const flags = body.u8();
  if (version > 1 && flags & 3) throw file.unsupported(`attribute, byte ${begin},`, 'a datatype of its own', 'one that is shared');
  const sizes = [body.u16(), body.u16(), body.u16()];
  if (version === 3) body.take(1);
  const [name, type, space] = sizes.map((size) => {
    const from = body.at;
    body.take(version === 1 ? Math.ceil(size / 8) * 8 : size);
    return file.reader('attribute', from, '', from + size);
  });
  if (!name || !type || !space) throw body.refuse('a name, a type and a shape', 'less', begin);
  const title = textOf(name.take(name.left));
  const shape = readDataspace(space);
  return [title, shape === undefined ? undefined : valueOf(file, readDatatype(type), shape, body)];
}

function valueOf(file: Hdf5File, type: Datatype, shape: readonly number[], body: ByteReader): AttributeValue {
  const bytes = body.take(bytesOfAll(file, 'attribute', shape, type.size));
  const each = <T>(read: (part: Uint8Array) => T): T[] => Array.from({ length: bytes.length / type.size }, (_, i) => read(bytes.subarray(i * type.size, (i + 1) * type.size)));
  switch (type.kind) {
    case 'text': return each(textOf);
    case 'texts': {
      const read = heapTexts(file);
      const from = body.at - bytes.length;
      return each((part) => part).map((_, i) => read(file.reader('attribute', from + i * type.size, '', from + (i + 1) * type.size)));
    }
    case 'integer':
    case 'float': return [...numbersOf(bytes, type)];
    default: return undefined;
  }
}
