/** ONNX files by hand. */
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../../../src/convert/onnx/proto/graph.js';
import { elementTypes } from '../../../src/convert/onnx/proto/graph.js';
import { writeModel } from '../../../src/convert/onnx/proto/writeModel.js';

/** One output `name` of `op`; several by a list. */
export type Step = readonly [op: string, inputs: readonly string[], outputs: string | readonly string[], attributes?: Readonly<Record<string, OnnxAttribute>>];

export interface Handmade {
  /** Sizes, numbers or names; those of `lengths` are int32. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly constants: readonly OnnxTensor[];
  readonly steps: readonly Step[];
  readonly outputs?: readonly string[];
}

export function handmade({ inputs, constants, steps, outputs = ['y'] }: Handmade): Uint8Array {
  const nodes = steps.map(([opType, from, to, attributes = {}], i): OnnxNode => ({ name: `${opType} ${i}`, opType, domain: '', inputs: from, outputs: typeof to === 'string' ? [to] : to, attributes: new Map(Object.entries(attributes)) }));
  const infos = Object.entries(inputs).map(([name, shape]) => ({ name, elementType: name === 'lengths' ? elementTypes.int32 : elementTypes.float, shape }));
  return writeModel({
    irVersion: 8, producer: 'test', opsets: new Map([['', 17]]), metadata: new Map(),
    graph: { name: 'g', nodes, initializers: constants, inputs: infos, outputs: outputs.map((name) => ({ name, elementType: elementTypes.float, shape: undefined })) },
  });
}
