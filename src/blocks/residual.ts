/**
 * The basic residual block (He, Zhang, Ren & Sun 2015, "Deep residual learning for image recognition", figures 2 and 5):
 *
 *   x ─┬─ conv1 ─ norm1 ─ relu1 ─ conv2 ─ norm2 ─┐
 *      │  3×3, stride     3×3                    + ─ relu2 ─ y
 *      └─ shortcut ──────────────────────────────┘
 *
 *   H1  y = relu(F(x) + shortcut(x)),  F the upper path
 *   identity shortcut:    x, where stride is 1 and the channels stay (no weights)
 *   projection shortcut:  convolution 1×1 with the stride, then batch normalisation (option B of the paper)
 * Backward, the sum sends its gradient into both paths and x adds what both send back:
 *   H2  dx = (∂F/∂x)ᵀ·dz + (∂shortcut/∂x)ᵀ·dz,  dz = dy ⊙ relu′
 * which the graph does (models/execute.ts): a value used twice gets both gradients. Padding is 1 on all four sides.
 */
import type { Initializer } from '../initializers.js';
import { Activation } from '../layers/activation.js';
import { BatchNorm } from '../layers/batchNorm.js';
import { Conv2D } from '../layers/conv2d.js';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { AnyLayer, SymbolicTensor } from '../layers/layer.js';
import { Add } from '../layers/merge.js';
import { Block, chain } from './block.js';

export interface ConvolutionStyle {
  /** Momentum and epsilon of batch normalisation, or false: convolutions with bias instead. Default { momentum: 0.9, epsilon: 1e-5 }, as in PyTorch. */
  batchNorm?: false | { readonly momentum?: number | undefined; readonly epsilon?: number | undefined } | undefined;
  /** Default 'heNormal'. */
  kernelInitializer?: Initializer | undefined;
  /** False freezes every layer of the block, as of a layer. Default true. */
  trainable?: boolean | undefined;
}

export const styleNames: OptionNames<ConvolutionStyle> = { batchNorm: true, kernelInitializer: true, trainable: 'flag' };

export interface ResidualBlockOptions extends ConvolutionStyle {
  /** Channels of both convolutions and of the output. */
  filters: number;
  /** Of the first convolution and of the projection. Default 1. */
  stride?: number | undefined;
  /** Project even where x could be added as it is. Default false: only where stride or channels change the shape. */
  projection?: boolean | undefined;
  name?: string | undefined;
}

const optionNames: OptionNames<ResidualBlockOptions> = { ...styleNames, filters: true, stride: true, projection: 'flag', name: true };

/** Convolution without bias and batch normalisation, or convolution with bias. Padding on all four sides. */
export function convolution(
  { batchNorm = {}, kernelInitializer = 'heNormal', trainable }: ConvolutionStyle, size: { filters: number; kernelSize: number; stride: number; padding: number },
  name: string | undefined, normName: string | undefined,
): AnyLayer[] {
  const conv = new Conv2D({ ...size, useBias: batchNorm === false, kernelInitializer, trainable, name });
  return batchNorm === false ? [conv] : [conv, new BatchNorm({ momentum: 0.9, epsilon: 1e-5, ...batchNorm, trainable, name: normName })];
}

/** x [B, H, W, C] → [B, ⌈H / stride⌉, ⌈W / stride⌉, filters]. Layers: conv1, norm1, relu1, conv2, norm2, shortcut, shortcutNorm, add, relu2. */
export class ResidualBlock extends Block {
  readonly filters: number;
  readonly stride: number;
  private readonly projects: boolean;
  private readonly path: readonly AnyLayer[];
  private readonly projection: readonly AnyLayer[];
  private readonly add: Add;
  private readonly relu: Activation;

  constructor(options: ResidualBlockOptions) {
    super(checkOptions('ResidualBlock', options, optionNames).name);
    const { filters, stride = 1 } = options;
    requireCount('ResidualBlock', 'filters', filters);
    requireCount('ResidualBlock', 'stride', stride);
    this.filters = filters;
    this.stride = stride;
    this.projects = options.projection === true || stride !== 1;
    this.path = [
      ...convolution(options, { filters, kernelSize: 3, stride, padding: 1 }, this.nameOf('conv1'), this.nameOf('norm1')),
      new Activation({ kind: 'relu', name: this.nameOf('relu1') }),
      ...convolution(options, { filters, kernelSize: 3, stride: 1, padding: 1 }, this.nameOf('conv2'), this.nameOf('norm2')),
    ];
    this.projection = convolution(options, { filters, kernelSize: 1, stride, padding: 0 }, this.nameOf('shortcut'), this.nameOf('shortcutNorm'));
    this.add = new Add({ name: this.nameOf('add') });
    this.relu = new Activation({ kind: 'relu', name: this.nameOf('relu2') });
  }

  override apply(x: SymbolicTensor): SymbolicTensor {
    const shortcut = this.projects || x.shape.at(-1) !== this.filters ? chain(x, this.projection) : x;
    return this.relu.apply(this.add.apply([shortcut, chain(x, this.path)])); // H1
  }
}
