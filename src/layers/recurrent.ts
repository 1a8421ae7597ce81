/**
 * The time loop: backpropagation through time, once for every cell.
 *
 *   B1  S_t = cell(x_t, S_{t−1}),              t = 1 … T
 *   B2  where the mask is 0, S_t = S_{t−1}     (padding carries the state on)
 *   B3  dh_t = ∂L/∂y_t + what step t+1 sent back
 *   B4  dS_{t−1} = cell backward of dS_t
 *   B5  truncated: nothing is sent back across t = k, 2k, …
 *   B10, B11  or nothing is sent further back than k steps from each loss: stepsBack.ts
 *   B9  zeroOutputForMask: y_t = 0 where the mask is 0
 * (Werbos 1990; truncated: Williams & Peng 1990.) Derivation: docs/bptt.md. Inside, tensors are time-major [T, B, …]:
 * the steps of a sequence then lie side by side and x·W, dW, dU are single products over all R = T·B rows.
 */
import type { Kernels, Tensor } from '../backend.js';
import { outputOf } from '../cells/cell.js';
import type { AnyCell, Sequence } from '../cells/cell.js';
import type { CellOptions } from '../cells/options.js';
import { apart, passesOf } from '../cells/passes.js';
import { requireRate } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames } from './layer.js';
import type { CommonOptions, Forward, JsonObject, LayerHead, NoiseSpec, ParameterSpec, Run, StateSpec, Tensors } from './layer.js';
import { backByAge, requireTruncation } from './stepsBack.js';
import type { StepsBack } from './stepsBack.js';
import { reversedMask } from './timeMask.js';
import type { TimeMask } from './timeMask.js';
import { ruleNames } from './weightRules.js';
import type { RuleOptions } from './weightRules.js';

/** What the time loop takes, whatever the cell. */
export interface LoopOptions extends CommonOptions, RuleOptions<'kernel' | 'recurrent' | 'bias'> {
  /** Return every time step [B, T, H] instead of the last one [B, H]. Default false. */
  returnSequences?: boolean | undefined;
  /** Return the last state as further outputs: h [B, H], and c [B, H] for LSTM. Default false. */
  returnState?: boolean | undefined;
  /** Keep the last state as the next batch's first one; reset with `model.resetStates()`. Default false. */
  stateful?: boolean | undefined;
  /** Read the sequence from its end; outputs come in reading order. Default false. */
  goBackwards?: boolean | undefined;
  /**
   * With `returnSequences`: outputs at padded steps are 0, as PyTorch's pad_packed_sequence leaves them. Default false: they repeat the
   * state that padding carries on. The states are the same either way.
   */
  zeroOutputForMask?: boolean | undefined;
  /** Share of inputs dropped, one mask for all time steps. Default 0. */
  dropout?: number | undefined;
  /**
   * Cut the gradient between steps k and k+1, 2k and 2k+1, … for `truncate: k`, counted from the first step that the layer reads:
   * of T = 7 steps and k = 3 the segments are 1–3, 4–6 and 7, the shorter one last. Or, with `truncate: { stepsBack: k }`, let each loss
   * send its gradient back through k steps, its own included, wherever it stands; that takes k times the recurrent products.
   * Default: full backpropagation.
   */
  truncate?: number | StepsBack | undefined;
}

/** What SimpleRNN, LSTM and GRU all take. */
export interface RecurrentOptions extends LoopOptions, CellOptions {}

export const loopNames: OptionNames<LoopOptions> = {
  ...commonNames, ...ruleNames('kernel', 'recurrent', 'bias'), returnSequences: 'flag', returnState: 'flag', stateful: 'flag', goBackwards: 'flag', zeroOutputForMask: 'flag', dropout: true, truncate: true,
};

/** What one time step keeps for its backward pass. */
interface StepCache { readonly cell: unknown; readonly mask: Tensor | undefined }

export interface RecurrentCache {
  readonly sequence: Sequence;
  readonly steps: readonly StepCache[];
  readonly dropMask: Tensor | undefined;
  /** [T, B], where outputs are not zero. */
  readonly shown: Tensor | undefined;
  readonly inputCount: number;
}

