/** Test cases of ONNX itself (Debian: libonnx-testdata), with what is a weight made a constant: through importOnnx, and back into onnxruntime. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConversionError } from '../../../../src/index.js';
import type { Shape } from '../../../../src/index.js';
import { exportOnnx, importOnnx } from '../../../../src/convert/index.js';
import type { OnnxImport } from '../../../../src/convert/index.js';
import { elementTypes } from '../../../../src/convert/onnx/proto/graph.js';
import type { OnnxModel, OnnxTensor } from '../../../../src/convert/onnx/proto/graph.js';
import { readModel, readTensor } from '../../../../src/convert/onnx/proto/readModel.js';
import { WireReader } from '../../../../src/convert/onnx/proto/wireReader.js';
import { writeModel } from '../../../../src/convert/onnx/proto/writeModel.js';
import { knownOf } from '../../../../src/convert/onnx/read/known.js';
import { reordered } from '../../../../src/convert/onnx/write/layerWriter.js';
import { differenceOf } from './agreement.js';
import { openInRuntime } from './onnxruntime.js';

export const folder = '/usr/share/libonnx-testdata/data';

export function casesOf(part: string): string[] {
  return existsSync(join(folder, part)) ? readdirSync(join(folder, part)).sort().map((name) => `${part}/${name}`) : [];
}

export interface Case {
  readonly model: OnnxModel;
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
}

function tensorFile(path: string, name: string): OnnxTensor {
  return { ...readTensor(new WireReader(readFileSync(path))), name };
}

/** Undefined for cases of sequences and of optional values. */
export function caseOf(name: string): Case | undefined {
  const path = join(folder, name);
  try {
    const model = readModel(readFileSync(join(path, 'model.onnx')));
    const constants = new Set(model.graph.initializers.map((tensor) => tensor.name));
    const data = join(path, 'test_data_set_0');
    const read = (kind: string, names: readonly string[]): OnnxTensor[] => names.map((each, i) => tensorFile(join(data, `${kind}_${i}.pb`), each));
    return { model, inputs: read('input', model.graph.inputs.map((info) => info.name).filter((each) => !constants.has(each))), outputs: read('output', model.graph.outputs.map((info) => info.name)) };
  } catch {
    return undefined;
  }
}

/** Which inputs stay inputs: the first, and what else data are made of. The rest are weights and numbers. */
function staysInput(op: string, i: number, { dataType }: OnnxTensor): boolean {
  if (i === 0) return true;
  if (['LSTM', 'GRU', 'RNN'].includes(op)) return i >= 4 && i <= 6;
  return dataType === elementTypes.float && ['Add', 'Sub', 'Mul', 'Concat', 'Max', 'Min', 'Mean', 'Sum'].includes(op);
}

export type Verdict = { readonly kind: 'agrees'; readonly difference: number } | { readonly kind: 'refused'; readonly reason: string } | { readonly kind: 'differs'; readonly reason: string };

/** @param constants make all inputs but the first constants. */
export async function judgeCase({ model, inputs, outputs }: Case, constants = false): Promise<Verdict> {
  const op = model.graph.nodes.length === 1 ? model.graph.nodes[0]?.opType ?? '' : '';
  const names = model.graph.nodes[0]?.inputs ?? [];
  const kept = inputs.filter((tensor) => staysInput(constants ? '' : op, names.indexOf(tensor.name), tensor) || (op === '' && tensor === inputs[0]));
  const fixed = inputs.filter((tensor) => !kept.includes(tensor));
  const outputNames = model.graph.nodes.length === 1 ? model.graph.outputs.filter((_, i) => i === 0 || !['LayerNormalization', 'MaxPool'].includes(op)) : model.graph.outputs;
  const graph = { ...model.graph, outputs: outputNames, inputs: model.graph.inputs.filter(({ name }) => !fixed.some((tensor) => tensor.name === name)), initializers: [...model.graph.initializers, ...fixed] };
  let report: OnnxImport;
  try {
    report = await importOnnx(writeModel({ ...model, graph }));
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    return { kind: 'refused', reason: error.problems.join('; ') };
  }
  const { model: made } = report;
  const valueOf = (name: string): { data: Float32Array; shape: Shape } => {
    const { data, shape } = knownOf(kept.find((tensor) => tensor.name === name) ?? inputs[0]!);
    return { data: Float32Array.from(data), shape };
  };
  const x = report.inputs.map(({ of, axes }) => reordered(valueOf(of), axes));
  const lengths = Object.fromEntries(report.lengths.map(({ name, of }) => [report.inputs.length > 1 ? of : '', Array.from(valueOf(name).data)]));
  const [given] = Object.values(lengths);
  const results = await made.predictAll(x, given ? { lengths: report.inputs.length > 1 ? lengths : given } : {});
  let difference = 0;
  try {
    report.outputs.forEach(({ of, axes }, i) => {
      const y = results[i]!;
      const back = reordered({ data: Float32Array.from(y.data), shape: y.shape }, axes.map((_, axis) => axes.indexOf(axis)));
      const { data, shape } = knownOf(outputs.find((tensor) => tensor.name === of)!);
      difference = Math.max(difference, differenceOf({ data: back.data, shape: back.shape }, { data, shape }, of));
    });
    const exported = await exportOnnx(made, { lengths: given !== undefined });
    const session = await openInRuntime(exported.bytes);
    const feeds = Object.fromEntries(report.inputs.map(({ name }, i) => [name, { type: exported.inputs.find((port) => port.name === name)?.type ?? 'float32', ...x[i]! }]));
    const again = await session.run({ ...feeds, ...Object.fromEntries(given ? exported.inputs.filter(({ name }) => name.endsWith('lengths')).map(({ name }) => [name, { type: 'int32' as const, data: given, shape: [given.length] }]) : []) });
    exported.outputs.forEach(({ name }, i) => { difference = Math.max(difference, differenceOf(again.get(name), results[i]!, `exported ${name}`)); });
    await session.release();
  } catch (error) {
    return { kind: 'differs', reason: String(error) };
  }
  return difference <= 1e-5 ? { kind: 'agrees', difference } : { kind: 'differs', reason: `${difference} of the largest output` };
}
