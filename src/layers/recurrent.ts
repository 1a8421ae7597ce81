/** Recurrent layers, whatever their cell: their options, shapes and masks. The loop over time: timeLoop.ts. */
import type { Tensor } from '../backend.js';
import type { AnyCell } from '../cells/cell.js';
import type { CellOptions } from '../cells/options.js';
import { passesOf } from '../cells/passes.js';
import { requireRate } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames } from './layer.js';
import type { CommonOptions, Forward, JsonObject, LayerHead, NoiseSpec, ParameterSpec, Run, StateSpec, Tensors } from './layer.js';
import { requireTruncation } from './stepsBack.js';
import type { StepsBack } from './stepsBack.js';
import { backwardThroughTime, forwardThroughTime, loopMasks, loopShapes, loopStates } from './timeLoop.js';
import type { RecurrentCache } from './timeLoop.js';
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

/** A recurrent layer whose cell does not matter to the caller. */
export type AnyRecurrent = Recurrent;

export function isRecurrent(layer: object): layer is AnyRecurrent {
  return layer instanceof Recurrent;
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
  override readonly recomputes: boolean;

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
    this.recomputes = typeof this.truncate !== 'object'; // gradients by age need the steps of the whole sequence
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
    return loopShapes(this, inputs);
  }

  override head(): LayerHead | undefined {
    return this.cell.head?.();
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return loopMasks(this, inputs);
  }

  override parameters([x = []]: readonly Shape[]): Record<string, ParameterSpec> {
    return this.cell.parameters(x.slice(1));
  }

  override states(inputs: readonly Shape[], batch: number): Record<string, StateSpec> {
    return loopStates(this, inputs, batch);
  }

  override noise([x = []]: readonly Shape[], batch: number): NoiseSpec[] {
    const ofCell = this.cell.noise?.(x.slice(1)) ?? [];
    const specs: readonly NoiseSpec[] = this.dropout > 0 ? [{ kind: 'dropout', shape: x.slice(1), rate: this.dropout }, ...ofCell] : ofCell;
    return specs.map((spec) => ({ ...spec, shape: [batch, ...spec.shape] }));
  }

  override forward(run: Run, p: Tensors, s: Tensors, inputs: readonly Tensor[]): Forward<Tensors, RecurrentCache> {
    return forwardThroughTime(this, passesOf(this.cell), run, p, s, inputs);
  }

  override backward(run: Run, p: Tensors, cache: RecurrentCache, dOutputs: readonly (Tensor | undefined)[], grads: Tensors): Tensor[] {
    return backwardThroughTime(this, run, p, cache, dOutputs, grads);
  }
}
