/**
 * What attention layers share. From scores s [B, H, Tq, Tk] of queries i and keys j to a mix of values, head by head:
 *   Z2  a_ij = exp s_ij / Σ_j exp s_ij over the keys that query i sees, 0 elsewhere; all 0 where it sees none
 *   Z3  y_i = Σ_j ã_ij·v_j,  ã = a, in training a ⊙ dropout mask
 *   Z4  dv_j = Σ_i ã_ij·dy_i,  dã_ij = dy_i·v_j,  da = dã ⊙ dropout mask (+ what arrives at the returned weights)
 *   Z5  ds_ij = a_ij·(da_ij − Σ_j a_ij·da_ij)
 * A query sees the keys that are real and, where `causal`, no later than itself. Derivation: docs/attention.md.
 */
import type { Kernels, Tensor, Visible } from '../../backend.js';
import { checkOptions, requireRate } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ShapeError, formatShape } from '../../errors.js';
import { sizesMeet } from '../../openShapes.js';
import type { Shape } from '../../tensor.js';
import { Layer, commonNames } from '../layer.js';
import type { CommonOptions, JsonObject, NoTensors, NoiseSpec, Run } from '../layer.js';
import type { TimeMask } from '../timeMask.js';
import { ruleNames } from '../weightRules.js';
import type { RuleOptions } from '../weightRules.js';

/** `kernelRegularizer` and `kernelConstraint` are about every kernel, as in Keras; `bias…` about every bias. */
export interface AttendingOptions extends CommonOptions, RuleOptions<'kernel'> {
  /** Whether a query sees no key later than itself. Default false. */
  causal?: boolean | undefined;
  /** Share of the weights a set to zero in training, in [0, 1). Default 0. */
  dropout?: number | undefined;
  /** Whether the weights a, before dropout, are a second output. Default false. */
  returnAttentionScores?: boolean | undefined;
}

export const attendingNames: OptionNames<AttendingOptions> = { ...commonNames, ...ruleNames('kernel'), causal: 'flag', dropout: true, returnAttentionScores: 'flag' };

/** Without the batch. */
export interface Sides { readonly query: Shape; readonly value: Shape; readonly key: Shape }

/** What the backward pass of Z2–Z5 reads. */
export interface Mixed {
  readonly a: Tensor;
  /** ã. */
  readonly dropped: Tensor;
  readonly v: Tensor;
}

/** Takes one tensor (self-attention), [query, value], or [query, value, key]; without a key the value is the key. */
export abstract class Attending<P, C> extends Layer<P, NoTensors, C> {
  readonly causal: boolean;
  readonly dropout: number;
  readonly returnAttentionScores: boolean;

  constructor(label: string, options: AttendingOptions, names: OptionNames<AttendingOptions>) {
    super(checkOptions(label, options, names));
    this.causal = options.causal ?? false;
    this.dropout = options.dropout ?? 0;
    requireRate(label, 'dropout', this.dropout);
    this.returnAttentionScores = options.returnAttentionScores ?? false;
  }

  override config(): JsonObject {
    return { causal: this.causal, dropout: this.dropout, returnAttentionScores: this.returnAttentionScores };
  }

  override noise(inputs: readonly Shape[], batch: number): NoiseSpec[] {
    const { query, value } = this.sides(inputs);
    return this.dropout > 0 ? [{ kind: 'dropout', shape: [batch, this.headCount(), query[0] ?? 1, value[0] ?? 1], rate: this.dropout }] : [];
  }

  /** The mix of values has the steps of the query. */
  override masks([query]: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return this.returnAttentionScores && this.weightsOverTime ? [query, query] : [query];
  }

  protected override ruleStem(weight: string): string {
    return weight.endsWith('Bias') ? 'bias' : 'kernel';
  }

  /** Whether the weights have the time axis of the query in front. */
  protected abstract readonly weightsOverTime: boolean;
  protected abstract headCount(): number;

  /** @throws ShapeError unless they are one to three sequences, and value and key of one length. */
  protected sides(inputs: readonly Shape[]): Sides {
    const [query = [], value = query, key = value] = inputs;
    const odd = [query, value, key].find((shape) => shape.length !== 2);
    const wrong = (argument: string, expected: string, actual: string, hint: string): ShapeError => new ShapeError({ operation: this.label(), argument, expected, actual, hint });
    if (inputs.length < 1 || inputs.length > 3) throw wrong('inputs', '[query, value], [query, value, key] or one tensor', `${inputs.length}`, 'Pass a list: apply([query, value]).');
    if (odd) throw wrong('input', '[batch, time, features]', formatShape(['batch', ...odd]), 'A state [batch, units] becomes one step by RepeatVector({ n: 1 }).');
    if (!sizesMeet(value[0], key[0])) throw wrong('key', `of the ${value[0]} steps of the value`, `${key[0]}`, 'Each value has one key.');
    return { query, value, key };
  }

  /** Query, value and key of a pass. */
  protected parts(inputs: readonly Tensor[]): { query: Tensor; value: Tensor; key: Tensor } {
    const [query, value = query, key = value] = inputs;
    if (!query || !value || !key) throw new ShapeError({ operation: this.label(), argument: 'inputs', expected: 'a query', actual: 'nothing' });
    return { query, value, key };
  }

  /** Gradients in the places of the inputs: what stands for several parts gets the sum. */
  protected gathered(k: Kernels, inputCount: number, dQuery: Tensor, dValue: Tensor, dKey: Tensor): Tensor[] {
    if (inputCount === 3) return [dQuery, dValue, dKey];
    const both = k.add(dValue, dKey);
    return inputCount === 2 ? [dQuery, both] : [k.add(dQuery, both)];
  }

  /** From scores to the mix; `s` may be overwritten. */
  protected mix({ k, masks = [], noise: [noise] }: Run, s: Tensor, v: Tensor, inputCount: number): { y: Tensor; mixed: Mixed } {
    const [query, value, key] = masks;
    const visible: Visible = { query, key: inputCount === 1 ? query : value && key && value !== key ? k.mul(value, key) : value ?? key, causal: this.causal };
    const a = k.visibleSoftmax(s, visible); // Z2
    const dropped = noise ? k.mul(a, noise) : a; // Z3
    return { y: k.headMix(dropped, v), mixed: { a, dropped, v } }; // Z3
  }

  /** ∂L/∂s and ∂L/∂v; `dWeights`: what arrived at the returned weights. */
  protected unmix({ k, noise: [noise] }: Run, { a, dropped, v }: Mixed, dy: Tensor, dWeights: Tensor | undefined): { ds: Tensor; dv: Tensor } {
    const dv = k.headMix(dropped, dy, true); // Z4
    const dDropped = k.headScores(dy, v, this.headCount()); // Z4
    const through = noise ? k.mul(dDropped, noise) : dDropped; // Z4
    const da = dWeights ? k.add(through, k.reshape(dWeights, a.shape)) : through; // Z4
    return { ds: k.softmaxBackward(a, da), dv }; // Z5
  }
}
