/** A model's tensors on a device, by name: weights, states, optimiser slots, and what guards a training step. */
import type { Device, Variable } from '../../backend.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { allocate, inType, sizeOf } from '../../tensor.js';
import type { FloatArray, HostTensor, Shape } from '../../tensor.js';
import { slotName, stateName } from '../graph/names.js';
import { trainableWeights } from '../graph/network.js';
import type { Network, WeightSpec } from '../graph/network.js';
import type { StateVariable } from '../graph/states.js';
import { ModelStates } from './modelStates.js';

/** The weight before the first step whose loss was not finite. */
export function goodName(key: string): string {
  return `good:${key}`;
}

/** Of the gradients of a weight, over the batches so far of one optimiser step. */
export function sumName(key: string): string {
  return `sum:${key}`;
}

/** [1], not finite once a step has failed; the steps after it in the same plan then change nothing. */
export const TROUBLE = 'trouble';

/** What a program holds beside weights and states. */
export interface Held {
  /** Sums of gradients. */
  readonly sums: boolean;
  /** Slots of the optimiser, and last good weights. */
  readonly updates: boolean;
  /** Default: those of the model's own stream. */
  readonly states?: readonly StateVariable[];
}

export class Variables {
  /** Frozen ones included. */
  readonly trainable: readonly WeightSpec[];
  readonly trained: readonly WeightSpec[];
  readonly states: ModelStates;
  private readonly device: Device;
  private readonly weights: ReadonlyMap<string, Variable>;
  private readonly slots: ReadonlyMap<string, Variable>;
  private readonly guards: ReadonlyMap<string, Variable>;
  private readonly trouble: Variable | undefined;
  /** Made when they are first held. */
  private sums: ReadonlyMap<string, Variable> | undefined;

  constructor(network: Network, device: Device, initial: ReadonlyMap<string, HostTensor>, optimizer: Optimizer | undefined, frozen: ReadonlySet<string>) {
    this.device = device;
    this.trainable = trainableWeights(network);
    this.trained = this.trainable.filter(({ layer }) => !frozen.has(layer));
    this.states = new ModelStates(network, device, initial);
    const zeros = (shape: Shape): Variable => this.zeros(shape);
    const weight = ({ key, shape }: WeightSpec): Variable => {
      const value = initial.get(key);
      return value ? device.variable(value) : zeros(shape);
    };
    this.weights = new Map(this.trainable.map((spec) => [spec.key, weight(spec)]));
    const slots = optimizer?.slotNames ?? [];
    this.slots = new Map(slots.flatMap((slot) => this.trained.map(({ key, shape }) => [slotName(slot, key), zeros(shape)])));
    this.guards = new Map(optimizer ? this.trained.map((spec) => [goodName(spec.key), weight(spec)]) : []);
    this.trouble = optimizer && zeros([1]);
  }

  private zeros(shape: Shape): Variable {
    return this.device.variable({ data: allocate(this.device.dtype, sizeOf(shape)), shape });
  }

  /** What a file holds: weights and running statistics, carried states of a stream under way, slots. */
  saved(): Map<string, Variable> {
    return new Map([...this.weights, ...this.states.named(), ...this.slots]);
  }

  /** What a step reads and may change. */
  held({ sums, updates, states: all = this.states.all }: Held): Map<string, Variable> {
    const states = all.map(({ spec, variable }) => [stateName(spec), variable] as const);
    if (sums) this.sums ??= new Map(this.trained.map(({ key, shape }) => [sumName(key), this.zeros(shape)]));
    return new Map([
      ...this.weights, ...states, ...(updates ? [...this.slots, ...this.guards] : []), ...((sums || updates) && this.trouble ? [[TROUBLE, this.trouble] as const] : []),
      ...(sums ? this.sums ?? [] : []),
    ]);
  }

  /** What a step leaves as it is. */
  fixed({ updates }: Held): readonly Variable[] {
    return updates ? [] : [...this.weights.values()];
  }

  /** A copy of a weight or running statistic. */
  read(key: string): FloatArray {
    return this.device.read(this.find(key));
  }

  write(key: string, data: FloatArray): void {
    this.device.write(this.find(key), inType(data, this.device.dtype));
  }

  /** Takes the present weights for good ones: they did not come from a step. */
  trustWeights(): void {
    for (const [key, weight] of this.weights) this.copy(weight, this.guards.get(goodName(key)));
  }

  /** Puts back the weights of the last step whose loss was finite. */
  restoreLastGood(): void {
    for (const [key, weight] of this.weights) this.copy(this.guards.get(goodName(key)), weight);
    if (this.trouble) this.device.write(this.trouble, allocate(this.device.dtype, 1));
  }

  private find(key: string): Variable {
    const variable = this.weights.get(key) ?? this.states.lasting(key);
    if (variable) return variable;
    throw new Error(`no weight ${key}`);
  }

  private copy(from: Variable | undefined, to: Variable | undefined): void {
    if (from && to) this.device.write(to, this.device.read(from));
  }
}
