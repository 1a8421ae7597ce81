/** What a file of any format says of itself, by the reader of its format. */
import { contentsOf } from '../../models/files/contents.js';
import { decodeModel } from '../../models/files/persist.js';
import { formatOf } from './format.js';
import type { ModelDescription } from '../description.js';

/** @throws FileFormatError */
export async function describeFile(operation: string, bytes: Uint8Array): Promise<ModelDescription> {
  const format = formatOf(operation, bytes);
  switch (format) {
    case 'bptt': return describeOwn(bytes);
    case 'torch': case 'safetensors': return { format, ...await (await import('../torch/describe.js')).describeTorch(operation, bytes) };
    case 'keras': return { format, ...await (await import('../keras/describe.js')).describeKeras(operation, bytes) };
    case 'tensorflowjs': return { format, ...(await import('../tensorflowjs/describeFile.js')).describeTensorFlowJs(operation, bytes) };
    case 'onnx': return { format, ...(await import('../onnx/read/describe.js')).describeOnnx(bytes) };
  }
}

function describeOwn(bytes: Uint8Array): ModelDescription {
  const { inputs, layers, tensors, parameters, seed, training } = contentsOf(decodeModel(bytes));
  return {
    format: 'bptt', about: { seed, ...(training && { optimizer: training.optimizer.type, loss: training.losses.join(', '), epochs: training.epochs }) },
    inputs: inputs.map((shape) => ({ name: '', shape: [null, ...shape] })), outputs: [], layers, tensors, parameters, shards: [],
  };
}
