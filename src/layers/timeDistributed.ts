/**
 * One layer on every time step of a sequence, with one set of weights.
 *   T1  y_t = f(x_t),  t = 1 … T
 *   T2  dx_t = f's backward of dy_t;  gradients of the weights are sums over t
 * Samples and steps are both rows to the layer: one call on [B·T, …] is T1 for all t, and its sum over rows is T2's.
 */
import type { Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput, describeLayer, requireLayer } from './layer.js';
import type { AnyLayer, CommonOptions, Forward, InputRule, JsonObject, LayerHead, NoiseSpec, ParameterSpec, Run, StateSpec, Tensors } from './layer.js';
import { asRowRun, asRows, asSteps } from './stepsAsRows.js';
import type { TimeMask } from './timeMask.js';

export interface TimeDistributedOptions extends CommonOptions {
  /** Of one input and one output. */
  layer: AnyLayer;
}

const optionNames: OptionNames<TimeDistributedOptions> = { ...commonNames, layer: true };

interface TimeDistributedCache { readonly inner: unknown; readonly x: Tensor; readonly y: Tensor }

/**
 * x [B, T, …] → [B, T, …layer's output]. Weights: the layer's, under this layer's name, shared with every model over the layer itself. Batch statistics of a BatchNorm within are
 * over samples and steps together.
 *
 * @throws ArgumentError for a stateful layer, when applied.
 */
export class TimeDistributed extends Layer<Tensors, Tensors, TimeDistributedCache> {
  override readonly kind = 'time_distributed';
  override readonly className = 'TimeDistributed';
  readonly layer: AnyLayer;
  override readonly families: AnyLayer['families'];
  override readonly output: AnyLayer['output'];
  override readonly weights: AnyLayer['weights'];
  override readonly recomputes: boolean;

  constructor(options: TimeDistributedOptions) {
    super(checkOptions('TimeDistributed', options, optionNames));
    this.layer = requireLayer('TimeDistributed', options.layer);
    this.families = options.layer.families;
    this.output = options.layer.output;
    this.weights = options.layer.weights;
    this.recomputes = options.layer.recomputes;
  }

  override copy(): this {
    const layer = this.layer.copy();
    return Object.assign(super.copy(), { layer, weights: layer.weights });
  }

  override get frozen(): boolean {
    return super.frozen || this.layer.frozen;
  }

  override config(): JsonObject {
    return { layer: describeLayer(this.layer) };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    if (x.length < 2) this.requireRank(x, 2, '[batch, time, …]');
    if (Object.values(this.layer.states(this.step(inputs), 1)).some((spec) => spec?.kind === 'carried')) {
      throw new ArgumentError({
        operation: this.label(), argument: 'layer', expected: 'a layer that is not stateful', actual: this.layer.label(),
        hint: 'Steps are computed side by side: there is no state to carry from one to the next.',
      });
    }
    return [[x[0] ?? 0, ...this.single(this.layer.outputShapes([x.slice(1)]))]];
  }

  override head(): LayerHead | undefined {
    const inner = this.layer.head();
    const split = inner?.split;
    if (!inner || !split) return inner;
    return {
      activation: inner.activation,
      split: (name) => {
        const { linear, activation } = split(name);
        return { linear: new TimeDistributed({ layer: linear, name }), activation };
      },
    };
  }

  override inputRules(inputs: readonly Shape[]): readonly (InputRule | undefined)[] {
    const [rule] = this.layer.inputRules(this.step(inputs));
    if (rule?.padding === undefined) return [rule];
    throw new ArgumentError({
      operation: this.label(), argument: 'layer', expected: 'one that makes no mask', actual: this.layer.label(),
      hint: 'Embedding and Masking take [batch, time, …] as it is.',
    });
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override parameters(inputs: readonly Shape[]): Record<string, ParameterSpec> {
    return this.layer.weightSpecs(this.step(inputs));
  }

  override states(inputs: readonly Shape[], batch: number): Record<string, StateSpec> {
    return this.layer.states(this.step(inputs), batch);
  }

  override noise(inputs: readonly Shape[], batch: number): NoiseSpec[] {
    return this.layer.noise(this.step(inputs), batch * (this.single(inputs)[0] ?? 1));
  }

  override forward(run: Run, p: Tensors, s: Tensors, inputs: readonly Tensor[]): Forward<Tensors, TimeDistributedCache> {
    const x = this.single(inputs);
    const inner = this.layer.forward(asRowRun(run), p, s, [asRows(run.k, x)]); // T1
    const y = this.single(inner.outputs);
    return { outputs: [asSteps(run.k, y, x)], cache: { inner: inner.cache, x, y }, states: inner.states };
  }

  override backward(run: Run, p: Tensors, { inner, x, y }: TimeDistributedCache, dOutputs: readonly (Tensor | undefined)[], grads: Tensors): Tensor[] {
    const dy = run.k.reshape(dOutput(run.k, dOutputs, y), y.shape);
    const dRows = this.layer.backward(asRowRun(run), p, inner, [dy], grads); // T2
    return dRows.map((dx) => run.k.reshape(dx, x.shape));
  }

  /** What the layer sees: shapes of one time step. */
  private step(inputs: readonly Shape[]): Shape[] {
    return [this.single(inputs).slice(1)];
  }
}
