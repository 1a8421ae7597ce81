/** Records as an ONNX file. */
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './graph.js';
import { WireWriter } from './wireWriter.js';

export function writeModel(model: OnnxModel): Uint8Array {
  const writer = new WireWriter().int(1, model.irVersion).text(2, model.producer);
  writer.message(7, (w) => { writeGraph(w, model.graph); });
  for (const [domain, version] of model.opsets) writer.message(8, (w) => { w.text(1, domain).int(2, version); });
  for (const [key, value] of model.metadata) writer.message(14, (w) => { w.text(1, key).text(2, value); });
  return writer.toBytes();
}

function writeGraph(writer: WireWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) writer.message(1, (w) => { writeNode(w, node); });
  writer.text(2, graph.name);
  for (const tensor of graph.initializers) writer.message(5, (w) => { writeTensor(w, tensor); });
  for (const input of graph.inputs) writer.message(11, (w) => { writeValueInfo(w, input); });
  for (const output of graph.outputs) writer.message(12, (w) => { writeValueInfo(w, output); });
}

function writeNode(writer: WireWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  writer.text(3, node.name).text(4, node.opType);
  for (const [name, value] of node.attributes) writer.message(5, (w) => { writeAttribute(w.text(1, name), value); });
  if (node.domain !== '') writer.text(7, node.domain);
}

function writeAttribute(writer: WireWriter, attribute: OnnxAttribute): void {
  switch (attribute.kind) {
    case 'float': writer.float(2, attribute.value).int(20, 1); break;
    case 'int': writer.int(3, attribute.value).int(20, 2); break;
    case 'string': writer.text(4, attribute.value).int(20, 3); break;
    case 'tensor': writer.message(5, (w) => { writeTensor(w, attribute.value); }).int(20, 4); break;
    case 'graph': writer.message(6, (w) => { writeGraph(w, attribute.value); }).int(20, 5); break;
    case 'floats': writer.floats(7, attribute.value).int(20, 6); break;
    case 'ints': writer.ints(8, attribute.value).int(20, 7); break;
    case 'strings':
      for (const value of attribute.value) writer.text(9, value);
      writer.int(20, 8);
      break;
    case 'other': throw new Error(`an attribute that cannot be written: ${attribute.value}`);
  }
}

const dataFields = { raw: 9, float: 4, int32: 5, int64: 7, double: 10, uint64: 11, string: 6 } as const;

function writeTensor(writer: WireWriter, { name, dataType, dims, data }: OnnxTensor): void {
  if (data.field === 'external') throw new Error('a tensor whose numbers are elsewhere');
  writer.ints(1, dims).int(2, dataType).text(8, name);
  for (const piece of data.pieces) writer.bytes(dataFields[data.field], piece);
}

function writeValueInfo(writer: WireWriter, { name, elementType, shape }: OnnxValueInfo): void {
  writer.text(1, name).message(2, (type) => {
    type.message(1, (tensor) => {
      tensor.int(1, elementType);
      if (!shape) return;
      tensor.message(2, (sizes) => {
        for (const size of shape) {
          sizes.message(1, (dim) => {
            if (typeof size === 'number') dim.int(1, size);
            else if (size !== '') dim.text(2, size);
          });
        }
      });
    });
  });
}
