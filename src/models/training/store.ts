/** A model's weights, wherever they are: with its layers, and on its device while a session is open. */
import { isThenable, typeName } from '../../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../../errors.js';
import { resolveInitializer } from '../../initializers.js';
import type { WeightValues } from '../../layers/weights.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { randomStream } from '../../random.js';
import { allocate, inType, sameShape, sizeOf, toHost } from '../../tensor.js';
import type { DType, HostTensor, TensorLike } from '../../tensor.js';
import { isCarried, isWeight, slotName } from '../graph/names.js';
import { lastingTensors, trainableWeights } from '../graph/network.js';
import type { LayerTensorSpecs, Network, WeightSpec } from '../graph/network.js';
import { requireFinite } from './samples.js';
import type { Session } from './session.js';

export class WeightStore {
  session: Session | undefined;
  /** Names of the layers that were frozen when the model was compiled. */
  frozen: ReadonlySet<string> = new Set();
  private readonly network: Network;
  private readonly layers: readonly LayerTensorSpecs[];
  /** What a file held besides weights, while no session is open. */
  private waiting = new Map<string, HostTensor>();

  /**
   * Makes the weights of layers that no model has used yet; joins the others.
   * @param seed of those it makes. @param given values by key that are at hand, of the shapes that they must have; kept as they are.
   */
  constructor(network: Network, seed: number, given?: ReadonlyMap<string, HostTensor>) {
    this.network = network;
    this.layers = lastingTensors(network);
    const make = (tensors: readonly WeightSpec[]): WeightValues => new Map(tensors.map(({ name, key, shape, initializer }) =>
      [name, given?.get(key) ?? { shape, data: resolveInitializer(initializer)(shape, randomStream(seed, key)) }]));
    for (const { layer, name, tensors } of this.layers) {
      layer.weights.join(`${layer.className} '${name}'`, new Map(tensors.map((spec) => [spec.name, spec.shape])), () => make(tensors));
    }
  }

  /** The model on its device, with the present weights. @param make from what it begins with; `frozen`: names of layers that are not trained. */
  open(make: (initial: ReadonlyMap<string, HostTensor>, frozen: ReadonlySet<string>) => Session): Session {
    if (this.session) this.session.sharing.takeOver();
    else {
      this.session = make(new Map([...this.weights(), ...this.waiting]), this.frozen);
      this.waiting = new Map();
    }
    return this.session;
  }

  /** Brings the weights home and frees the device. */
  close(): void {
    if (!this.session) return;
    this.session.sharing.leave();
    this.session.device.dispose();
    this.session = undefined;
  }

  /** Everything a file needs: weights, `state:…`, `optimizer:…`. @param compiled what the model will train with, once it is opened. */
  everything(compiled?: { readonly optimizer: Optimizer; readonly dtype: DType }): Map<string, HostTensor> {
    const { session } = this;
    if (!session) return new Map([...this.weights(compiled?.dtype), ...this.freshSlots(compiled), ...this.waiting]);
    session.sharing.takeOver();
    return new Map([...session.variables.saved()].map(([key, variable]) => [key, { data: session.device.read(variable), shape: variable.shape }]));
  }

  /** Copies of the weights by key, in the precision of the device they are on or, with `dtype`, will be on. */
  snapshot(dtype?: DType): Map<string, HostTensor> {
    const weights = [...this.everything()].filter(([name]) => isWeight(name));
    return new Map(weights.map(([key, { data, shape }]) => [key, { data: dtype ? inType(data, dtype) : data.slice(), shape }]));
  }

