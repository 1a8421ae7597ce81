/** An ONNX file, described: its operators, weights, inputs and outputs. */
import { sizeOf } from '../../../tensor.js';
import { descriptionKey } from '../own/key.js';
import type { DescribedPort, DescribedTensor, ModelDescription } from '../../description.js';
import { elementTypes } from '../proto/graph.js';
import type { OnnxTensor, OnnxValueInfo } from '../proto/graph.js';
import { readModel } from '../proto/readModel.js';

const typeNames = new Map<number, string>(Object.entries({ ...elementTypes, float32: elementTypes.float, float64: elementTypes.double }).map(([name, number]) => [number, name]));

/** @throws FileFormatError */
export function describeOnnx(bytes: Uint8Array): Omit<ModelDescription, 'format'> {
  const { graph, irVersion, opsets, producer, metadata } = readModel(bytes);
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const tensors = graph.initializers.map(tensorOf);
  const domains = [...opsets].filter(([domain]) => domain !== '').map(([domain, version]) => [`opset of ${domain}`, version] as const);
  return {
    about: { ...(producer !== '' && { producer }), opset: opsets.get('') ?? null, ...Object.fromEntries(domains), IR: irVersion, ...Object.fromEntries([...metadata].filter(([key]) => key !== descriptionKey)) },
    inputs: graph.inputs.filter(({ name }) => !constants.has(name)).map(portOf), outputs: graph.outputs.map(portOf),
    layers: graph.nodes.map(({ name, opType, domain, outputs }) => ({ name: name === '' ? outputs.find((each) => each !== '') ?? '' : name, type: domain === '' ? opType : `${domain}.${opType}`, options: {} })),
    tensors, parameters: tensors.filter(({ dtype }) => dtype.includes('float')).reduce((sum, { shape }) => sum + sizeOf(shape), 0), shards: [],
  };
}

function tensorOf({ name, dataType, dims }: OnnxTensor): DescribedTensor {
  return { name, dtype: typeNames.get(dataType) ?? `type ${dataType}`, shape: dims };
}

function portOf({ name, shape }: OnnxValueInfo): DescribedPort {
  return { name, shape: (shape ?? []).map((size) => (size === '' ? null : size)) };
}