/** A recurrent layer whose cell does not matter to the caller. */
export type AnyRecurrent = Recurrent;

export function isRecurrent(layer: object): layer is AnyRecurrent {
  return layer instanceof Recurrent;
}

/** x [T, …] from its end. */
export function reverseTime(k: Kernels, x: Tensor): Tensor {
  const steps = x.shape[0] ?? 0;
  return k.stack(Array.from({ length: steps }, (_, t) => k.row(x, steps - 1 - t)));
}

/** The base of RNN, SimpleRNN, LSTM and GRU. Inputs: x [B, T, D], then optionally the initial states in the cell's order. */
export abstract class Recurrent extends Layer<Tensors, Tensors, RecurrentCache> {
  /** One time step. */
  abstract readonly cell: AnyCell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly stateful: boolean;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
  readonly dropout: number;
  readonly truncate: number | StepsBack | undefined;

  /** @param label of the class in messages; minifiers rename classes. @param options known by name. */
  constructor(label: string, options: LoopOptions) {
    super(options);
    this.returnSequences = options.returnSequences ?? false;
    this.returnState = options.returnState ?? false;
    this.stateful = options.stateful ?? false;
    this.goBackwards = options.goBackwards ?? false;
    this.zeroOutputForMask = options.zeroOutputForMask ?? false;
    this.dropout = options.dropout ?? 0;
    this.truncate = requireTruncation(label, options.truncate);
    requireRate(label, 'dropout', this.dropout);
    if (this.zeroOutputForMask && !this.returnSequences) {
      throw new ArgumentError({
        operation: label, argument: 'zeroOutputForMask', expected: 'false without returnSequences', actual: 'true',
        hint: 'The last output is that of the last real step; there are no padded ones.',
      });
    }
  }

  /** Shapes of the state tensors without the batch, in order: h, for LSTM then c. */
  get stateShapes(): readonly Shape[] {
    return Object.values<Shape>(this.cell.stateShapes);
  }

  /** Number of state tensors. */
  get stateCount(): number {
    return this.stateShapes.length;
  }

  override config(): JsonObject {
    return {
      returnSequences: this.returnSequences, returnState: this.returnState, stateful: this.stateful, goBackwards: this.goBackwards,
      zeroOutputForMask: this.zeroOutputForMask, dropout: this.dropout, truncate: this.truncate,
    };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const [x = [], ...initial] = inputs;
    const { stateShapes } = this;
    const { inputRank = 1 } = this.cell;
    this.requireRank(x, 1 + inputRank, inputRank === 1 ? '[batch, time, features]' : `[batch, time, and ${inputRank} axes]`);
    if (initial.length !== 0 && initial.length !== stateShapes.length) {
      throw new ShapeError({
        operation: this.label(), argument: 'inputs', expected: `x alone or x and ${stateShapes.length} state tensor(s)`, actual: `${inputs.length} tensors`,
      });
    }
    initial.forEach((shape, i) => {
      const expected = stateShapes[i] ?? [];
      if (shape.length !== expected.length || shape.some((size, axis) => size !== expected[axis])) {
        throw new ShapeError({ operation: this.label(), argument: 'initial state', expected: formatShape(['batch', ...expected]), actual: formatShape(['batch', ...shape]) });
      }
    });
    const output = this.cell.stateShapes[outputOf(this.cell)] ?? [];
    const y = this.returnSequences ? [x[0] ?? 0, ...output] : [...output];
    return [y, ...(this.returnState ? stateShapes : [])];
  }

  override head(): LayerHead | undefined {
    return this.cell.head?.();
  }

  /** Read from its end, a padded sequence begins with its padding. */
  override masks([x]: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return [this.returnSequences && x && this.goBackwards ? reversedMask(x) : this.returnSequences ? x : undefined];
  }

  override parameters([x = []]: readonly Shape[]): Record<string, ParameterSpec> {
    return this.cell.parameters(x.slice(1));
  }

