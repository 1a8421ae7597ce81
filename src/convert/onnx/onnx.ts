/** ONNX, in and out: what is loaded at once; the rest is fetched when it is called. */
import { checkOptions, requireChoice } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { ExportOnnxOptions, OnnxExport } from './types.js';

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
