/** Model files of any format, told apart by their bytes: what is loaded at once; the rest is fetched when it is called. */
import { copyOfBytes } from '../../byteSource.js';
import type { ByteSource } from '../../byteSource.js';
import { takeOptions } from '../../copies.js';
import type { OptionNames } from '../../checks.js';
import type { ModelDescription } from '../description.js';
import type { ImportModelOptions, ModelImport } from './types.js';

const optionNames: OptionNames<ImportModelOptions> = { model: true, weights: true, names: true, prefix: true, flattened: true };

/**
 * What a model file holds: layers, tensors, sizes, who wrote it. Files of this library, of PyTorch, Keras, TensorFlow.js (its model.json) and ONNX, told apart
 * by their bytes. Nothing is built or run, so that models are described as well that cannot be read.
 *
 * @param bytes of the file, not its path.
 * @throws FileFormatError for a damaged file, and for what is no model file.
 */
export async function inspectModel(bytes: ByteSource): Promise<ModelDescription> {
  const own = copyOfBytes('inspectModel', 'bytes', bytes);
  const { describeFile } = await import('./describe.js');
  return describeFile('inspectModel', own);
}

/**
 * The model of a file of any format that {@link inspectModel} knows: what `loadModel`, `importTorch`, `importKeras`, `importTensorFlowJs` or `importOnnx`
 * makes of it.
 *
 * @param bytes of the file, not its path.
 * @throws ArgumentError for a state dict without `model`, a model.json without `weights`, and options that a file of that format does not take; else as that function does.
 */
export async function importModel(bytes: ByteSource, options: ImportModelOptions = {}): Promise<ModelImport> {
  const own = takeOptions('importModel', options, optionNames);
  const copy = copyOfBytes('importModel', 'bytes', bytes);
  const { importFile } = await import('./import.js');
  return importFile(copy, own);
}
