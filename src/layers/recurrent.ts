/**
 * The time loop: backpropagation through time, once for every cell.
 *
 *   B1  S_t = cell(x_t, S_{t−1}),              t = 1 … T
 *   B2  where the mask is 0, S_t = S_{t−1}     (padding carries the state on)
 *   B3  dh_t = ∂L/∂y_t + what step t+1 sent back
 *   B4  dS_{t−1} = cell backward of dS_t
 *   B5  truncated: nothing is sent back across t = k, 2k, …
 * (Werbos 1990; truncated: Williams & Peng 1990.) Derivation: docs/bptt.md. Inside, tensors are time-major [T, B, …]:
 * the steps of a sequence then lie side by side and x·W, dW, dU are single products over all R = T·B rows.
 */
import type { Kernels, Tensor } from '../backend.js';
import type { Cell, State } from '../cells/cell.js';
import { ShapeError, formatShape } from '../errors.js';
import type { Shape } from '../tensor.js';
import { requireCount, requireRate } from '../checks.js';
import { Layer, checkedInitializer, commonNames, initializerName } from './layer.js';
import type { CommonOptions, Forward, JsonObject, LayerHead, NoiseSpec, ParameterSpec, Run, StateSpec, Tensors } from './layer.js';
import { reversedMask } from './timeMask.js';
import type { TimeMask } from './timeMask.js';
import type { OptionNames } from '../checks.js';
import type { Initializer } from '../initializers.js';

export interface RecurrentOptions extends CommonOptions {
  /** Width of the state, H. */
  units: number;
  /** Return every time step [B, T, H] instead of the last one [B, H]. Default false. */
  returnSequences?: boolean | undefined;
  /** Return the last state as further outputs: h [B, H], and c [B, H] for LSTM. Default false. */
  returnState?: boolean | undefined;
  /** Keep the last state as the next batch's first one; reset with `model.resetStates()`. Default false. */
  stateful?: boolean | undefined;
  /** Read the sequence from its end; outputs come in reading order. Default false. */
  goBackwards?: boolean | undefined;
  /** Share of inputs dropped, one mask for all time steps. Default 0. */
  dropout?: number | undefined;
  /** Share of h_{t−1} dropped where it enters the product, one mask for all time steps. Default 0. */
  recurrentDropout?: number | undefined;
  /**
   * Cut the gradient between steps k and k+1, 2k and 2k+1, … for `truncate: k`, counted from the first step that the layer reads:
   * of T = 7 steps and k = 3 the segments are 1–3, 4–6 and 7, the shorter one last. Default: full backpropagation.
   */
  truncate?: number | undefined;
  /** Default 'glorotUniform'. */
  kernelInitializer?: Initializer | undefined;
  /** Default 'orthogonal'. */
  recurrentInitializer?: Initializer | undefined;
  /** Default 'zeros'. */
  biasInitializer?: Initializer | undefined;
}

export const recurrentNames: OptionNames<RecurrentOptions> = {
  ...commonNames, units: true, returnSequences: 'flag', returnState: 'flag', stateful: 'flag', goBackwards: 'flag', dropout: true,
  recurrentDropout: true, truncate: true, kernelInitializer: true, recurrentInitializer: true, biasInitializer: true,
};

/** What one time step keeps for its backward pass. */
interface StepCache<C> { readonly cell: C; readonly mask: Tensor | undefined }

export interface RecurrentCache<C> {
  readonly x: Tensor;
  readonly steps: readonly StepCache<C>[];
  readonly dropMask: Tensor | undefined;
  readonly hMask: Tensor | undefined;
  readonly batch: number;
  readonly inputCount: number;
}

type States = { h?: Tensor; c?: Tensor };

/** A recurrent layer whose cell does not matter to the caller. */
export type AnyRecurrent = Recurrent<Tensors, unknown, unknown>;

export function isRecurrent(layer: object): layer is AnyRecurrent {
  return layer instanceof Recurrent;
}

/** x [T, …] from its end. */
export function reverseTime(k: Kernels, x: Tensor): Tensor {
  const steps = x.shape[0] ?? 0;
  return k.stack(Array.from({ length: steps }, (_, t) => k.row(x, steps - 1 - t)));
}

/** The base of SimpleRNN, LSTM and GRU. Inputs: x [B, T, D], then optionally the initial state. */
export abstract class Recurrent<P extends Tensors, C, W> extends Layer<P, States, RecurrentCache<C>> {
  readonly units: number;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly stateful: boolean;
  readonly goBackwards: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly truncate: number | undefined;
  readonly initializers: { readonly kernel: Initializer; readonly recurrent: Initializer; readonly bias: Initializer };
  protected abstract readonly cell: Cell<P, C, W>;

