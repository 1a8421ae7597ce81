/** The container of torch.save since PyTorch 1.6: a zip file with `data.pkl`, and each storage as an entry `data/KEY`. */
import { FileFormatError, listed } from '../../errors.js';
import { ByteReader } from '../bytes/reader.js';
import { entryBytes, readZip } from '../bytes/zip.js';
import type { ZipEntry } from '../bytes/zip.js';
import { saveStateDict } from './globals.js';
import { flattened } from './nests.js';
import { bytesPer } from './numbers.js';
import { readPickle } from './pickle.js';
import { StorageTable } from './storages.js';
import { Allowance, TensorMaker } from './tensors.js';
import type { TorchFile } from './types.js';
import type { TorchStorage } from './values.js';

/** No pickle of a state dict is as long. */
const longestPickle = 2 ** 26;

/** The folder that holds everything, named after the file as it was first called. @throws FileFormatError for what is no state dict. */
function folderOf(operation: string, entries: ReadonlyMap<string, ZipEntry>): string {
  const names = [...entries.keys()];
  const script = names.some((name) => /^[^/]*\/(?:code\/|constants\.pkl$)/.test(name));
  const pickle = names.find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickle !== undefined && !script) return pickle.slice(0, -'data.pkl'.length);
  throw new FileFormatError({
    operation, argument: 'zip file', expected: 'a state dict, with an entry data.pkl', actual: script ? 'a TorchScript archive, which is code' : listed(names),
    hint: script ? `In Python: model = torch.jit.load('model.pt'); ${saveStateDict}.` : 'It was not written by torch.save.',
  });
}

/** @throws FileFormatError */
export async function readZipFile(operation: string, bytes: Uint8Array): Promise<TorchFile> {
  const entries = readZip(operation, bytes);
  const folder = folderOf(operation, entries);
  const pickleEntry = entries.get(`${folder}data.pkl`);
  if (!pickleEntry) throw new FileFormatError({ operation, argument: 'zip file', expected: 'an entry data.pkl', actual: 'none' });
  await requireLittleEndian(operation, entries.get(`${folder}byteorder`));
  const pickle = await entryBytes(operation, pickleEntry, longestPickle);
  const table = new StorageTable();
  const root = readPickle(new ByteReader({ operation, part: 'data.pkl' }, pickle), table.resolve);
  const maker = new TensorMaker(operation, (storage) => storedBytes(operation, storage, entries.get(`${folder}data/${storage.key}`)), new Allowance(operation, bytes.length));
  return { format: 'zip', ...flattened(operation, root, pickle.length, (name, view) => maker.make(name, view)) };
}

async function requireLittleEndian(operation: string, entry: ZipEntry | undefined): Promise<void> {
  const order = entry && new TextDecoder().decode(await entryBytes(operation, entry, 16));
  if (order === undefined || order === 'little') return;
  throw new FileFormatError({ operation, argument: 'byteorder', expected: 'little', actual: order, hint: 'Save it anew on a machine of little-endian numbers.' });
}

/** @throws FileFormatError unless the entry holds exactly the storage. */
function storedBytes(operation: string, { key, dtype, count }: TorchStorage, entry: ZipEntry | undefined): Uint8Array {
  const expected = count * bytesPer(dtype);
  if (entry && !entry.deflated && entry.packed.length === expected) return entry.packed;
  throw new FileFormatError({
    operation, argument: `storage '${key}'`, expected: `${expected} bytes for ${count} numbers of ${dtype}`,
    actual: !entry ? 'no entry of the zip file' : entry.deflated ? 'compressed ones, which torch.save does not write' : `${entry.packed.length}`, hint: 'The file is damaged.',
  });
}
