/** One node of a graph while it is read: its inputs and attributes in the types that are due. */
import type { AnyLayer, SymbolicTensor } from '../../../layers/layer.js';
import type { Shape } from '../../../tensor.js';
import type { OnnxAttribute, OnnxNode } from '../proto/graph.js';
import type { Known } from './known.js';
import { knownOf } from './known.js';
import { Refused } from './refused.js';
import { numbersOf, sizesOf } from './sizes.js';
import type { Size, Sizes } from './sizes.js';
import { isBatch } from './view.js';
import type { Axis, Flow } from './view.js';

/** One number at every place of a shape that the batch may be part of. */
export interface Filled {
  readonly kind: 'filled';
  readonly value: number;
  readonly sizes: readonly Size[];
}

/** A constant that is the same for every sample: its axis of that number is of size 1 here. */
export interface Repeated {
  readonly kind: 'repeated';
  readonly of: Known;
  readonly axis: number;
}

/** Which sample comes where, once they have been sorted by the length of their sequences; or, `back`, where each of them went. */
export interface Order {
  readonly kind: 'order';
  /** The same object for both. */
  readonly by: object;
  readonly back: boolean;
}

/** Whole numbers from 0 on, as many as there are samples. */
export interface Counted { readonly kind: 'counted' }

/** Scores or weights of attention on their way from one product to the next. */
export interface Attending {
  readonly kind: 'attending';
  readonly query: Flow;
  /** Its last two axes exchanged, as the product has it. */
  readonly key: Flow;
  readonly scale: number;
  readonly causal: boolean;
  /** Axes of the scores in the graph. */
  readonly rank: number;
  /** Whether the softmax has been taken. */
  readonly weights: boolean;
}

export type Value = Known | Sizes | Flow | Filled | Repeated | Order | Counted | Attending;

/** The batch is another axis of an input than was thought. */
export class BatchElsewhere extends Error {
  constructor(readonly input: string, readonly axis: number) {
    super(`the batch is axis ${axis} of ${input}`);
  }
}

/** Weights as a layer has them. */
export interface Weight { readonly shape: Shape; readonly data: Float32Array }

/** What nodes have in common. */
export interface Surroundings {
  readonly opset: number;
  /** Undefined for one that was refused, or that nobody made. */
  value(name: string): Value | undefined;
  /** Nodes that read a value; the graph's outputs count as well. */
  readers(name: string): readonly (OnnxNode | 'output')[];
  /** What a node that reads this one's output gives, so that it is not read itself. */
  settle(node: OnnxNode, values: readonly Value[]): void;
  /** The first output of a node is that of an earlier one. */
  alias(node: OnnxNode, of: OnnxNode): void;
  /** The layer for this key, or a new one with these weights. */
  layer<L extends AnyLayer>(key: string, make: (name: string | undefined) => L, weights: Readonly<Record<string, Weight>>): L;
  /** @throws FileFormatError where so many bytes more are not to be had for a file of this size. */
  afford(bytes: number): void;
  /** By what the samples of a value have been sorted; undefined where they come as they came in. */
  orderOf(name: string): object | undefined;
  /** Says so of an output of this node. */
  sort(output: number, by: object | undefined): void;
  /** A graph input that says how long the sequences of another are. */
  lengths(name: string, of: Flow): void;
  readonly batch: Axis;
}

export class Call {
  constructor(readonly node: OnnxNode, readonly around: Surroundings) {}

  get opset(): number {
    return this.around.opset;
  }

  refuse(reason: string): never {
    throw new Refused(reason);
  }

  has(i: number): boolean {
    return (this.node.inputs[i] ?? '') !== '';
  }

  /** Whether somebody reads an output. */
  isRead(output: number): boolean {
    const name = this.node.outputs[output] ?? '';
    return name !== '' && this.around.readers(name).length > 0;
  }

