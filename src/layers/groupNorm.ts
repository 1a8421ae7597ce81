/**
 * Group normalisation (Wu & He 2018): the channels of a sample in G groups, each with one mean and one variance over its channels and
 * all steps or pixels of the sample. x [B, S, C] is read as [B, S, G, C/G]; with m_bs 1 for steps that are real, else 0:
 *   N12  w_bs = m_bs / (C/G·Σ_s m_bs),  μ_bg = Σ w_bs·x_bsgc,  variance_bg = Σ w_bs·(x_bsgc−μ_bg)²,  sums over s and c
 *   N13  dx = s·(dx̂ − w·(Σ dx̂ + x̂·Σ dx̂⊙x̂)),  sums over s and c
 * N2–N5 as in layerNorm.ts; γ and β are one a channel. Without padding w is one over the number of entries. Padded steps are normalised
 * like the rest. Where no step is real, w is 0. Derivation: docs/layers.md.
 */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ShapeError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { dOutput } from './layer.js';
import type { Forward, JsonObject, NoTensors, Run } from './layer.js';
import { Normalization, normNames } from './normalization.js';
import type { NormOptions, NormParams } from './normalization.js';

export interface GroupNormOptions extends NormOptions {
  /** Default 32, Keras's. Divides the channels; 1 is layer normalisation over all of a sample, as many as channels instance normalisation. */
  groups?: number | undefined;
}

const optionNames: OptionNames<GroupNormOptions> = { ...normNames, groups: true };

interface GroupNormCache {
  readonly y: Tensor;
  /** x̂ [B, S, G, C/G]. */
  readonly hat: Tensor;
  /** s [B, 1, G, 1]. */
  readonly inverseStd: Tensor;
  /** [B·S], where a mask came. */
  readonly w: Tensor | undefined;
}

/** Sums of [B, S, G, C/G] over s and c. */
function sumGroups(k: Kernels, x: Tensor): Tensor {
  const [batch = 1, , groups = 1] = x.shape;
  return k.sumAxes(x, [batch, 1, groups, 1]);
}

/** x [B, S, G, C/G] times the weight of its step. */
function weighed(k: Kernels, x: Tensor, w: Tensor | undefined): Tensor {
  const [, steps = 1, , channels = 1] = x.shape;
  if (!w) return k.scale(x, 1 / (steps * channels)); // N12, N13
  return k.reshape(k.mulRows(k.reshape(x, [w.size, x.size / w.size]), w), x.shape); // N12, N13
}

/** w [B·S] of N12 from a mask [B, T], where each step is S/T places. */
function weightsOf(k: Kernels, mask: Tensor, [batch = 1, places = 1, , channels = 1]: Shape): Tensor {
  const real = k.reshape(k.broadcast(k.reshape(mask, [...mask.shape, 1]), [...mask.shape, places / (mask.shape[1] ?? 1)]), [batch, places]);
  return k.reshape(k.scale(k.divRows(real, k.reshape(k.sumAxes(real, [batch, 1]), [batch])), 1 / channels), [batch * places]); // N12
}

/** x [B, …, C], shape unchanged. Weights: gamma [C] (ones), beta [C] (zeros), unless `scale` or `center` is false. */
export class GroupNorm extends Normalization<NoTensors, GroupNormCache> {
  override readonly kind = 'group_norm';
  override readonly className = 'GroupNorm';
  override readonly families = ['broadcast', 'pointwise'] as const;
  readonly groups: number;

  constructor(options: GroupNormOptions = {}) {
    super('GroupNorm', checkOptions('GroupNorm', options, optionNames), optionNames);
    this.groups = requireCount('GroupNorm', 'groups', options.groups ?? 32);
  }

  override config(): JsonObject {
    return { ...super.config(), groups: this.groups };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    const channels = x.at(-1);
    if (channels !== undefined && channels % this.groups === 0) return [x];
    throw new ShapeError({
      operation: this.label(), argument: 'channels', expected: `a multiple of the ${this.groups} groups`, actual: String(channels), hint: 'Set groups.',
    });
  }

  override forward({ k, mask }: Run, p: NormParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, GroupNormCache> {
    const input = this.single(inputs);
    const [batch = 1] = input.shape;
    const channels = input.shape.at(-1) ?? 1;
    const shape = [batch, input.size / (batch * channels), this.groups, channels / this.groups];
    const x = k.reshape(input, shape);
    const w = mask && weightsOf(k, mask, shape);
    const mean = sumGroups(k, weighed(k, x, w)); // N12
    const centred = k.sub(x, k.broadcast(mean, shape));
    const variance = sumGroups(k, weighed(k, k.mul(centred, centred), w)); // N12
    const inverseStd = k.reciprocal(k.sqrt(k.affine(variance, 1, this.epsilon))); // N2
    const hat = k.mul(centred, k.broadcast(inverseStd, shape)); // N3
    const scaled = k.reshape(p.gamma ? k.mulTiled(hat, p.gamma) : k.copy(hat), input.shape); // N3
    const y = p.beta ? k.addRow(scaled, p.beta) : scaled; // N3
    return { outputs: [y], cache: { y, hat, inverseStd, w } };
  }

  override backward(
    { k }: Run, p: NormParams, { y, hat, inverseStd, w }: GroupNormCache, dOutputs: readonly (Tensor | undefined)[], grads: NormParams,
  ): Tensor[] {
    const dy = dOutput(k, dOutputs, y);
    if (grads.gamma) grads.gamma = k.sumRowsTo(grads.gamma, k.mul(dy, hat)); // N4
    if (grads.beta) grads.beta = k.sumRowsTo(grads.beta, dy); // N5
    const dHat = k.reshape(p.gamma ? k.mulTiled(dy, p.gamma) : dy, hat.shape);
    const direct = k.broadcast(sumGroups(k, dHat), hat.shape);
    const through = k.add(direct, k.mul(hat, k.broadcast(sumGroups(k, k.mul(dHat, hat)), hat.shape)));
    const dx = k.mul(k.broadcast(inverseStd, hat.shape), k.sub(dHat, weighed(k, through, w))); // N13
    return [k.reshape(dx, y.shape)];
  }
}
