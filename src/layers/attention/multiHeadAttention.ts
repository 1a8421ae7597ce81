/**
 * Multi-head attention (Vaswani et al. 2017): H attentions side by side, each in a projection of its own (attending.ts has Z2–Z5).
 *   Z9   q = x_q·W_q + b_q,  k = x_k·W_k,  v = x_v·W_v + b_v, cut into H heads;  s_ij = q_i·k_j / √d of each head
 *   Z10  y = [head_1 | … | head_H]·W_o + b_o
 *   Z11  dhead = dy·W_oᵀ,  then Z4–Z6 of each head,  dx_q = dq·W_qᵀ, dx_k = dk·W_kᵀ, dx_v = dv·W_vᵀ;  weights as D2 of dense.ts
 * A bias of k would move all scores of a query alike, which the softmax takes out again: there is none. Derivation: docs/attention.md.
 */
import type { Tensor } from '../../backend.js';
import { requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import type { Initializer } from '../../initializers.js';
import type { Shape } from '../../tensor.js';
import { checkedInitializer, dOutput, initializerName } from '../layer.js';
import type { Forward, JsonObject, NoTensors, ParameterSpec, Run } from '../layer.js';
import { ruleNames } from '../weightRules.js';
import type { RuleOptions } from '../weightRules.js';
import { Attending, attendingNames } from './attending.js';
import type { AttendingOptions, Mixed } from './attending.js';
import { project, projectBack, projectWeightsTo } from './projection.js';

export interface MultiHeadAttentionOptions extends AttendingOptions, RuleOptions<'bias'> {
  /** H. */
  numHeads: number;
  /** d, the width of the queries and keys of one head. PyTorch's is embed_dim / num_heads. */
  keyDim: number;
  /** The width of the values of one head. Default: keyDim. */
  valueDim?: number | undefined;
  /** Whether queries, values and the output have one; PyTorch and Keras have an inert one of the keys besides. Default true. */
  useBias?: boolean | undefined;
  /** Default 'glorotUniform', of each kernel as a matrix. */
  kernelInitializer?: Initializer | undefined;
  /** Default 'zeros'. */
  biasInitializer?: Initializer | undefined;
}

const optionNames: OptionNames<MultiHeadAttentionOptions> = {
  ...attendingNames, ...ruleNames('bias'), numHeads: true, keyDim: true, valueDim: true, useBias: 'flag', kernelInitializer: true, biasInitializer: true,
};

type HeadParams = {
  queryKernel: Tensor; keyKernel: Tensor; valueKernel: Tensor; outputKernel: Tensor;
  queryBias?: Tensor; valueBias?: Tensor; outputBias?: Tensor;
};
interface HeadCache {
  readonly inputs: readonly Tensor[];
  /** Divided by √d. */
  readonly q: Tensor;
  readonly k: Tensor;
  readonly mixed: Mixed;
  readonly heads: Tensor;
  readonly y: Tensor;
}

/**
 * Query [B, Tq, Dq], value [B, Tk, Dv], key [B, Tk, Dk] (default: the value; of one tensor alone: self-attention) → [B, Tq, Dq]; with
 * `returnAttentionScores` also the weights [B, H, Tq, Tk]. Weights: queryKernel [Dq, H·d], keyKernel [Dk, H·d], valueKernel [Dv, H·e],
 * outputKernel [H·e, Dq], head after head in their columns (of the last: rows), and biases of all but the key. Padded keys have weight 0; where a query
 * sees no key, or is padding, all weights are 0 and the output is outputBias.
 */
export class MultiHeadAttention extends Attending<HeadParams, HeadCache> {
  override readonly kind = 'multi_head_attention';
  override readonly className = 'MultiHeadAttention';
  override readonly families = ['attention'] as const;
  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly useBias: boolean;
  protected override readonly weightsOverTime = false;
  private readonly kernelInitializer: Initializer;
  private readonly biasInitializer: Initializer;

  constructor(options: MultiHeadAttentionOptions) {
    super('MultiHeadAttention', options, optionNames);
    this.numHeads = requireCount('MultiHeadAttention', 'numHeads', options.numHeads);
    this.keyDim = requireCount('MultiHeadAttention', 'keyDim', options.keyDim);
    this.valueDim = requireCount('MultiHeadAttention', 'valueDim', options.valueDim ?? options.keyDim);
    this.useBias = options.useBias ?? true;
    this.kernelInitializer = checkedInitializer(options.kernelInitializer ?? 'glorotUniform');
    this.biasInitializer = checkedInitializer(options.biasInitializer ?? 'zeros');
  }

  override config(): JsonObject {
    return {
      ...super.config(), numHeads: this.numHeads, keyDim: this.keyDim, valueDim: this.valueDim, useBias: this.useBias,
      kernelInitializer: initializerName(this.kernelInitializer), biasInitializer: initializerName(this.biasInitializer),
    };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const { query, value } = this.sides(inputs);
    return this.returnAttentionScores ? [query, [this.numHeads, query[0] ?? 0, value[0] ?? 0]] : [query];
  }

  override parameters(inputs: readonly Shape[]): { [K in keyof HeadParams]: ParameterSpec } {
    const { query: [, dq = 1], value: [, dv = 1], key: [, dk = 1] } = this.sides(inputs);
    const [inner, outer] = [this.numHeads * this.keyDim, this.numHeads * this.valueDim];
    const kernel = (...shape: number[]): ParameterSpec => ({ shape, initializer: this.kernelInitializer });
    const bias = (size: number): ParameterSpec => ({ shape: [size], initializer: this.biasInitializer });
    return {
      queryKernel: kernel(dq, inner), keyKernel: kernel(dk, inner), valueKernel: kernel(dv, outer), outputKernel: kernel(outer, dq),
      ...(this.useBias ? { queryBias: bias(inner), valueBias: bias(outer), outputBias: bias(dq) } : {}),
    };
  }

  override forward(run: Run, p: HeadParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, HeadCache> {
    const { k } = run;
    const { query, value, key } = this.parts(inputs);
    const q = k.scale(project(k, query, p.queryKernel, p.queryBias), 1 / Math.sqrt(this.keyDim)); // Z9
    const compared = project(k, key, p.keyKernel); // Z9
    const v = project(k, value, p.valueKernel, p.valueBias); // Z9
    const { y: heads, mixed } = this.mix(run, k.headScores(q, compared, this.numHeads), v, inputs.length); // Z9, Z2, Z3
    const y = project(k, heads, p.outputKernel, p.outputBias); // Z10
    return { outputs: this.returnAttentionScores ? [y, mixed.a] : [y], cache: { inputs, q, k: compared, mixed, heads, y } };
  }

  override backward(run: Run, p: HeadParams, cache: HeadCache, dOutputs: readonly (Tensor | undefined)[], grads: HeadParams): Tensor[] {
    const { k } = run;
    const { inputs, q, mixed, heads, y } = cache;
    const { query, value, key } = this.parts(inputs);
    const dy = dOutput(k, dOutputs, y);
    const { ds, dv } = this.unmix(run, mixed, projectBack(k, heads, p.outputKernel, dy), dOutputs[1]); // Z11, Z4, Z5
    const dq = k.scale(k.headMix(ds, cache.k), 1 / Math.sqrt(this.keyDim)); // Z6
    const dk = k.headMix(ds, q, true); // Z6
    if (!run.frozen) {
      projectWeightsTo(k, heads, dy, grads, 'outputKernel', 'outputBias'); // Z11
      projectWeightsTo(k, query, dq, grads, 'queryKernel', 'queryBias'); // Z11
      projectWeightsTo(k, key, dk, grads, 'keyKernel'); // Z11
      projectWeightsTo(k, value, dv, grads, 'valueKernel', 'valueBias'); // Z11
    }
    if (run.inputGradient === false) return [];
    return this.gathered(k, inputs.length, projectBack(k, query, p.queryKernel, dq), projectBack(k, value, p.valueKernel, dv), projectBack(k, key, p.keyKernel, dk)); // Z11
  }

  protected override headCount(): number {
    return this.numHeads;
  }
}
