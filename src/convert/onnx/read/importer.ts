/** A graph of ONNX as a model: node by node, each value as a view of a tensor here (view.ts). */
import { BpttError, FileFormatError, quoted } from '../../../errors.js';
import { Input } from '../../../layers/layer.js';
import type { AnyLayer, SymbolicTensor } from '../../../layers/layer.js';
import { buildNetwork, firstUses, lastingStates, trainableWeights } from '../../../models/graph/network.js';
import { Model } from '../../../models/model.js';
import { requireFinite } from '../../../models/training/samples.js';
import { sameShape, sizeOf } from '../../../tensor.js';
import { descriptionKey } from '../own/key.js';
import { elementTypes } from '../proto/graph.js';
import type { OnnxModel, OnnxNode, OnnxValueInfo } from '../proto/graph.js';
import { readModel } from '../proto/readModel.js';
import { Refusals } from '../refusals.js';
import type { OnnxImport } from '../types.js';
import { Budget } from './budget.js';
import { BatchElsewhere, Call } from './call.js';
import type { Surroundings, Value, Weight } from './call.js';
import { knownOf } from './known.js';
import { Refused } from './refused.js';
import { readerOf } from './operators.js';
import { Orders } from './orders.js';
import { flowOf, isBatch, laidOut } from './view.js';
import type { Atom, Axis, Flow } from './view.js';

/** Below 7 operators are read that have not changed since; those that have say so themselves. */
const supported = { from: 1, to: 26 };

/** @throws FileFormatError, ConversionError as importOnnx. */
export async function readOnnx(bytes: Uint8Array): Promise<OnnxImport> {
  const file = readModel(bytes);
  const own = file.metadata.has(descriptionKey) ? (await import('../own/restored.js')).restored(file) : undefined;
  return own ?? readGraph(file, bytes.length);
}

/** By operators. @param size of the file in bytes. */
function readGraph(file: OnnxModel, size: number): OnnxImport {
  const opset = file.opsets.get('') ?? 0;
  const refusals = new Refusals('importOnnx');
  if (opset < supported.from || opset > supported.to) refusals.add('opset_import', `version ${opset}`, `versions ${supported.from} to ${supported.to} are read`);
  refusals.throwIfAny('of operators that bptt has layers for');
  // Which axis is the batch is known where an operator says so; what was thought of an input before is then corrected.
  const batchAxes = new Map<string, number>();
  for (;;) {
    const reading = new Reading(file, opset, batchAxes, size);
    try {
      return reading.whole();
    } catch (error) {
      if (!(error instanceof BatchElsewhere)) throw error;
      if (batchAxes.has(error.input)) {
        refusals.add(error.input, 'input', `its axes ${batchAxes.get(error.input) ?? 0} and ${error.axis} are both taken for the batch`);
        refusals.throwIfAny('of operators that bptt has layers for');
      }
      batchAxes.set(error.input, error.axis);
    }
  }
}

class Reading implements Surroundings {
  readonly batch: Axis;
  private readonly values = new Map<string, Value>();
  private readonly settled = new Set<OnnxNode>();
  private readonly aliases = new Map<OnnxNode, string>();
  private readonly readersByName = new Map<string, (OnnxNode | 'output')[]>();
  private readonly layers = new Map<string, AnyLayer>();
  private readonly weights = new Map<AnyLayer, Readonly<Record<string, Weight>>>();
  private readonly inputs: { readonly info: OnnxValueInfo; readonly tensor: SymbolicTensor }[] = [];
  /** Input of lengths → the input whose sequences they are of. */
  private readonly lengthInputs = new Map<string, string>();
  private readonly refusals = new Refusals('importOnnx');
  private readonly names = new Set<string>();
  private readonly openAxes = new Map<string, Atom>();
  private readonly budget: Budget;
  private readonly orders = new Orders();

  constructor(private readonly file: OnnxModel, readonly opset: number, private readonly batchAxes: ReadonlyMap<string, number>, bytes: number) {
    this.budget = new Budget(bytes);
    const { inputs, initializers } = file.graph;
    const constants = new Set(initializers.map(({ name }) => name));
    const data = inputs.filter(({ name }) => !constants.has(name));
    const [size] = data.map((info) => info.shape?.[batchAxes.get(info.name) ?? 0]);
    this.batch = [{ size: typeof size === 'number' ? size : NaN, batch: true }];
    for (const node of file.graph.nodes) for (const name of node.inputs) this.reads(name, node);
    for (const { name } of file.graph.outputs) this.reads(name, 'output');
    for (const tensor of initializers) {
      if (!this.readersByName.has(tensor.name)) continue;
      const known = this.tried(tensor.name, 'initializer', () => knownOf(tensor));
      if (!known) continue;
      this.budget.take(known);
      this.values.set(tensor.name, known);
    }
    for (const info of data) this.addInput(info);
  }