  override states(inputs: readonly Shape[], batch: number): Record<string, StateSpec> {
    if (!this.stateful || inputs.length > 1) return {};
    return Object.fromEntries(Object.entries(this.cell.stateShapes).map(([name, shape]) => [
      name, { shape: [batch, ...shape], initializer: 'zeros', kind: 'carried' },
    ]));
  }

  override noise([x = []]: readonly Shape[], batch: number): NoiseSpec[] {
    const ofCell = this.cell.noise?.(x.slice(1)) ?? [];
    const specs: readonly NoiseSpec[] = this.dropout > 0 ? [{ kind: 'dropout', shape: x.slice(1), rate: this.dropout }, ...ofCell] : ofCell;
    return specs.map((spec) => ({ ...spec, shape: [batch, ...spec.shape] }));
  }

  override forward(run: Run, p: Tensors, s: Tensors, inputs: readonly Tensor[]): Forward<Tensors, RecurrentCache> {
    const { k } = run;
    const { cell } = this;
    const [input, ...given] = inputs;
    if (!input) throw new ShapeError({ operation: this.label(), argument: 'inputs', expected: 'x', actual: 'nothing' });
    const [batch = 0, steps = 0, ...features] = input.shape;
    const [dropMask, noise] = this.dropoutMasks(run);

    let x = k.swapLeading(input);
    let mask = run.mask && k.swapLeading(run.mask);
    if (this.goBackwards) {
      x = reverseTime(k, x);
      mask &&= reverseTime(k, mask);
    }
    if (dropMask) x = k.mulTiled(x, dropMask);
    const sequence = { steps, batch, x: k.reshape(x, [steps * batch, ...features]), noise };

    const output = outputOf(cell);
    const pass = passesOf(cell).forwardPass(k, p, sequence);
    const outputs = k.series(steps + 1, [batch, ...(cell.stateShapes[output] ?? [])]);
    const slot = (name: string, t: number): Tensor | undefined => (name === output ? outputs[t] : undefined);
    const start = (name: string, shape: Shape, i: number): Tensor => {
      const first = given.length > 0 ? given[i] : s[name];
      return first ? k.copy(first, slot(name, 0)) : k.zeros([batch, ...shape], slot(name, 0));
    };
    let states: Tensors = Object.fromEntries(Object.entries(cell.stateShapes).map(([name, shape], i) => [name, start(name, shape, i)]));

    const ys: Tensor[] = [];
    const caches: StepCache[] = [];
    apart(k, batch, () => {
      for (let t = 0; t < steps; t++) {
        const maskAtStep = mask && k.row(mask, t);
        const before = states;
        const next = pass.step(t, before, mask ? undefined : outputs[t + 1]); // B1
        states = maskAtStep
          ? mapTensors(next.states, (tensor, name) => k.blendRows(maskAtStep, tensor, before[name] ?? tensor, slot(name, t + 1))) // B2
          : next.states;
        caches.push({ cell: next.cache, mask: maskAtStep });
        const yt = states[output];
        if (yt) ys.push(yt);
        if (run.observe) mapTensors(states, (tensor, name) => run.observe?.(name, tensor, t));
      }
    });

    const last = Object.keys(cell.stateShapes).flatMap((name) => states[name] ?? []);
    const shown = this.zeroOutputForMask ? mask : undefined;
    const y = this.returnSequences ? k.swapLeading(whereReal(k, k.stack(ys), shown)) : ys.at(-1) ?? x; // B9
    return {
      outputs: this.returnState ? [y, ...last] : [y],
      cache: { sequence, steps: caches, dropMask, shown, inputCount: inputs.length },
      states: this.stateful && given.length === 0 ? states : undefined,
    };
  }

