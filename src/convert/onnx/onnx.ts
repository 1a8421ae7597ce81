/** ONNX, in and out: what is loaded at once; the rest is fetched when it is called. */
import { copyOfBytes } from '../../byteSource.js';
import type { ByteSource } from '../../byteSource.js';
import { checkOptions, requireChoice } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { givenEntries } from '../../copies.js';
import { ArgumentError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { Forecaster } from '../../forecast/forecaster/forecaster.js';
import type { ExportForecasterOptions, ExportOnnxOptions, OnnxExport, OnnxImport } from './types.js';

const exportNames: OptionNames<ExportOnnxOptions> = { opset: true, lengths: 'flag', weights: true };
const forecasterNames: OptionNames<ExportForecasterOptions> = { opset: true, weights: true, series: true, calendar: true };

/**
 * Writes the model as it predicts, as an ONNX file of standard operators; dropout, noise, losses and optimiser stay behind. Inputs and outputs
 * are those of the model, in its order of axes; the batch and every size that the model leaves open are dynamic. The weights are read before
 * it returns. docs/convert-onnx.md.
 *
 * @throws ConversionError for layers and cells of your own, all of them at once; ArgumentError for a weight that float16 cannot hold, and for
 * `lengths` where no layer reads them.
 */
export function exportOnnx(model: Model, options?: ExportOnnxOptions): Promise<OnnxExport>;
/**
 * Writes a forecaster with its scalers: `history`, float64 [batch, rows, columns], holds the rows of the table that a forecast starts from, in the
 * units of the table; `future` and `static` those columns; `forecast`, `lower` and `upper` are [batch, horizon], `quantiles` [batch, horizon,
 * levels]. They are what `forecast` of the forecaster says, but for rounding of the network. What it refuses there is NaN here.
 *
 * @throws ConversionError for what no operator does: paths drawn at random, quantiles of Student's t, dates, layers of your own. StateError before `fit`.
 */
export function exportOnnx(forecaster: Forecaster, options?: ExportForecasterOptions): Promise<OnnxExport>;
export async function exportOnnx(given: Model | Forecaster, options: ExportOnnxOptions | ExportForecasterOptions = {}): Promise<OnnxExport> {
  const own = givenEntries(checkOptions('exportOnnx', options, { ...exportNames, ...forecasterNames })); // what is undefined may belong to the other kind
  return 'describe' in given ? exportForecaster(given, own) : exportModel(given, own);
}

async function exportModel(model: Model, options: ExportOnnxOptions): Promise<OnnxExport> {
  const { lengths = false, ...own } = checkOptions('exportOnnx', options, exportNames);
  const file = fileOptions(own);
  const [network, values] = [model.network, model.getWeights()];
  const { writeOnnx } = await import('./write/exporter.js');
  return writeOnnx(network, values, { ...file, lengths });
}

async function exportForecaster(forecaster: Forecaster, options: ExportForecasterOptions): Promise<OnnxExport> {
  const { series, calendar = 'refuse', ...own } = checkOptions('exportOnnx', options, forecasterNames);
  const file = fileOptions(own);
  requireChoice('exportOnnx', 'calendar', calendar, ['refuse', 'inputs']);
  const { plan, model } = forecaster;
  const [network, values, described] = [model.network, model.getWeights(), forecaster.describe()];
  const { writeForecaster } = await import('./write/forecaster/forecaster.js');
  return writeForecaster(plan, network, values, described, { ...file, series, calendar });
}

function fileOptions({ opset = 17, weights = 'float32' }: Pick<ExportOnnxOptions, 'opset' | 'weights'>): { opset: 17 | 22; half: boolean } {
  if (![17, 22].includes(opset)) throw new ArgumentError({ operation: 'exportOnnx', argument: 'opset', expected: '17 or 22', actual: String(opset) });
  requireChoice('exportOnnx', 'weights', weights, ['float32', 'float16']);
  return { opset, half: weights === 'float16' };
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