  private reads(name: string, reader: OnnxNode | 'output'): void {
    const list = this.readersByName.get(name) ?? [];
    list.push(reader);
    this.readersByName.set(name, list);
  }

  private addInput(info: OnnxValueInfo): void {
    const { name, shape, elementType } = info;
    const at = this.batchAxes.get(name) ?? 0;
    if (!shape || shape.length <= at) {
      this.refusals.add(name, 'input', shape ? 'it has no axis for the batch' : 'its shape is not declared');
      return;
    }
    const axes = shape.map((size, axis): Axis => (axis === at ? this.batch : [this.axisOf(size, { input: name, axis })]));
    const rest = axes.filter((_, axis) => axis !== at);
    const tensor = Input({ shape: rest.map(([each]) => (each && Number.isFinite(each.size) ? each.size : null)), name: this.named(name) });
    this.inputs.push({ info, tensor });
    const whole = [elementTypes.int32, elementTypes.int64].some((type) => type === elementType);
    this.values.set(name, flowOf(tensor, [this.batch, ...rest], axes, { whole }));
  }

  /** Open axes of one name are one axis. */
  private axisOf(size: number | string, origin: Atom['origin']): Atom {
    if (typeof size === 'number' && size > 0) return { size, batch: false, origin };
    const made: Atom = { size: NaN, batch: false, origin };
    if (typeof size === 'number' || size === '') return made;
    const known = this.openAxes.get(size);
    this.openAxes.set(size, known ?? made);
    return known ?? made;
  }

  /** A name that models take, and that nothing has yet. */
  private named(wish: string): string {
    const plain = wish.replace(/[^\w.-]+/g, '_').replace(/^_+(?=\w)/, '') || 'value';
    const stem = /^\d+$/.test(plain) ? `value_${plain}` : plain;
    let name = stem;
    for (let n = 1; this.names.has(name); n++) name = `${stem}_${n}`;
    this.names.add(name);
    return name;
  }

  value(name: string): Value | undefined {
    return this.values.get(name);
  }

  readers(name: string): readonly (OnnxNode | 'output')[] {
    return this.readersByName.get(name) ?? [];
  }

  settle(node: OnnxNode, values: readonly Value[]): void {
    this.settled.add(node);
    this.put(node, values);
  }

  orderOf(name: string): object | undefined {
    return this.orders.of(name);
  }

  sort(output: number, by: object | undefined): void {
    this.orders.say(this.node?.outputs[output] ?? '', by);
  }

  alias(node: OnnxNode, of: OnnxNode): void {
    this.aliases.set(node, of.outputs[0] ?? '');
  }

  private put(node: OnnxNode, values: readonly (Value | undefined)[]): void {
    node.outputs.forEach((name, i) => {
      const value = values[i];
      if (name === '' || !value) return;
      this.budget.keep(labelOf(node), value);
      this.orders.keep(name, value);
      this.values.set(name, value);
    });
  }

  layer<L extends AnyLayer>(key: string, make: (name: string | undefined) => L, weights: Readonly<Record<string, Weight>>): L {
    const known = this.layers.get(key);
    if (known) return known as L;
    for (const [name, { data, shape }] of Object.entries(weights)) if (data.length !== sizeOf(shape)) throw new Refused(`${data.length} numbers for the ${name} [${shape.join(', ')}]`);
    this.budget.spend(labelOf(this.node), Object.values(weights).reduce((sum, { data }) => sum + data.byteLength, 0));
    const layer = make(this.node && this.node.name !== '' ? this.named(this.node.name) : undefined);
    this.layers.set(key, layer);
    this.weights.set(layer, weights);
    return layer;
  }

  private node: OnnxNode | undefined;

  afford(bytes: number): void {
    this.budget.afford(labelOf(this.node), bytes);
  }

  lengths(name: string, of: Flow): void {
    const origin = of.axes.flat().find(({ batch, origin: from }) => !batch && from)?.origin;
    this.lengthInputs.set(name, origin?.input ?? '');
  }

