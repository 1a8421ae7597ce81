/** ONNX, in and out: what is loaded at once; the rest is fetched when it is called. */
import { copyOfBytes } from '../../byteSource.js';
import type { ByteSource } from '../../byteSource.js';
import { checkOptions, requireChoice } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { ExportOnnxOptions, OnnxExport, OnnxImport } from './types.js';

const exportNames: OptionNames<ExportOnnxOptions> = { opset: true, lengths: 'flag', weights: true };

/**
 * Writes the model as it predicts, as an ONNX file of standard operators; dropout, noise, losses and optimiser stay behind. Inputs and outputs
 * are those of the model, in its order of axes; the batch and every size that the model leaves open are dynamic. The weights are read before
 * it returns. docs/convert-onnx.md.
 *
 * @throws ConversionError for layers and cells of your own, all of them at once; ArgumentError for a weight that float16 cannot hold, and for
 * `lengths` where no layer reads them.
 */
export async function exportOnnx(model: Model, options: ExportOnnxOptions = {}): Promise<OnnxExport> {
  const { opset = 17, lengths = false, weights = 'float32' } = checkOptions('exportOnnx', options, exportNames);
  if (![17, 22].includes(opset)) throw new ArgumentError({ operation: 'exportOnnx', argument: 'opset', expected: '17 or 22', actual: String(opset) });
  requireChoice('exportOnnx', 'weights', weights, ['float32', 'float16']);
  const [network, values] = [model.network, model.getWeights()];
  const { writeOnnx } = await import('./write/exporter.js');
  return writeOnnx(network, values, { opset, lengths, half: weights === 'float16' });
}

/**
 * Reads an .onnx file, opset 7 to 26, as a model that predicts what the file does, and trains.
 *
 * Inputs and outputs keep the axes of the file, but that the batch comes first; which axis that is is known where an operator says so, and is
 * the first otherwise. The result says for each where its axes come from, and which inputs of the file have become `lengths`. The bytes are copied before it returns. What is read, and what is refused: docs/convert-onnx.md.
 *
 * @param bytes of the file, not its path.
 * @throws FileFormatError for a damaged file; ConversionError for operators without a layer, all of them at once, each with its node and the reason.
 */
export async function importOnnx(bytes: ByteSource): Promise<OnnxImport> {
  const own = copyOfBytes('importOnnx', 'bytes', bytes);
  const { readOnnx } = await import('./read/importer.js');
  return readOnnx(own);
}
