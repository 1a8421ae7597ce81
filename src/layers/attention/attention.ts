/**
 * Attention of one head (attending.ts has Z2–Z5). Scores of query q_i [D] and key k_j:
 *   Z1  dot: s_ij = q_i·k_j (Luong, Pham & Manning 2015); scaledDot: the same over √D (Vaswani et al. 2017)
 *   Z6  dq_i = Σ_j ds_ij·k_j,  dk_j = Σ_i ds_ij·q_i,  over √D where scaled
 *   Z7  additive (Bahdanau, Cho & Bengio 2015): q' = q·W_q,  k' = k·W_k,  s_ij = Σ_a v_a·tanh(q'_ia + k'_ja)
 *   Z8  with t = tanh(q'_ia + k'_ja) and dz_ija = ds_ij·v_a·(1−t²): dq'_ia = Σ_j dz_ija,  dk'_ja = Σ_i dz_ija,  dv_a = Σ_ij ds_ij·t
 * Symbols: W_q queryKernel [Dq, A], W_k keyKernel [Dk, A], v scoreKernel [A, 1]. Derivation: docs/attention.md.
 */
import type { Tensor } from '../../backend.js';
import { requireChoice, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ShapeError } from '../../errors.js';
import type { Initializer } from '../../initializers.js';
import { sizesMeet } from '../../openShapes.js';
import type { Shape } from '../../tensor.js';
import { checkedInitializer, dOutput, initializerName } from '../layer.js';
import type { Forward, JsonObject, NoTensors, ParameterSpec, Run } from '../layer.js';
import { Attending, attendingNames } from './attending.js';
import type { AttendingOptions, Mixed } from './attending.js';
import { project, projectBack, projectWeightsTo } from './projection.js';

export type AttentionScore = 'dot' | 'scaledDot' | 'additive';

export interface AttentionOptions extends AttendingOptions {
  /** How well a key answers a query. Default 'dot', which has no weights. */
  score?: AttentionScore | undefined;
  /** A, the width that additive scores compare queries and keys in. Default: the width of the query. */
  units?: number | undefined;
  /** Of the weights of additive scores. Default 'glorotUniform'. */
  kernelInitializer?: Initializer | undefined;
}

const optionNames: OptionNames<AttentionOptions> = { ...attendingNames, score: true, units: true, kernelInitializer: true };

type AttentionParams = { queryKernel?: Tensor; keyKernel?: Tensor; scoreKernel?: Tensor };
interface AttentionCache {
  readonly inputs: readonly Tensor[];
  /** What was compared: scaled, or projected. */
  readonly q: Tensor;
  readonly k: Tensor;
  readonly mixed: Mixed;
  readonly y: Tensor;
}

/**
 * For every step of a query the mean of values, weighted by how well their keys answer: an encoder–decoder looks back at its encoder with
 * `new Attention().apply([decoded, encoded])`. Query [B, Tq, Dq], value [B, Tk, Dv], key [B, Tk, Dk] (default: the value) → [B, Tq, Dv]; with
 * `returnAttentionScores` also the weights [B, Tq, Tk]. Padded keys have weight 0; where a query sees no key, or is padding, all weights and
 * the output are 0.
 */
export class Attention extends Attending<AttentionParams, AttentionCache> {
  override readonly kind = 'attention';
  override readonly className = 'Attention';
  override readonly families = ['attention'] as const;
  readonly score: AttentionScore;
  readonly units: number | undefined;
  protected override readonly weightsOverTime = true;
  private readonly kernelInitializer: Initializer;

  constructor(options: AttentionOptions = {}) {
    super('Attention', options, optionNames);
    this.score = requireChoice('Attention', 'score', options.score ?? 'dot', ['dot', 'scaledDot', 'additive']);
    this.units = options.units === undefined ? undefined : requireCount('Attention', 'units', options.units);
    this.kernelInitializer = checkedInitializer(options.kernelInitializer ?? 'glorotUniform');
  }