  override backward(
    run: Run, p: Tensors, cache: RecurrentCache, dOutputs: readonly (Tensor | undefined)[], grads: Tensors,
  ): Tensor[] {
    const { k } = run;
    const { cell } = this;
    const { sequence, dropMask } = cache;
    const { steps, batch, x } = sequence;
    const output = outputOf(cell);
    const [dy, ...dLast] = dOutputs;
    const dySequence = this.returnSequences && dy ? whereReal(k, k.swapLeading(dy), cache.shown) : undefined; // B9
    const names = Object.keys(cell.stateShapes);

    let dStates: Tensors = Object.fromEntries(names.map((name, i) => [name, dLast[i]]));
    const addToOutput = (d: Tensor): void => {
      const whole = dStates[output];
      dStates[output] = whole ? k.add(whole, d) : d;
    };
    if (!this.returnSequences && dy) addToOutput(dy);
    const wanted = { grads: run.frozen ? undefined : grads, input: run.inputGradient !== false };
    const pass = passesOf(cell).backwardPass(k, p, sequence, cache.steps.map((step) => step.cell), wanted);
    if (typeof this.truncate === 'object') {
      // A second pass for the ages one by one: it is never finished, as the first one has what weights and inputs need.
      const byAge = passesOf(cell).backwardPass(k, p, sequence, cache.steps.map((step) => step.cell), { grads: undefined, input: false });
      dStates = backByAge({
        k, steps, stepsBack: this.truncate.stepsBack, last: dStates,
        said: (t) => (dySequence ? { [output]: k.row(dySequence, t) } : {}),
        mask: (t) => cache.steps[t]?.mask,
        whole(t, d) {
          if (run.observe) mapTensors(d, (tensor, name) => run.observe?.(`d${name}`, tensor, t));
          const mask = cache.steps[t]?.mask;
          pass.step(t, cache.steps[t]?.cell, mask ? mapTensors(d, (tensor) => k.mulRows(tensor, mask)) : d);
        },
        part: (t, d) => ({ ...byAge.step(t, cache.steps[t]?.cell, d) }),
      });
    } else {
      const { truncate } = this;
      apart(k, batch, () => {
        for (let t = steps - 1; t >= 0; t--) {
          const step = cache.steps[t];
          if (!step) break;
          if (dySequence) addToOutput(k.row(dySequence, t)); // B3
          if (run.observe) mapTensors(dStates, (tensor, name) => run.observe?.(`d${name}`, tensor, t));
          const { mask } = step;
          const into = mask ? mapTensors(dStates, (d) => k.mulRows(d, mask)) : dStates; // B2
          const before = pass.step(t, step.cell, into); // B4
          const arrived = dStates;
          const carried = mask
            ? mapTensors(before, (d, name) => { // B2
              const whole = arrived[name];
              return whole ? k.addTo(k.mulRows(whole, mask, true), d) : d;
            })
            : { ...before };
          const cut = truncate !== undefined && t > 0 && t % truncate === 0; // B5
          dStates = cut ? {} : carried;
        }
      });
    }

    const dxRows = pass.finish();
    if (!dxRows) return [];
    let dx = k.reshape(dxRows, [steps, batch, ...x.shape.slice(1)]);
    if (dropMask) dx = k.mulTiled(dx, dropMask);
    if (this.goBackwards) dx = reverseTime(k, dx);
    const dInitial = Object.entries(cell.stateShapes).map(([name, shape]) => dStates[name] ?? k.zeros([batch, ...shape]));
    return [k.swapLeading(dx), ...(cache.inputCount > 1 ? dInitial : [])];
  }

  private dropoutMasks({ noise }: Run): [dropMask: Tensor | undefined, ofCell: readonly Tensor[]] {
    return this.dropout > 0 ? [noise[0], noise.slice(1)] : [undefined, noise];
  }
}

/** Step by step and sample by sample: x [T, B, …] where the mask [T, B] is 1, else 0. */
function whereReal(k: Kernels, x: Tensor, mask: Tensor | undefined): Tensor {
  if (!mask) return x;
  const rows = k.reshape(x, [mask.size, x.size / mask.size]);
  return k.reshape(k.mulRows(rows, k.reshape(mask, [mask.size])), x.shape);
}

/** A record of what `map` makes of each tensor that is there. */
function mapTensors<V>(tensors: Tensors, map: (tensor: Tensor, name: string) => V): Record<string, V> {
  return Object.fromEntries(Object.entries(tensors).flatMap(([name, tensor]) => (tensor ? [[name, map(tensor, name)]] : [])));
}
