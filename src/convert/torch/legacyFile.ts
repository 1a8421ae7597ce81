/**
 * The container of torch.save before PyTorch 1.6: five pickles one behind the other (a magic number, the protocol, the machine, what was
 * saved, the keys of the storages), then each storage as its count and its numbers.
 */
import { FileFormatError } from '../../errors.js';
import { ByteReader } from '../bytes/reader.js';
import { flattened } from './nests.js';
import { bytesPer } from './numbers.js';
import { readPickle } from './pickle.js';
import { StorageTable } from './storages.js';
import { Allowance, TensorMaker } from './tensors.js';
import { PickleDict } from './values.js';
import type { PickleValue, TorchStorage } from './values.js';
import type { TorchFile } from './types.js';

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

export function isLegacy(bytes: Uint8Array): boolean {
  // PROTO 2, LONG1 of ten bytes: the magic number.
  return bytes[0] === 0x80 && bytes[1] === 2 && bytes[2] === 0x8a && bytes[3] === 10;
}

/** @throws FileFormatError */
export function readLegacyFile(operation: string, bytes: Uint8Array): TorchFile {
  const reader = new ByteReader({ operation, part: 'file' }, bytes);
  const table = new StorageTable();
  const plain = (): PickleValue => readPickle(reader, (_id, at) => { throw at.refuse('a pickle without storages', 'one'); });
  if (plain() !== magic) throw reader.refuse("the magic number of PyTorch's format", 'another', 0);
  const version = plain();
  if (version !== protocol) throw reader.refuse(`protocol ${protocol}`, typeof version === 'number' ? String(version) : 'something else');
  const machine = plain();
  if (!(machine instanceof PickleDict) || machine.entries.get('little_endian') !== true) throw reader.refuse('numbers of a little-endian machine', 'others');
  const from = reader.at;
  const root = readPickle(reader, table.resolve);
  const pickleBytes = reader.at - from;
  const places = readStorages(reader, plain(), table);
  const maker = new TensorMaker(operation, (storage) => places.get(storage.key) ?? missing(operation, storage), new Allowance(operation, bytes.length));
  return { format: 'legacy', ...flattened(operation, root, pickleBytes, (name, view) => maker.make(name, view)) };
}

function readStorages(reader: ByteReader, keys: PickleValue, table: StorageTable): Map<string, Uint8Array> {
  const places = new Map<string, Uint8Array>();
  if (!Array.isArray(keys)) throw reader.refuse('a list of storages', 'something else');
  for (const key of keys) {
    const storage = typeof key === 'string' ? table.storages.get(key) : undefined;
    if (!storage) throw reader.refuse('a storage that a tensor needs', 'another');
    const count = reader.u64();
    if (count !== storage.count) throw reader.refuse(`${storage.count} numbers in storage '${storage.key}'`, String(count), reader.at - 8);
    places.set(storage.key, aligned(reader, storage));
  }
  if (reader.left > 0) throw reader.refuse('the end of the file', `${reader.left} more bytes`);
  return places;
}

/**
 * The numbers of a storage as a view. Nothing aligns them in this format: they are moved down over their own count, which has been read and is
 * as long as the widest number, so that the memory of the file does for them.
 */
function aligned(reader: ByteReader, { dtype, count }: TorchStorage): Uint8Array {
  const bytes = reader.take(count * bytesPer(dtype));
  const surplus = bytes.byteOffset % bytesPer(dtype);
  const from = reader.at - bytes.length;
  if (surplus > 0) reader.bytes.copyWithin(from - surplus, from, reader.at);
  return reader.bytes.subarray(from - surplus, reader.at - surplus);
}

function missing(operation: string, { key }: TorchStorage): never {
  throw new FileFormatError({ operation, argument: `storage '${key}'`, expected: 'in the file', actual: 'missing', hint: 'The file is cut short.' });
}