  value(i: number): Value {
    const name = this.node.inputs[i] ?? '';
    return this.around.value(name) ?? this.refuse(`input ${i} is missing`);
  }

  flow(i: number): Flow {
    const value = this.value(i);
    return value.kind === 'flow' ? value : this.refuse(`input ${i} must depend on the model's inputs, and is a constant`);
  }

  known(i: number): Known {
    const value = this.value(i);
    return value.kind === 'known' ? value : this.refuse(`input ${i} must be a constant of the file`);
  }

  /** A list of sizes among the inputs. */
  sizes(i: number): Sizes {
    const value = this.value(i);
    const sizes = value.kind === 'known' || value.kind === 'sizes' ? sizesOf(value) : undefined;
    return sizes ?? this.refuse(`input ${i} must be a shape`);
  }

  /** Undefined where it is left out. */
  optional(i: number): Known | undefined {
    return this.has(i) ? this.known(i) : undefined;
  }

  /** Whole numbers of an input, or of an attribute in older versions. */
  numbers(i: number, attribute: string): readonly number[] | undefined {
    if (!this.has(i)) return this.ints(attribute);
    const value = this.value(i);
    const list = value.kind === 'known' || value.kind === 'sizes' ? numbersOf(value) : undefined;
    return list ?? this.refuse(`input ${i} must be numbers that are known beforehand`);
  }

  private attribute<K extends OnnxAttribute['kind']>(name: string, kind: K): Extract<OnnxAttribute, { readonly kind: K }> | undefined {
    const found = this.node.attributes.get(name);
    if (!found) return undefined;
    return isOfKind(found, kind) ? found : this.refuse(`attribute ${name} must be of type ${kind}`);
  }

  int(name: string, usual: number): number {
    return this.attribute(name, 'int')?.value ?? usual;
  }

  float(name: string, usual: number): number {
    return this.attribute(name, 'float')?.value ?? usual;
  }

  text(name: string, usual: string): string {
    return this.attribute(name, 'string')?.value ?? usual;
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name, 'ints')?.value;
  }

  floats(name: string): readonly number[] {
    return this.attribute(name, 'floats')?.value ?? [];
  }

  texts(name: string): readonly string[] | undefined {
    return this.attribute(name, 'strings')?.value;
  }

  tensor(name: string): Known | undefined {
    const found = this.attribute(name, 'tensor')?.value;
    return found && knownOf(found, `${this.node.outputs[0] ?? ''}.${name}`);
  }

  /** An axis counted from either end. */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    return Number.isInteger(axis) && axis >= 0 && axis < rank ? axis : this.refuse(`axis ${value} of ${rank}`);
  }

  /** @throws BatchElsewhere where the axis comes from another one of an input. */
  requireBatch(flow: Flow, axis: number): void {
    const found = flow.axes[axis];
    if (isBatch(found)) return;
    const origin = found?.[0]?.origin;
    if (origin) throw new BatchElsewhere(origin.input, origin.axis);
    this.refuse(`axis ${axis} of its input must be the batch`);
  }

  /** The layer of this node, the same for the same weights and options, and what it makes. */
  apply(kind: string, options: object, weights: Readonly<Record<string, Weight>>, names: readonly string[], make: (name: string | undefined) => AnyLayer, inputs: readonly SymbolicTensor[]): SymbolicTensor[] {
    const key = names.length > 0 ? JSON.stringify([kind, options, names]) : `${kind} of ${this.node.outputs[0] ?? ''}`;
    return this.around.layer(key, make, weights).applyAll(inputs);
  }

  /** A layer without weights. */
  plain(layer: AnyLayer, ...inputs: readonly SymbolicTensor[]): SymbolicTensor {
    return layer.apply(inputs);
  }
}

function isOfKind<K extends OnnxAttribute['kind']>(attribute: OnnxAttribute, kind: K): attribute is Extract<OnnxAttribute, { readonly kind: K }> {
  return attribute.kind === kind;
}
