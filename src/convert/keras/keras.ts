/** Keras's files: what is loaded at once; the rest is fetched when it is called. */
import { copyOfBytes } from '../../byteSource.js';
import type { ByteSource } from '../../byteSource.js';
import { ArgumentError } from '../../errors.js';
import { typeName } from '../../checks.js';
import type { Model } from '../../models/model.js';
import type { ImportedModel } from './restored.js';

/**
 * The model of a Keras file: `.keras` of Keras 3, `.h5` of Keras 2 and 3; layers, weights and, as far as they have a counterpart, compile
 * settings and the state of the optimiser. Nothing of the file is run. docs/convert-keras.md says what becomes of each layer.
 *
 * @param bytes of the file, not its path.
 * @param model takes the weights of the file and nothing else of it, in the order of layers: of `.weights.h5` files, which hold nothing else.
 * @throws ConversionError with everything that has no counterpart, layer by layer; FileFormatError for a damaged file.
 */
export async function importKeras(bytes: ByteSource, model?: Model): Promise<ImportedModel> {
  const own = copyOfBytes('importKeras', 'bytes', bytes);
  const given: unknown = model;
  if (given !== undefined && !(typeof given === 'object' && given !== null && 'network' in given)) throw new ArgumentError({ operation: 'importKeras', argument: 'model', expected: 'a model, or left out', actual: typeName(given) });
  const { importKerasFile } = await import('./import.js');
  return importKerasFile('importKeras', own, model);
}