  /** @param label of the class in messages; minifiers rename classes. @param options known by name. */
  constructor(label: string, options: RecurrentOptions) {
    super(options);
    this.units = options.units;
    this.returnSequences = options.returnSequences ?? false;
    this.returnState = options.returnState ?? false;
    this.stateful = options.stateful ?? false;
    this.goBackwards = options.goBackwards ?? false;
    this.dropout = options.dropout ?? 0;
    this.recurrentDropout = options.recurrentDropout ?? 0;
    this.truncate = options.truncate;
    this.initializers = {
      kernel: checkedInitializer(options.kernelInitializer ?? 'glorotUniform'),
      recurrent: checkedInitializer(options.recurrentInitializer ?? 'orthogonal'),
      bias: checkedInitializer(options.biasInitializer ?? 'zeros'),
    };
    requireCount(label, 'units', this.units);
    if (this.truncate !== undefined) requireCount(label, 'truncate', this.truncate);
    requireRate(label, 'dropout', this.dropout);
    requireRate(label, 'recurrentDropout', this.recurrentDropout);
  }

  /** Number of state tensors: 1 for h, 2 for h and c. */
  get stateCount(): 1 | 2 {
    return this.cell.stateCount;
  }

  override config(): JsonObject {
    return {
      units: this.units, returnSequences: this.returnSequences, returnState: this.returnState, stateful: this.stateful,
      goBackwards: this.goBackwards, dropout: this.dropout, recurrentDropout: this.recurrentDropout, truncate: this.truncate,
      kernelInitializer: initializerName(this.initializers.kernel), recurrentInitializer: initializerName(this.initializers.recurrent),
      biasInitializer: initializerName(this.initializers.bias),
    };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const [x = [], ...initial] = inputs;
    this.requireRank(x, 2, '[batch, time, features]');
    if (initial.length !== 0 && initial.length !== this.cell.stateCount) {
      throw new ShapeError({
        operation: this.label(), argument: 'inputs', expected: `x alone or x and ${this.cell.stateCount} state tensor(s)`, actual: `${inputs.length} tensors`,
      });
    }
    for (const shape of initial) {
      if (shape.length !== 1 || shape[0] !== this.units) {
        throw new ShapeError({ operation: this.label(), argument: 'initial state', expected: formatShape(['batch', this.units]), actual: formatShape(['batch', ...shape]) });
      }
    }
    const y = this.returnSequences ? [x[0] ?? 0, this.units] : [this.units];
    const state = this.returnState ? Array.from({ length: this.cell.stateCount }, () => [this.units]) : [];
    return [y, ...state];
  }

  /** h is bounded by its tanh, and no loss can look behind it: the gates come in between. */
  override head(): LayerHead {
    return { activation: 'tanh' };
  }

  /** Read from its end, a padded sequence begins with its padding. */
  override masks([x]: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return [this.returnSequences && x && this.goBackwards ? reversedMask(x) : this.returnSequences ? x : undefined];
  }

  override parameters([x = []]: readonly Shape[]): { [K in keyof P]: ParameterSpec } {
    return this.cell.parameters(x[1] ?? 0);
  }

  override states(inputs: readonly Shape[], batch: number): { [K in keyof States]: StateSpec } {
    if (!this.stateful || inputs.length > 1) return {};
    const spec: StateSpec = { shape: [batch, this.units], initializer: 'zeros', kind: 'carried' };
    return this.cell.stateCount === 2 ? { h: spec, c: spec } : { h: spec };
  }

  override noise([x = []]: readonly Shape[], batch: number): NoiseSpec[] {
    const specs: NoiseSpec[] = [];
    if (this.dropout > 0) specs.push({ shape: [batch, x[1] ?? 0], rate: this.dropout });
    if (this.recurrentDropout > 0) specs.push({ shape: [batch, this.units], rate: this.recurrentDropout });
    return specs;
  }

