/** Layers without a time loop. PyTorch's kernels are [out, in, …] and its images channels first; ours are [.., in, out] and channels last. */
import type { Shape } from '../../../tensor.js';
import type { Described } from './recurrent.js';
import { featureKernel, shown } from './slot.js';
import type { Flattened, Obstacle, Slot, WeightRule } from './slot.js';

type Mapper = (described: Described, flattened: Flattened) => (Slot | Obstacle)[];

const nothing = { inert: [], notes: [] };

/** The rule of a weight, or none where the layer does without it. */
function rule({ name, shapes }: Described, weight: string, leaf: string, axes: readonly number[], more: Partial<WeightRule> = {}): WeightRule[] {
  const shape = shapes.get(weight);
  return shape ? [{ key: `${name}/${weight}`, shape, leaves: [leaf], axes, ...more }] : [];
}

/** Axes of [k…, in, out] in [out, in, k…]. */
function kernelAxes(kernel: Shape): number[] {
  const taps = kernel.length - 2;
  return [...Array.from({ length: taps }, (_, i) => 2 + i), 1, 0];
}

/** A vector of features that were an image [H, W, C] here and [C, H, W] there. */
function featureRule(described: Described, weight: string, leaf: string, flattened: Flattened): WeightRule[] {
  const axes = (seen: Shape): number[] => [...Array.from({ length: seen.length - 1 }, (_, i) => 1 + i), 0];
  return flattened && described.shapes.has(weight)
    ? rule(described, weight, leaf, axes(flattened), { seen: flattened, stored: described.shapes.get(weight) ?? [] })
    : rule(described, weight, leaf, [0]);
}

const dense: Mapper = (described, flattened) => {
  const { axes, ...image } = featureKernel(described.shapes.get('kernel') ?? [], flattened);
  return [{ layer: described.name, module: 'nn.Linear', ...nothing, weights: [...rule(described, 'kernel', 'weight', axes, image), ...rule(described, 'bias', 'bias', [0])] }];
};

/** Transposed ones too: their kernel is [k…, out, in] here and [in, out, k…] there. */
function convolution(module: string): Mapper {
  return (described) => {
    const kernel = described.shapes.get('kernel') ?? [];
    return [{ layer: described.name, module, ...nothing, weights: [...rule(described, 'kernel', 'weight', kernelAxes(kernel)), ...rule(described, 'bias', 'bias', [0])] }];
  };
}

/** [k…, C, M] here is [C·M, 1, k…] there, a convolution of C groups. */
function depthwiseRule(described: Described, weight: string): WeightRule[] {
  const kernel = described.shapes.get(weight) ?? [];
  const taps = kernel.slice(0, -2);
  const [channels = 1, multiplier = 1] = kernel.slice(-2);
  return rule(described, weight, 'weight', [...taps.map((_, i) => 2 + i), 0, 1], { stored: [channels * multiplier, 1, ...taps] });
}

function depthwise(module: string): Mapper {
  return (described) => [{ layer: described.name, module, ...nothing, weights: [...depthwiseRule(described, 'kernel'), ...rule(described, 'bias', 'bias', [0])] }];
}

function separable(module: string): Mapper {
  return (described) => {
    const pointwise = described.shapes.get('pointwiseKernel') ?? [];
    return [
      { layer: described.name, module, ...nothing, weights: depthwiseRule(described, 'depthwiseKernel') },
      { layer: described.name, module, ...nothing, weights: [...rule(described, 'pointwiseKernel', 'weight', kernelAxes(pointwise)), ...rule(described, 'bias', 'bias', [0])] },
    ];
  };
}

/** @param epsilon PyTorch's default. */
function norm(module: string, epsilon: number): Mapper {
  return (described, flattened) => {
    const { name, config } = described;
    if (module === 'nn.BatchNorm' && config.scale !== config.center) return [{ layer: name, problem: 'only one of scale and center, where nn.BatchNorm has both or neither' }];
    const notes = config.epsilon === epsilon ? [] : [`'${name}': epsilon is ${shown(config.epsilon)} here; PyTorch's default is ${epsilon}, and no file says which it was`];
    const weights = ([['gamma', 'weight'], ['beta', 'bias'], ['movingMean', 'running_mean'], ['movingVariance', 'running_var']] as const)
      .flatMap(([ours, theirs]) => featureRule(described, ours, theirs, flattened));
    return [{ layer: name, module, weights, notes, inert: module === 'nn.BatchNorm' ? ['num_batches_tracked'] : [] }];
  };
}

const embedding: Mapper = (described) => [{ layer: described.name, module: 'nn.Embedding', ...nothing, weights: rule(described, 'embeddings', 'weight', [0, 1]) }];

/** PyTorch stacks the three projections of its inputs; the bias of the keys moves all scores of a query alike and does nothing. */
const attention: Mapper = (described) => {
  const { name, shapes } = described;
  const [width = 1, inner = 1] = shapes.get('queryKernel') ?? [];
  const [keyWidth = 1] = shapes.get('keyKernel') ?? [];
  const [valueWidth = 1, outer = 1] = shapes.get('valueKernel') ?? [];
  if (inner !== width || outer !== width) {
    return [{ layer: name, problem: `heads of ${inner} and ${outer} numbers together, where nn.MultiheadAttention has as many as the query, ${width}` }];
  }
  const together = keyWidth === width && valueWidth === width;
  const kernel = (weight: string, index: number, alone: string): WeightRule[] =>
    (together ? rule(described, weight, 'in_proj_weight', [1, 0], { block: { index, of: 3 } }) : rule(described, weight, alone, [1, 0]));
  return [{
    layer: name, module: 'nn.MultiheadAttention', ...nothing, weights: [
      ...kernel('queryKernel', 0, 'q_proj_weight'), ...kernel('keyKernel', 1, 'k_proj_weight'), ...kernel('valueKernel', 2, 'v_proj_weight'),
      ...rule(described, 'queryBias', 'in_proj_bias', [0], { block: { index: 0, of: 3 } }), ...rule(described, 'valueBias', 'in_proj_bias', [0], { block: { index: 2, of: 3 } }),
      ...rule(described, 'outputKernel', 'out_proj.weight', [1, 0]), ...rule(described, 'outputBias', 'out_proj.bias', [0]),
    ],
  }];
};

/** Additive scores; others have no weights. */
const additive: Mapper = (described) => ['queryKernel', 'keyKernel', 'scoreKernel'].map((weight) => (
  { layer: described.name, module: 'nn.Linear', ...nothing, weights: rule(described, weight, 'weight', [1, 0]) }
));

export const mappers: Readonly<Record<string, Mapper>> = {
  Dense: dense, Embedding: embedding, MultiHeadAttention: attention, Attention: additive,
  Conv1D: convolution('nn.Conv1d'), Conv2D: convolution('nn.Conv2d'), Conv1DTranspose: convolution('nn.ConvTranspose1d'), Conv2DTranspose: convolution('nn.ConvTranspose2d'),
  DepthwiseConv1D: depthwise('nn.Conv1d'), DepthwiseConv2D: depthwise('nn.Conv2d'), SeparableConv1D: separable('nn.Conv1d'), SeparableConv2D: separable('nn.Conv2d'),
  BatchNorm: norm('nn.BatchNorm', 1e-5), LayerNorm: norm('nn.LayerNorm', 1e-5), GroupNorm: norm('nn.GroupNorm', 1e-5), RMSNorm: norm('nn.RMSNorm', 2 ** -23),
};
