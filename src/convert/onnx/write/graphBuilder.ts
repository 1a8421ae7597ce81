/** A graph of ONNX as it is written: nodes in order, constants, names. What nobody reads is left out in the end. */
import type { Shape } from '../../../tensor.js';
import { elementTypes } from '../proto/graph.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValueInfo } from '../proto/graph.js';

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export const int = (value: number): OnnxAttribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ kind: 'ints', value });
export const float = (value: number): OnnxAttribute => ({ kind: 'float', value });
export const floats = (value: readonly number[]): OnnxAttribute => ({ kind: 'floats', value });
export const text = (value: string): OnnxAttribute => ({ kind: 'string', value });
export const texts = (value: readonly string[]): OnnxAttribute => ({ kind: 'strings', value });

/** Version of the operators. */
export type Opset = 17 | 22;

/** The ends of an axis, as Slice takes them. */
export const toEnd = Number.MAX_SAFE_INTEGER;

export function floatTensor(name: string, values: ArrayLike<number>, dims: Shape): OnnxTensor {
  return { name, dataType: elementTypes.float, dims, data: { field: 'raw', pieces: [new Uint8Array(Float32Array.from(values).buffer)] } };
}

export function doubleTensor(name: string, values: ArrayLike<number>, dims: Shape): OnnxTensor {
  return { name, dataType: elementTypes.double, dims, data: { field: 'raw', pieces: [new Uint8Array(Float64Array.from(values).buffer)] } };
}

export function intTensor(name: string, values: readonly number[], dims: Shape): OnnxTensor {
  return { name, dataType: elementTypes.int64, dims, data: { field: 'raw', pieces: [new Uint8Array(BigInt64Array.from(values, BigInt).buffer)] } };
}

export class GraphBuilder {
  readonly opset: Opset;
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers: OnnxTensor[] = [];
  private readonly taken: Set<string>;
  private readonly constants = new Map<string, string>();
  /** Output of a Transpose → what it transposed, and how. */
  private readonly transposed = new Map<string, { readonly from: string; readonly order: readonly number[] }>();
  /** Calls without attributes that differ are made once. */
  private readonly made = new Map<string, string>();
  /** Stem of the names of nodes: the layer that is being written. */
  scope = '';

  /** @param outer the graph around this one, whose names it sees. */
  constructor(opset: Opset, outer?: GraphBuilder) {
    this.opset = opset;
    this.taken = outer ? outer.taken : new Set();
    this.scope = outer?.scope ?? '';
  }

  /** A name that nothing has yet. */
  name(wish: string): string {
    let name = wish;
    for (let n = 1; this.taken.has(name); n++) name = `${wish}_${n}`;
    this.taken.add(name);
    return name;
  }

  /** A node with so many outputs; returns their names. */
  node(opType: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[] {
    const name = this.name(this.scope === '' ? opType : `${this.scope}/${opType}`);
    const made = Array.from({ length: outputs }, (_, i) => this.name(`${name}:${i}`));
    this.nodes.push({ name, opType, domain: '', inputs, outputs: made, attributes: new Map(Object.entries(attributes)) });
    return made;
  }

  /** A node with one output. The same call twice is one node. */
  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const key = JSON.stringify([opType, inputs, Object.entries(attributes)]);
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const [output = ''] = this.node(opType, inputs, attributes, 1);
    this.made.set(key, output);
    return output;
  }

  /** Under a name of its own, as the graph's outputs need. */
  named(name: string, input: string): void {
    this.nodes.push({ name: this.name(`${name}/Identity`), opType: 'Identity', domain: '', inputs: [input], outputs: [name], attributes: new Map() });
  }

  add(tensor: OnnxTensor): string {
    this.initializers.push(tensor);
    return tensor.name;
  }

  float(values: number | readonly number[], shape: Shape = []): string {
    return this.constant('float', typeof values === 'number' ? [values] : values, shape, floatTensor);
  }

  /** float64. */
  double(values: number | readonly number[], shape: Shape = []): string {
    return this.constant('double', typeof values === 'number' ? [values] : values, shape, doubleTensor);
  }

  /** int64, of one axis. */
  ints(values: readonly number[]): string {
    return this.constant('int', values, [values.length], intTensor);
  }

  /** int64, a scalar. */
  int(value: number): string {
    return this.constant('int', [value], [], intTensor);
  }

