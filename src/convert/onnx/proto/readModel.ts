/** An ONNX file as records. Numbers stay where they are until somebody asks for them. */
import { WireReader } from './wireReader.js';
import type { Field } from './wireReader.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo, TensorBytes } from './graph.js';

/** Far more than any exporter writes; each takes memory beyond its bytes. */
const most = { nodes: 100_000, names: 1_000, dims: 16, numbers: 1_000_000 };

/** @throws FileFormatError naming the message and the byte. */
export function readModel(bytes: Uint8Array): OnnxModel {
  const reader = new WireReader(bytes);
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  let irVersion = 0;
  let producer = '';
  let graph: OnnxGraph | undefined;
  let functions = 0;
  reader.fields({
    1: (field) => { irVersion = field.int(); },
    2: (field) => { producer = field.text(); },
    7: (field) => { graph = readGraph(field.message('graph')); },
    8: (field) => {
      let [domain, version] = ['', 0];
      field.message('opset_import').fields({ 1: (f) => { domain = f.text(); }, 2: (f) => { version = f.int(); } });
      opsets.set(domain === 'ai.onnx' ? '' : domain, version);
      if (opsets.size > most.names) throw reader.refuse(`at most ${most.names} operator sets`, 'more');
    },
    14: (field) => {
      let [key, value] = ['', ''];
      field.message('metadata_props').fields({ 1: (f) => { key = f.text(); }, 2: (f) => { value = f.text(); } });
      metadata.set(key, value);
      if (metadata.size > most.names) throw reader.refuse(`at most ${most.names} entries of metadata`, 'more');
    },
    25: () => { functions++; },
  });
  if (functions > 0) throw reader.refuse('without functions of its own', `${functions} of them`);
  if (!graph || opsets.size === 0) throw reader.refuse('an ONNX model, with opset_import and a graph', graph ? 'no opset_import' : 'no graph');
  return { irVersion, producer, opsets, graph, metadata };
}

function readGraph(reader: WireReader): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const [inputs, outputs]: OnnxValueInfo[][] = [[], []];
  let name = '';
  const counted = <T>(list: T[] | undefined, value: T): void => {
    if (!list || list.length >= most.nodes) throw reader.refuse(`at most ${most.nodes} nodes, initializers, inputs and outputs each`, 'more');
    list.push(value);
  };
  reader.fields({
    1: (field) => { counted(nodes, readNode(field.message(`node ${nodes.length}`))); },
    2: (field) => { name = field.text(); },
    5: (field) => { counted(initializers, readTensor(field.message(`initializer ${initializers.length}`))); },
    11: (field) => { counted(inputs, readValueInfo(field.message(`input ${inputs?.length}`))); },
    12: (field) => { counted(outputs, readValueInfo(field.message(`output ${outputs?.length}`))); },
    15: () => { throw reader.refuse('dense initializers', 'sparse_initializer'); },
  });
  return { name, nodes, initializers, inputs: inputs ?? [], outputs: outputs ?? [] };
}

function readNode(reader: WireReader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let [name, opType, domain] = ['', '', ''];
  const counted = (list: string[], field: Field): void => {
    if (list.length >= most.names) throw reader.refuse(`at most ${most.names} inputs and outputs`, 'more');
    list.push(field.text());
  };
  reader.fields({
    1: (field) => { counted(inputs, field); },
    2: (field) => { counted(outputs, field); },
    3: (field) => { name = field.text(); },
    4: (field) => { opType = field.text(); },
    5: (field) => {
      const [key, value] = readAttribute(field.message(`attribute ${attributes.size}`));
      attributes.set(key, value);
      if (attributes.size > most.names) throw reader.refuse(`at most ${most.names} attributes`, 'more');
    },
    7: (field) => { domain = field.text(); },
  });
  if (opType === '') throw reader.refuse('a node with its op_type', 'one without');
  return { name, opType, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes };
}