  override config(): JsonObject {
    return { ...super.config(), score: this.score, units: this.units, kernelInitializer: initializerName(this.kernelInitializer) };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const { query, value, key } = this.sides(inputs);
    if (this.score !== 'additive' && !sizesMeet(query[1], key[1])) {
      throw new ShapeError({
        operation: this.label(), argument: 'key', expected: `of the width ${query[1]} of the query`, actual: `${key[1]}`, hint: "Project one of them by Dense, or set score: 'additive'.",
      });
    }
    const y = [query[0] ?? 0, value[1] ?? 0];
    return this.returnAttentionScores ? [y, [query[0] ?? 0, value[0] ?? 0]] : [y];
  }

  override parameters(inputs: readonly Shape[]): { [K in keyof AttentionParams]: ParameterSpec } {
    if (this.score !== 'additive') return {};
    const { query, key } = this.sides(inputs);
    const units = this.units ?? query[1] ?? 1;
    const initializer = this.kernelInitializer;
    return {
      queryKernel: { shape: [query[1] ?? 1, units], initializer }, keyKernel: { shape: [key[1] ?? 1, units], initializer },
      scoreKernel: { shape: [units, 1], initializer },
    };
  }

  override forward(run: Run, p: AttentionParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, AttentionCache> {
    const { k } = run;
    const { query, value, key } = this.parts(inputs);
    const { queryKernel, keyKernel, scoreKernel } = p;
    const additive = queryKernel && keyKernel && scoreKernel;
    const q = additive ? project(k, query, queryKernel) : this.scaled(run, query); // Z7, Z1
    const compared = additive ? project(k, key, keyKernel) : key; // Z7
    const s = additive ? k.additiveScores(q, compared, scoreKernel) : k.headScores(q, compared, 1); // Z7, Z1
    const { y, mixed } = this.mix(run, s, value, inputs.length); // Z2, Z3
    const weights = k.reshape(mixed.a, [mixed.a.shape[0] ?? 1, ...mixed.a.shape.slice(2)]);
    return { outputs: this.returnAttentionScores ? [y, weights] : [y], cache: { inputs, q, k: compared, mixed, y } };
  }

  override backward(
    run: Run, p: AttentionParams, cache: AttentionCache, dOutputs: readonly (Tensor | undefined)[], grads: AttentionParams,
  ): Tensor[] {
    const { k } = run;
    const { inputs, q, mixed, y } = cache;
    const { query, key } = this.parts(inputs);
    const { ds, dv } = this.unmix(run, mixed, dOutput(k, dOutputs, y), dOutputs[1]); // Z4, Z5
    const { queryKernel, keyKernel, scoreKernel } = p;
    if (!queryKernel || !keyKernel || !scoreKernel) {
      const dQuery = this.scaled(run, k.headMix(ds, cache.k)); // Z6
      return this.gathered(k, inputs.length, dQuery, dv, k.headMix(ds, q, true)); // Z6
    }
    const { dq, dk, dV } = k.additiveScoresBackward(q, cache.k, scoreKernel, ds, grads.scoreKernel ?? k.zeros(scoreKernel.shape)); // Z8
    grads.scoreKernel = dV;
    if (!run.frozen) {
      projectWeightsTo(k, query, dq, grads, 'queryKernel');
      projectWeightsTo(k, key, dk, grads, 'keyKernel');
    }
    if (run.inputGradient === false) return [];
    return this.gathered(k, inputs.length, projectBack(k, query, queryKernel, dq), dv, projectBack(k, key, keyKernel, dk));
  }

  protected override headCount(): number {
    return 1;
  }

  private scaled({ k }: Run, query: Tensor): Tensor {
    return this.score === 'scaledDot' ? k.scale(query, 1 / Math.sqrt(query.shape[2] ?? 1)) : query; // Z1
  }
}
