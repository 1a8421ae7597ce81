/**
 * Tensors that survive a step untrained: running statistics, which belong to the model, and carried states of stateful
 * layers, which belong to a stream of batches of one size.
 */
import type { Device, Variable } from '../../backend.js';
import { ShapeError } from '../../errors.js';
import type { ForwardLayer } from '../../layers/forwardLayer.js';
import { allocate, inType, sizeOf } from '../../tensor.js';
import type { HostTensor } from '../../tensor.js';
import { isCarried, stateName } from './names.js';
import { stateTensors } from './network.js';
import type { KeptState, Network } from './network.js';

export interface StateVariable { readonly spec: KeptState; readonly variable: Variable }

export class StateVariables {
  private readonly network: Network<ForwardLayer>;
  protected readonly device: Device;
  protected readonly statistics: readonly StateVariable[];
  /** One set for each batch size met, zero unless its stream is under way. */
  private readonly sets = new Map<number, readonly StateVariable[]>();
  protected carried: readonly StateVariable[] = [];
  protected carriedBatch = 0;
  /** Whether a stream is under way: its states count and its batch size is fixed. */
  protected carrying = false;

  /** @param initial running statistics, and the carried states of a stream that goes on. */
  constructor(network: Network<ForwardLayer>, device: Device, initial: ReadonlyMap<string, HostTensor>) {
    this.network = network;
    this.device = device;
    this.statistics = stateTensors(network, 1).filter(({ kind }) => kind === 'weight').map((spec) => this.make(spec, initial.get(spec.key)));
    const stream = [...initial].find(([name]) => isCarried(name));
    if (!stream) return;
    this.advance(stream[1].shape[0] ?? 1);
    for (const { spec, variable } of this.carried) {
      const value = initial.get(stateName(spec));
      if (value) this.device.write(variable, inType(value.data, device.dtype));
    }
  }

  private make(spec: KeptState, value?: HostTensor): StateVariable {
    const { shape } = spec;
    return { spec, variable: this.device.variable(value ?? { data: allocate(this.device.dtype, sizeOf(shape)), shape }) };
  }

  /** Carried states of a stream that begins. */
  protected fresh(batch: number): readonly StateVariable[] {
    return stateTensors(this.network, batch).filter(({ kind }) => kind === 'carried').map((spec) => this.make(spec));
  }

  /** In the order steps take them. */
  get all(): readonly StateVariable[] {
    return [...this.statistics, ...this.carried];
  }

  /**
   * Chooses the states that steps of this batch size read: those of the stream under way, or zeros.
   * @throws ShapeError if the stream under way has another batch size.
   */
  select(batch: number): void {
    if (this.carriedBatch === batch) return;
    if (this.carrying) {
      throw new ShapeError({
        operation: 'stateful model', argument: 'batch', expected: `${this.carriedBatch} samples, as in the first batch`, actual: String(batch),
        hint: 'Choose a batchSize that divides the number of samples, or call resetStates().',
      });
    }
    this.carried = this.sets.get(batch) ?? this.fresh(batch);
    this.sets.set(batch, this.carried);
    this.carriedBatch = batch;
  }

  /** The next step of this batch size belongs to the stream. @throws ShapeError as `select`. */
  advance(batch: number): void {
    this.select(batch);
    this.carrying = this.carried.length > 0;
  }

  /** Forgets the stream and its batch size. */
  reset(): void {
    this.clear(this.carried);
    this.carrying = false;
  }

  /** Zero again. */
  clear(states: readonly StateVariable[]): void {
    for (const { variable } of states) this.device.write(variable, allocate(this.device.dtype, variable.size));
  }
}