  /** @throws BatchElsewhere, ConversionError, FileFormatError */
  whole(): OnnxImport {
    // Constants first: what looks ahead for a known form finds them.
    const [constants, others] = [true, false].map((is) => this.file.graph.nodes.filter(({ opType, domain }) => (opType === 'Constant' && domain === '') === is));
    for (const node of [...constants ?? [], ...others ?? []]) this.read(node);
    const outputs = this.file.graph.outputs.flatMap(({ name }) => {
      const value = this.values.get(name);
      if (this.orders.of(name)) this.refusals.add(name, 'output', 'its samples come sorted by length');
      else if (value?.kind === 'flow' && value.axes.some(isBatch)) return this.tried(name, 'output', () => this.output(name, value)) ?? [];
      else if (value?.kind === 'flow') this.refusals.add(name, 'output', 'the batch is no axis of it');
      else if (value) this.refusals.add(name, 'output', 'it does not depend on the inputs');
      return [];
    });
    if (this.file.graph.outputs.length === 0) this.refusals.add('graph', 'graph', 'it has no outputs');
    this.refusals.throwIfAny('of operators that bptt has layers for');
    const model = this.tried('graph', 'graph', () => this.built(outputs));
    if (model) return { model, ...this.report(outputs) };
    return this.refusals.throwAll('of operators that bptt has layers for');
  }

  private built(outputs: readonly { readonly name: string; readonly tensor: SymbolicTensor; readonly axes: readonly number[] }[]): Model {
    const inputs = this.inputs.filter(({ tensor }) => !this.lengthInputs.has(tensor.name ?? ''));
    const network = buildNetwork(inputs.map(({ tensor }) => tensor), outputs.map(({ tensor }) => tensor), outputs.map(({ name }) => name));
    const weights = new Map<string, Weight>(firstUses(network).flatMap(({ layer, name }) => (
      Object.entries(this.weights.get(layer) ?? {}).map(([weight, value]) => [`${name}/${weight}`, value] as const)
    )));
    for (const { key, shape } of [...trainableWeights(network), ...lastingStates(network)]) {
      const given = weights.get(key);
      if (given && !sameShape(given.shape, shape)) throw new Refused(`${key} is [${given.shape.join(', ')}], and has to be [${shape.join(', ')}]`);
    }
    for (const [key, { data, shape }] of weights) requireFinite('importOnnx', quoted(key), data, shape, [], 'A model whose weights are not finite predicts nothing.');
    return new Model({ network, weights });
  }

  private read(node: OnnxNode): void {
    if (this.settled.has(node) || !node.outputs.some((name) => this.readersByName.has(name))) return;
    const aliasName = this.aliases.get(node) ?? '';
    const alias = this.values.get(aliasName);
    if (alias) {
      this.orders.follow({ inputs: [aliasName], opType: node.opType }, (name) => this.values.get(name));
      this.put(node, [alias]);
      return;
    }
    // What depends on something that was refused is left out in silence: the reason has been said.
    if (node.inputs.some((name) => name !== '' && !this.values.has(name))) return;
    this.node = node;
    const label = labelOf(node);
    const reader = node.domain === '' ? readerOf(node.opType) : undefined;
    if (!reader) {
      this.refusals.add(label, node.domain === '' ? node.opType : `${node.domain}.${node.opType}`, 'no layer does this');
      return;
    }
    this.put(node, this.tried(label, node.opType, () => {
      this.orders.follow(node, (name) => this.values.get(name));
      return reader(new Call(node, this));
    }) ?? []);
  }

  /** Undefined for what is refused, which is said in the end. @throws FileFormatError for what is damaged. */
  private tried<T>(label: string, kind: string, make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (error instanceof FileFormatError || !(error instanceof Refused || error instanceof BpttError)) throw error;
      this.refusals.add(label, kind, error.message);
      return undefined;
    }
  }

  /** The batch first; the other axes in the order of the file. */
  private output(name: string, value: Flow): { readonly name: string; readonly tensor: SymbolicTensor; readonly axes: readonly number[] } {
    const batch = value.axes.findIndex(isBatch);
    const order = value.axes.map((_, i) => i).filter((i) => i !== batch);
    return { name: this.named(name), tensor: laidOut(value, [this.batch, ...order.map((i) => value.axes[i] ?? [])]), axes: [batch, ...order] };
  }

  private report(outputs: readonly { readonly name: string; readonly axes: readonly number[] }[]): Omit<OnnxImport, 'model'> {
    const { producer, graph } = this.file;
    return {
      producer, opset: this.opset, asWritten: false,
      inputs: this.inputs.filter(({ tensor }) => !this.lengthInputs.has(tensor.name ?? '')).map(({ info, tensor }) => {
        const at = this.batchAxes.get(info.name) ?? 0;
        return { name: tensor.name ?? '', of: info.name, axes: [at, ...(info.shape ?? []).map((_, i) => i).filter((i) => i !== at)] };
      }),
      outputs: outputs.map(({ name, axes }, i) => ({ name, of: graph.outputs[i]?.name ?? '', axes: [...axes] })),
      lengths: [...this.lengthInputs].map(([name, of]) => ({ name, of })),
    };
  }
}

function labelOf(node: OnnxNode | undefined): string {
  if (!node) return '';
  return node.name === '' ? node.outputs.find((name) => name !== '') ?? '' : node.name;
}
