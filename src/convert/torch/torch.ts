/** PyTorch's files, in and out: what is loaded at once; the rest is fetched when it is called. */
import { copyOfBytes } from '../../byteSource.js';
import type { ByteSource } from '../../byteSource.js';
import { requireChoice } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { takeOptions } from '../../copies.js';
import type { Model } from '../../models/model.js';
import type { ExportTorchOptions, TorchExport } from './exportTypes.js';
import type { ImportTorchOptions, TorchImport } from './importTypes.js';
import type { TorchFile } from './types.js';

const importNames: OptionNames<ImportTorchOptions> = { names: true, prefix: true, flattened: true };
const exportNames: OptionNames<ExportTorchOptions> = { weights: true, fileName: true };

/**
 * The tensors of a file of PyTorch by name: of torch.save (the zip format and the one before 1.6) or .safetensors. What is pickled may name
 * tensors, numbers and texts alone, and nothing of it is run.
 *
 * The bytes are copied before it returns, and tensors are views of that copy where the file has them as they are handed out, so that the
 * peak of memory is twice the file.
 *
 * @param bytes of the file, not its path.
 * @throws FileFormatError for a damaged file, a whole pickled module or TorchScript, with the line of Python that saves a state dict instead.
 */
export async function readTorch(bytes: ByteSource): Promise<TorchFile> {
  const own = copyOfBytes('readTorch', 'bytes', bytes);
  const { readTorchFile } = await import('./read.js');
  return readTorchFile('readTorch', own);
}

/**
 * Takes over the weights of a PyTorch model: files as {@link readTorch} takes them. Modules go to layers by name where names are equal, else by
 * their shapes, in order; where more than one would do, none is taken and `names` must say which. Biases that PyTorch only ever adds are added.
 *
 * @param bytes of the file. @param model of the same layers; its weights are set. @returns what went where, what was left over, what no file says.
 * @throws ConversionError for all that is missing or has no counterpart, at once, and FileFormatError for a damaged file; no weight has changed then.
 */
export async function importTorch(bytes: ByteSource, model: Model, options: ImportTorchOptions = {}): Promise<TorchImport> {
  const own = takeOptions('importTorch', options, importNames);
  requireChoice('importTorch', 'flattened', own.flattened ?? 'channelsFirst', ['channelsFirst', 'channelsLast']);
  const copy = copyOfBytes('importTorch', 'bytes', bytes);
  const { importFile } = await import('./import.js');
  return importFile(copy, model, own);
}

/**
 * A model for PyTorch: its state dict as a .safetensors file, with PyTorch's names, and a module in Python that loads it. What comes in and out of it has the axes
 * that it has here, batch first and channels last.
 *
 * @throws ConversionError for all layers at once that PyTorch does not have.
 */
export async function exportTorch(model: Model, options: ExportTorchOptions = {}): Promise<TorchExport> {
  const own = takeOptions('exportTorch', options, exportNames);
  requireChoice('exportTorch', 'weights', own.weights ?? 'float32', ['float16', 'float32', 'float64']);
  const weights = model.getWeights();
  const { exportModel } = await import('./export/export.js');
  return exportModel(model.network, weights, own);
}