  override forward(run: Run, p: P, s: States, inputs: readonly Tensor[]): Forward<States, RecurrentCache<C>> {
    const { k } = run;
    const { cell, units } = this;
    const [input, ...given] = inputs;
    if (!input) throw new ShapeError({ operation: this.label(), argument: 'inputs', expected: 'x', actual: 'nothing' });
    const [batch = 0, steps = 0, features = 0] = input.shape;
    const [dropMask, hMask] = this.dropoutMasks(run);

    let x = k.swapLeading(input);
    let mask = run.mask && k.swapLeading(run.mask);
    if (this.goBackwards) {
      x = reverseTime(k, x);
      mask &&= reverseTime(k, mask);
    }
    if (dropMask) x = k.mulTiled(x, dropMask);
    x = k.reshape(x, [steps * batch, features]);

    const work = cell.openForward(k, p, steps, batch);
    const xz = cell.project(k, p, x);
    const xzByStep = k.reshape(xz, [steps, batch, xz.size / (steps * batch)]);
    const h = k.series(steps + 1, [batch, units]);
    const first = given.length > 0 ? given : [s.h, s.c].slice(0, cell.stateCount);
    let state: State = Array.from({ length: cell.stateCount }, (_, i) => {
      const at = first[i];
      const slot = i === 0 ? h[0] : undefined;
      return at ? k.copy(at, slot) : k.zeros([batch, units], slot);
    });

    const hs: Tensor[] = [];
    const caches: StepCache<C>[] = [];
    for (let t = 0; t < steps; t++) {
      const maskAtStep = mask && k.row(mask, t);
      const next = cell.forward(k, p, work, k.row(xzByStep, t), state, { t, hMask, hOut: mask ? undefined : h[t + 1] }); // B1
      const before = state;
      state = maskAtStep
        ? next.state.map((tensor, i) => k.blendRows(maskAtStep, tensor, before[i] ?? tensor, i === 0 ? h[t + 1] : undefined)) // B2
        : next.state;
      caches.push({ cell: next.cache, mask: maskAtStep });
      const [ht] = state;
      if (ht) hs.push(ht);
      if (run.observe) state.forEach((tensor, i) => run.observe?.(i === 0 ? 'h' : 'c', tensor, t));
    }

    const last = state[0] ?? x;
    const y = this.returnSequences ? k.swapLeading(k.stack(hs)) : last;
    const states = this.stateful && given.length === 0 ? { h: state[0], c: state[1] } : undefined;
    return {
      outputs: this.returnState ? [y, ...state] : [y],
      cache: { x, steps: caches, dropMask, hMask, batch, inputCount: inputs.length },
      states,
    };
  }

  override backward(
    run: Run, p: P, cache: RecurrentCache<C>, dOutputs: readonly (Tensor | undefined)[], grads: P,
  ): Tensor[] {
    const { k } = run;
    const { cell, units } = this;
    const { batch, hMask } = cache;
    const steps = cache.steps.length;
    const [dy, ...dLast] = dOutputs;
    const dySequence = this.returnSequences && dy ? k.swapLeading(dy) : undefined;

    let dState: (Tensor | undefined)[] = Array.from({ length: cell.stateCount }, (_, i) => dLast[i]);
    if (!this.returnSequences && dy) dState[0] = dState[0] ? k.add(dState[0], dy) : dy;
    const work = cell.openBackward(k, p, steps, batch);
    const dxzByStep: Tensor[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      const step = cache.steps[t];
      if (!step) break;
      if (dySequence) {
        const dyAtStep = k.row(dySequence, t);
        dState[0] = dState[0] ? k.add(dState[0], dyAtStep) : dyAtStep; // B3
      }
      if (run.observe) dState.forEach((tensor, i) => tensor && run.observe?.(i === 0 ? 'dh' : 'dc', tensor, t));
      const { mask } = step;
      const into = mask ? dState.map((d) => d && k.mulRows(d, mask)) : dState; // B2
      const past = cell.backward(k, p, work, step.cell, into, { t, hMask }); // B4
      dxzByStep[t] = past.dxz;
      const carried: State = mask
        ? past.dState.map((d, i) => { // B2
          const whole = dState[i];
          return whole ? k.addTo(k.mulRows(whole, mask, true), d) : d;
        })
        : past.dState;
      const cut = this.truncate !== undefined && t > 0 && t % this.truncate === 0; // B5
      dState = cut ? carried.map(() => undefined) : [...carried];
    }

    const all = k.stack(dxzByStep);
    const dxz = k.reshape(all, [steps * batch, all.size / (steps * batch)]);
    if (!run.frozen) cell.accumulate(k, grads, work, cache.steps.map((step) => step.cell), cache.x, dxz);
    if (run.inputGradient === false) return [];
    const features = cache.x.shape[1] ?? 0;
    let dx = k.reshape(cell.inputGradient(k, p, dxz), [steps, batch, features]);
    if (cache.dropMask) dx = k.mulTiled(dx, cache.dropMask);
    if (this.goBackwards) dx = reverseTime(k, dx);
    const dInitial = Array.from({ length: cache.inputCount - 1 }, (_, i) => dState[i] ?? k.zeros([batch, units]));
    return [k.swapLeading(dx), ...dInitial];
  }

  private dropoutMasks(run: Run): [Tensor | undefined, Tensor | undefined] {
    const rest = [...run.noise];
    const dropMask = this.dropout > 0 ? rest.shift() : undefined;
    return [dropMask, this.recurrentDropout > 0 ? rest.shift() : undefined];
  }
}
