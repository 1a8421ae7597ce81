/**
 * Embedding: a trained vector for each index (Bengio et al. 2003).
 *
 * For indices x from 0 to V − 1, each at a place r of its batch:
 *   E1  y_r = W[x_r]
 *   E2  dW[v] = Σ_{r: x_r = v} dy_r
 * W `embeddings` [V, D]. Indices have no gradient. Cached: x. Derivation: docs/sequence-layers.md.
 */
import type { Tensor } from '../backend.js';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import type { Shape } from '../tensor.js';
import { Layer, checkedInitializer, commonNames, dOutput, initializerName } from './layer.js';
import type { CommonOptions, Forward, InputRule, JsonObject, NoTensors, ParameterSpec, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';
import { ruleNames } from './weightRules.js';
import type { RuleOptions } from './weightRules.js';

/** float32 holds every whole number up to here. */
const mostIndices = 2 ** 24;

export interface EmbeddingOptions extends CommonOptions, RuleOptions<'embeddings'> {
  /** How many indices there are, V: they go from 0 to V − 1. */
  inputDim: number;
  /** Numbers of each vector, D. */
  outputDim: number;
  /** Steps with index 0 (where a step has several, with nothing else) are padding: they make the mask of the layers that follow. Default false. */
  maskZero?: boolean | undefined;
  /** Default 'randomUniform', within ±0.05. For vectors from elsewhere a function that returns them, with `trainable: false` where they shall stay. */
  embeddingsInitializer?: Initializer | undefined;
}

const optionNames: OptionNames<EmbeddingOptions> = { ...commonNames, ...ruleNames('embeddings'), inputDim: true, outputDim: true, maskZero: 'flag', embeddingsInitializer: true };

type EmbeddingParams = { embeddings: Tensor };
interface EmbeddingCache { readonly x: Tensor; readonly y: Tensor }

/**
 * Whole numbers [B, T] (or [B], [B, T, …]) → [B, T, outputDim]. Weights: embeddings [inputDim, outputDim]. It is applied to an input of
 * the model itself: an index that is none is a DataError before a step is run.
 *
 * @throws ArgumentError for more than 2^24 indices, which float32 cannot tell apart.
 */
export class Embedding extends Layer<EmbeddingParams, NoTensors, EmbeddingCache> {
  override readonly kind = 'embedding';
  override readonly className = 'Embedding';
  override readonly families = ['lookup'] as const;
  readonly inputDim: number;
  readonly outputDim: number;
  readonly maskZero: boolean;
  private readonly embeddingsInitializer: Initializer;

  constructor(options: EmbeddingOptions) {
    super(checkOptions('Embedding', options, optionNames));
    this.inputDim = requireCount('Embedding', 'inputDim', options.inputDim);
    this.outputDim = requireCount('Embedding', 'outputDim', options.outputDim);
    this.maskZero = options.maskZero ?? false;
    this.embeddingsInitializer = checkedInitializer(options.embeddingsInitializer ?? 'randomUniform');
    if (this.inputDim > mostIndices) {
      throw new ArgumentError({ operation: 'Embedding', argument: 'inputDim', expected: 'at most 2^24, as float32 tells no more whole numbers apart', actual: String(this.inputDim) });
    }
  }

  override config(): JsonObject {
    const { inputDim, outputDim, maskZero } = this;
    return { inputDim, outputDim, maskZero, embeddingsInitializer: initializerName(this.embeddingsInitializer) };
  }

  override inputRules(): readonly InputRule[] {
    return [{ indices: this.inputDim, padding: this.maskZero ? 0 : undefined }];
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    if (this.maskZero && x.length === 0) {
      throw new ShapeError({ operation: this.label(), argument: 'input', expected: '[batch, time], since maskZero makes a mask of steps', actual: '[batch]' });
    }
    return [[...x, this.outputDim]];
  }

  override parameters(): { embeddings: ParameterSpec } {
    return { embeddings: { shape: [this.inputDim, this.outputDim], initializer: this.embeddingsInitializer } };
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override forward({ k }: Run, p: EmbeddingParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, EmbeddingCache> {
    const x = this.single(inputs);
    const y = k.gatherRows(p.embeddings, x); // E1
    return { outputs: [y], cache: { x, y } };
  }

  override backward({ k, frozen }: Run, _p: EmbeddingParams, { x, y }: EmbeddingCache, dOutputs: readonly (Tensor | undefined)[], grads: EmbeddingParams): Tensor[] {
    if (!frozen) grads.embeddings = k.scatterRowsTo(grads.embeddings, x, dOutput(k, dOutputs, y)); // E2
    return [];
  }
}