function readAttribute(reader: WireReader): [name: string, value: OnnxAttribute] {
  let name = '';
  let type = 0;
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  const single: { f: number; i: number; s: string; t?: OnnxTensor; g?: OnnxGraph } = { f: 0, i: 0, s: '' };
  reader.fields({
    1: (field) => { name = field.text(); },
    2: (field) => { single.f = field.float(); },
    3: (field) => { single.i = field.int(); },
    4: (field) => { single.s = field.text(); },
    5: (field) => { single.t = readTensor(field.message('t')); },
    6: (field) => { single.g = readGraph(field.message('g')); },
    7: (field) => { field.floatsTo(floats, most.numbers); },
    8: (field) => { field.intsTo(ints, most.numbers); },
    9: (field) => {
      if (strings.length >= most.names) throw reader.refuse(`at most ${most.names} strings`, 'more');
      strings.push(field.text());
    },
    20: (field) => { type = field.int(); },
  });
  switch (type) {
    case 1: return [name, { kind: 'float', value: single.f }];
    case 2: return [name, { kind: 'int', value: single.i }];
    case 3: return [name, { kind: 'string', value: single.s }];
    case 4:
      if (!single.t) throw reader.refuse('a tensor', 'none');
      return [name, { kind: 'tensor', value: single.t }];
    case 5:
      if (!single.g) throw reader.refuse('a graph', 'none');
      return [name, { kind: 'graph', value: single.g }];
    case 6: return [name, { kind: 'floats', value: floats }];
    case 7: return [name, { kind: 'ints', value: ints }];
    case 8: return [name, { kind: 'strings', value: strings }];
    default: return [name, { kind: 'other', value: `attribute type ${type}` }];
  }
}

export function readTensor(reader: WireReader): OnnxTensor {
  const dims: number[] = [];
  const pieces: Uint8Array[] = [];
  let [name, dataType, location] = ['', 0, 0];
  let held: TensorBytes['field'] | undefined;
  const take = (kind: TensorBytes['field']) => (field: Field): void => {
    if (held !== undefined && held !== kind) throw reader.refuse('numbers in one place', `${held}_data and ${kind}_data`);
    held = kind;
    if (pieces.length >= most.names) throw reader.refuse('packed numbers', 'numbers one by one');
    pieces.push(field.bytes());
  };
  reader.fields({
    1: (field) => { field.intsTo(dims, most.dims); },
    2: (field) => { dataType = field.int(); },
    3: () => { throw reader.refuse('a whole tensor', 'a segment'); },
    4: take('float'), 5: take('int32'), 6: take('string'), 7: take('int64'), 9: take('raw'), 10: take('double'), 11: take('uint64'),
    8: (field) => { name = field.text(); },
    14: (field) => { location = field.int(); },
  });
  if (dims.some((size) => !(size >= 0))) throw reader.refuse('sizes of at least 0', `[${dims.join(', ')}]`);
  return { name, dataType, dims, data: { field: location === 1 ? 'external' : held ?? 'raw', pieces } };
}

function readValueInfo(reader: WireReader): OnnxValueInfo {
  let name = '';
  let elementType = 0;
  let shape: (number | string)[] | undefined;
  reader.fields({
    1: (field) => { name = field.text(); },
    2: (field) => {
      field.message('type').fields({
        1: (type) => {
          type.message('tensor_type').fields({
            1: (f) => { elementType = f.int(); },
            2: (f) => {
              const sizes: (number | string)[] = [];
              shape = sizes;
              f.message('shape').fields({
                1: (dim) => {
                  if (sizes.length >= most.dims) throw reader.refuse(`at most ${most.dims} axes`, 'more');
                  let size: number | string = '';
                  dim.message(`dim ${sizes.length}`).fields({ 1: (d) => { size = d.int(); }, 2: (d) => { size = d.text(); } });
                  sizes.push(size);
                },
              });
            },
          });
        },
      });
    },
  });
  return { name, elementType, shape };
}