  private constant(kind: string, values: readonly number[], shape: Shape, make: (name: string, values: readonly number[], shape: Shape) => OnnxTensor): string {
    const key = `${kind}:${values.join()}:${shape.join()}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = this.add(make(this.name(`constant_${this.constants.size}`), values, shape));
    this.constants.set(key, name);
    return name;
  }

  /** Two in a row that undo each other are none. */
  transpose(x: string, order: readonly number[]): string {
    const before = this.transposed.get(x);
    const whole = before ? order.map((axis) => before.order[axis] ?? 0) : order;
    const from = before?.from ?? x;
    if (whole.every((axis, i) => axis === i)) return from;
    const y = this.op('Transpose', [from], { perm: ints(whole) });
    this.transposed.set(y, { from, order: whole });
    return y;
  }

  unsqueeze(x: string, axes: readonly number[]): string {
    return axes.length === 0 ? x : this.op('Unsqueeze', [x, this.ints(axes)]);
  }

  squeeze(x: string, axes: readonly number[]): string {
    return this.op('Squeeze', [x, this.ints(axes)]);
  }

  /** 0 keeps a size, −1 is worked out. */
  reshape(x: string, shape: readonly number[]): string {
    return this.op('Reshape', [x, this.ints(shape)]);
  }

  /** Part of an axis; a step of −1 turns it round. */
  slice(x: string, axis: number, from: number, to: number, step = 1): string {
    return this.op('Slice', [x, this.ints([from]), this.ints([to]), this.ints([axis]), this.ints([step])]);
  }

  /** Without so many entries at the ends of an axis. */
  cropped(x: string, axis: number, [before, after]: readonly [number, number]): string {
    return this.slice(x, axis, before, after === 0 ? toEnd : -after);
  }

  reversed(x: string, axis: number): string {
    return this.slice(x, axis, -1, -toEnd, -1);
  }

  concat(parts: readonly string[], axis: number): string {
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : this.op('Concat', parts, { axis: int(axis) });
  }

  cast(x: string, type: keyof typeof elementTypes): string {
    return this.op('Cast', [x], { to: int(elementTypes[type]) });
  }

  /** ReduceSum has had its axes as an input since opset 13, the others since 18. */
  reduce(kind: 'Sum' | 'Mean' | 'Max' | 'Min', x: string, axes: readonly number[], keepdims: boolean): string {
    const kept = { keepdims: int(keepdims ? 1 : 0) };
    if (kind === 'Sum' || this.opset >= 18) return this.op(`Reduce${kind}`, [x, this.ints(axes)], kept);
    return this.op(`Reduce${kind}`, [x], { axes: ints(axes), ...kept });
  }

  shape(x: string): string {
    return this.op('Shape', [x]);
  }

  /** Sizes of some axes, as one axis of int64. */
  sizes(x: string, from: number, to: number): string {
    return this.slice(this.shape(x), 0, from, to);
  }

  /** Zeros [batch of x, …shape]. */
  zeros(x: string, shape: Shape): string {
    return this.op('ConstantOfShape', [this.concat([this.sizes(x, 0, 1), this.ints(shape)], 0)]);
  }

  /** Whether an output depends on it. */
  isRead(name: string, outputs: readonly OnnxValueInfo[]): boolean {
    return this.needed(outputs).needed.has(name);
  }

  /** The graph as a record, without nodes and constants that no output needs. */
  finish(name: string, inputs: readonly OnnxValueInfo[], outputs: readonly OnnxValueInfo[]): OnnxGraph {
    const { nodes, needed } = this.needed(outputs);
    return { name, nodes, initializers: this.initializers.filter((tensor) => needed.has(tensor.name)), inputs, outputs };
  }

  private needed(outputs: readonly OnnxValueInfo[]): { readonly nodes: readonly OnnxNode[]; readonly needed: ReadonlySet<string> } {
    const needed = new Set(outputs.map((output) => output.name));
    const nodes: OnnxNode[] = [];
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const node = this.nodes[i];
      if (!node?.outputs.some((output) => needed.has(output))) continue;
      for (const input of [...node.inputs, ...captured(node)]) needed.add(input);
      nodes.push({ ...node, outputs: wholeOutputs.has(node.opType) ? node.outputs : withoutIdle(node.outputs, needed) });
    }
    return { nodes: nodes.reverse(), needed };
  }
}

/** Names that graphs inside a node take from around them. */
function captured(node: OnnxNode): string[] {
  return [...node.attributes.values()].flatMap((attribute) => (attribute.kind === 'graph' ? attribute.value.nodes.flatMap(({ inputs }) => inputs) : []));
}

/** Operators that have all of their outputs, read or not: a Scan those of its body. */
const wholeOutputs: ReadonlySet<string> = new Set(['Scan', 'TopK']);

/** Outputs that nobody reads have no name; the last of them are not there. */
function withoutIdle(outputs: readonly string[], needed: ReadonlySet<string>): string[] {
  const used = outputs.map((output) => (needed.has(output) ? output : ''));
  return used.slice(0, used.length - [...used].reverse().findIndex((output) => output !== ''));
}
