/** A model's weights, wherever they are: on the host until a session is open, then on its device. */
import type { Backend } from '../../backend.js';
import { ArgumentError, ShapeError, formatShape } from '../../errors.js';
import { resolveInitializer } from '../../initializers.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { randomStream } from '../../random.js';
import { allocate, sameShape, toHost } from '../../tensor.js';
import type { DType, FloatArray, HostTensor, Shape, TensorLike } from '../../tensor.js';
import { isCarried, isWeight } from '../graph/names.js';
import { stateTensors, trainedWeights } from '../graph/network.js';
import type { Network } from '../graph/network.js';
import type { Objective } from './objective.js';
import { Session } from './session.js';

export class WeightStore {
  session: Session | undefined;
  private readonly network: Network;
  private readonly shapes: ReadonlyMap<string, Shape>;
  private values: Map<string, HostTensor>;

  constructor(network: Network, seed: number) {
    this.network = network;
    const specs = [...trainedWeights(network), ...stateTensors(network, 1).filter((spec) => spec.kind === 'weight')];
    this.shapes = new Map(specs.map(({ key, shape }) => [key, shape]));
    this.values = new Map(specs.map(({ key, shape, initializer }) =>
      [key, { shape, data: resolveInitializer(initializer)(shape, randomStream(seed, key)) }]));
  }

  open(backend: Backend, objective: Objective | undefined, optimizer: Optimizer | undefined): Session {
    this.session ??= new Session(this.network, backend, this.values, objective, optimizer);
    return this.session;
  }

  /** Brings the weights home and frees the device. */
  close(): void {
    if (!this.session) return;
    this.values = this.snapshot();
    this.session.device.dispose();
    this.session = undefined;
  }

  /** Everything a file needs: weights, `state:…`, `optimizer:…`. */
  everything(): Map<string, HostTensor> {
    const { session } = this;
    if (!session) return new Map([...this.values].map(([key, { data, shape }]) => [key, { data: data.slice(), shape }]));
    return new Map([...session.variables.saved()].map(([key, variable]) => [key, { data: session.device.read(variable), shape: variable.shape }]));
  }

  /** Copies of the weights by key, in the precision of the device they are on or, with `dtype`, will be on. */
  snapshot(dtype?: DType): Map<string, HostTensor> {
    const weights = [...this.everything()].filter(([name]) => isWeight(name));
    return new Map(weights.map(([key, { data, shape }]) => [key, { data: dtype ? inType(data, dtype) : data, shape }]));
  }

  /** All or nothing. */
  set(weights: Readonly<Record<string, TensorLike>>): void {
    const next = Object.entries(weights).map(([key, value]) => {
      const shape = this.shapes.get(key);
      if (!shape) throw new ArgumentError({ operation: 'setWeights', argument: 'key', expected: [...this.shapes.keys()].join(' | '), actual: `'${key}'` });
      const host = toHost(value, 'float64');
      if (!sameShape(host.shape, shape)) {
        throw new ShapeError({ operation: 'setWeights', argument: `'${key}'`, expected: formatShape(shape), actual: formatShape(host.shape) });
      }
      return [key, host] as const;
    });
    this.write(next);
  }

  /** Takes over every tensor of a file that fits (see `requireTensors`). */
  restore(tensors: ReadonlyMap<string, HostTensor>): void {
    const carried = [...tensors].find(([name]) => isCarried(name));
    if (carried) this.session?.states.advance(carried[1].shape[0] ?? 1);
    this.write([...tensors]);
  }

  private write(entries: readonly (readonly [string, HostTensor])[]): void {
    const { session } = this;
    if (!session) {
      for (const [key, value] of entries) this.values.set(key, value);
      return;
    }
    const variables = session.variables.saved();
    for (const [key, { data }] of entries) {
      const variable = variables.get(key);
      if (variable) session.device.write(variable, inType(data, session.device.dtype));
    }
    session.variables.trustWeights();
  }
}

function inType(data: FloatArray, dtype: DType): FloatArray {
  const out = allocate(dtype, data.length);
  out.set(data);
  return out;
}