  /** All or nothing. */
  set(weights: Readonly<Record<string, TensorLike>>): void {
    const shapes = new Map(this.layers.flatMap(({ tensors }) => tensors.map(({ key, shape }) => [key, shape])));
    const given: unknown = weights;
    if (typeof given !== 'object' || given === null || isThenable(given)) {
      throw new ArgumentError({ operation: 'setWeights', argument: 'weights', expected: 'weights by their keys, as getWeights returns them', actual: typeName(given) });
    }
    const next = Object.entries(weights).map(([key, value]) => {
      const shape = shapes.get(key);
      if (!shape) throw new ArgumentError({ operation: 'setWeights', argument: 'key', expected: [...shapes.keys()].join(' | '), actual: `'${key}'` });
      const host = toHost(value, 'float64', { operation: 'setWeights', argument: `'${key}'` });
      if (!sameShape(host.shape, shape)) {
        throw new ShapeError({ operation: 'setWeights', argument: `'${key}'`, expected: formatShape(shape), actual: formatShape(host.shape) });
      }
      requireFinite('setWeights', `'${key}'`, host.data, host.shape, [], 'A model whose weights are not finite predicts nothing.');
      return [key, host] as const;
    });
    this.write('setWeights', new Map(next));
  }

  /** Takes over every tensor of a file that fits (see `requireTensors`). */
  restore(tensors: ReadonlyMap<string, HostTensor>): void {
    const { session } = this;
    const others = [...tensors].filter(([name]) => !isWeight(name));
    this.write('loadModel', tensors);
    if (!session) {
      this.waiting = new Map(others);
      return;
    }
    const carried = others.find(([name]) => isCarried(name));
    if (carried) session.states.advance(carried[1].shape[0] ?? 1);
    const variables = session.variables.saved();
    for (const [name, { data }] of others) {
      const variable = variables.get(name);
      if (variable) session.device.write(variable, inType(data, session.device.dtype));
    }
  }

  /** Refuses where another model trains what this one is to change; until `endTraining` others are refused. @throws StateError */
  beginTraining(operation: string): void {
    this.requireFree(operation);
    for (const { layer } of this.moving()) layer.weights.beginTraining(this);
  }

  endTraining(): void {
    for (const { layer } of this.moving()) layer.weights.endTraining();
  }

  /** @throws StateError if another model trains one of the layers. */
  requireFree(operation: string, layers: readonly LayerTensorSpecs[] = this.moving()): void {
    for (const { layer, name } of layers) layer.weights.requireFree(operation, `'${name}'`, this);
  }

  /** Whether training would change anything. */
  get trains(): boolean {
    return this.layers.length === 0 || this.moving().length > 0;
  }

  private moving(): LayerTensorSpecs[] {
    return this.layers.filter(({ name }) => !this.frozen.has(name));
  }

  private weights(dtype?: DType): Map<string, HostTensor> {
    const all = new Map<string, HostTensor>();
    for (const { layer, tensors } of this.layers) {
      const values = layer.weights.current();
      for (const { key, name } of tensors) {
        const value = values.get(name);
        if (value) all.set(key, dtype ? { ...value, data: inType(value.data, dtype) } : value);
      }
    }
    return all;
  }

  /** The state of an optimiser before its first step. */
  private freshSlots(compiled: { readonly optimizer: Optimizer; readonly dtype: DType } | undefined): (readonly [string, HostTensor])[] {
    if (!compiled) return [];
    const { optimizer, dtype } = compiled;
    const trained = trainableWeights(this.network).filter(({ layer }) => !this.frozen.has(layer));
    return optimizer.slotNames.flatMap((slot) => trained.map(({ key, shape }) => [slotName(slot, key), { shape, data: allocate(dtype, sizeOf(shape)) }] as const));
  }

  private write(operation: string, values: ReadonlyMap<string, HostTensor>): void {
    const changed = this.layers.filter(({ tensors }) => tensors.some(({ key }) => values.has(key)));
    this.requireFree(operation, changed);
    for (const { layer, tensors } of changed) {
      layer.weights.set(new Map(tensors.flatMap(({ key, name }) => {
        const value = values.get(key);
        return value ? [[name, value] as const] : [];
      })));
    }
    this.session?.sharing.takeOver();
  }
}
