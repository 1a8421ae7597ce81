/** A file of any format as a model, by the reader of its format. */
import { ArgumentError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import { importKeras } from '../keras/keras.js';
import { importOnnx } from '../onnx/onnx.js';
import { importTensorFlowJs } from '../tensorflowjs/tensorflowjs.js';
import { importTorch } from '../torch/torch.js';
import type { ModelFormat } from '../description.js';
import { formatOf } from './format.js';
import type { ImportModelOptions, ModelImport } from './types.js';

type Read = Omit<ModelImport, 'format' | 'layers' | 'unused'> & Partial<ModelImport>;

type Given = keyof ImportModelOptions;
const ofStateDicts: readonly Given[] = ['model', 'names', 'prefix', 'flattened'];
const taken: Readonly<Record<ModelFormat, readonly Given[]>> = { bptt: [], onnx: [], keras: ['model'], tensorflowjs: ['weights'], torch: ofStateDicts, safetensors: ofStateDicts };

/** @param bytes the reader's own. */
export async function importFile(bytes: Uint8Array, options: ImportModelOptions): Promise<ModelImport> {
  const format = formatOf('importModel', bytes);
  const idle = (Object.keys(options) as Given[]).find((name) => options[name] !== undefined && !taken[format].includes(name));
  if (idle !== undefined) throw new ArgumentError({ operation: 'importModel', argument: idle, expected: `left out for a file of ${format}`, actual: 'given' });
  const read = async (): Promise<Read> => {
    switch (format) {
      case 'bptt': return { model: await (await import('../../models/load.js')).loadModel(bytes), notes: [] };
      case 'keras': return importKeras(bytes, options.model);
      case 'onnx': return { model: (await importOnnx(bytes)).model, notes: [] };
      case 'tensorflowjs': return importTensorFlowJs(new TextDecoder().decode(bytes), required(options, 'weights', 'the bytes of the files that model.json names'));
      case 'torch': case 'safetensors': return intoModel(bytes, required(options, 'model', 'the model that the weights belong to, for a state dict says nothing of layers'), options);
    }
  };
  return { format, layers: [], unused: [], ...await read() };
}

function required<K extends 'model' | 'weights'>(options: ImportModelOptions, argument: K, expected: string): NonNullable<ImportModelOptions[K]> {
  const value = options[argument];
  if (value !== undefined && value !== null) return value;
  throw new ArgumentError({ operation: 'importModel', argument, expected, actual: 'left out' });
}

async function intoModel(bytes: Uint8Array, model: Model, { names, prefix, flattened }: ImportModelOptions): Promise<Read> {
  return { model, ...await importTorch(bytes, model, { names, prefix, flattened }) };
}
