/** Residual networks (He et al. 2015, table 1): a stem, then stages of residual blocks; all stages but the first halve the image. */
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import { Activation } from '../layers/activation.js';
import type { AnyLayer, SymbolicTensor } from '../layers/layer.js';
import { MaxPool2D } from '../layers/pooling.js';
import { Block, chain } from './block.js';
import { ResidualBlock, convolution, styleNames } from './residual.js';
import type { ConvolutionStyle } from './residual.js';

export interface ResNetStem {
  /** Default: the first width. */
  filters?: number | undefined;
  /** Default 7; odd. */
  kernelSize?: number | undefined;
  /** Default 2. */
  stride?: number | undefined;
  /** Maximum over 3×3 with stride 2 after it. Default true. */
  pool?: boolean | undefined;
}

const stemNames: OptionNames<ResNetStem> = { filters: true, kernelSize: true, stride: true, pool: 'flag' };

export interface ResNetOptions extends ConvolutionStyle {
  /** Residual blocks of each stage: [3, 4, 6, 3] for 34 layers. */
  blocks: readonly number[];
  /** Channels of each stage. Default 64, doubled from stage to stage. */
  widths?: readonly number[] | undefined;
  /** What comes before the stages. For small images: { kernelSize: 3, stride: 1, pool: false }. */
  stem?: ResNetStem | undefined;
  /** Stem of all layer names, needed where a model has two. */
  name?: string | undefined;
}

const optionNames: OptionNames<ResNetOptions> = { ...styleNames, blocks: true, widths: true, stem: true, name: true };

/**
 * The trunk, x [B, H, W, C] → feature maps [B, about H / 2^(stages + 1), …, last width] with the default stem; a head is
 * GlobalAveragePool2D and Dense. Layers: stem.conv, stem.norm, stem.relu, stem.pool, then stage1.block1.conv1 and so on.
 */
export class ResNet extends Block {
  private readonly parts: readonly (AnyLayer | Block)[];

  constructor(options: ResNetOptions) {
    super(checkOptions('ResNet', options, optionNames).name);
    const { blocks, widths = blocks.map((_, i) => 64 * 2 ** i), stem = {}, batchNorm, kernelInitializer, trainable } = options;
    if (blocks.length === 0 || widths.length !== blocks.length || blocks.some((n) => !Number.isInteger(n) || n < 1)) {
      throw new ArgumentError({
        operation: 'ResNet', argument: 'blocks and widths', expected: 'two lists of one length, a count and a width for each stage',
        actual: `${JSON.stringify(blocks)} and ${JSON.stringify(widths)}`,
      });
    }
    const { filters = widths[0] ?? 64, kernelSize = 7, stride = 2, pool = true } = checkOptions('ResNet, stem', stem, stemNames);
    if (kernelSize % 2 !== 1) {
      throw new ArgumentError({ operation: 'ResNet', argument: 'stem.kernelSize', expected: 'an odd number', actual: String(kernelSize) });
    }
    const style = { batchNorm, kernelInitializer, trainable };
    this.parts = [
      ...convolution(style, { filters, kernelSize, stride, padding: (kernelSize - 1) / 2 }, this.nameOf('stem.conv'), this.nameOf('stem.norm')),
      new Activation({ kind: 'relu', name: this.nameOf('stem.relu') }),
      ...(pool ? [new MaxPool2D({ poolSize: 3, stride: 2, padding: 1, name: this.nameOf('stem.pool') })] : []),
      ...widths.flatMap((width, stage) => Array.from({ length: blocks[stage] ?? 0 }, (_, i) => new ResidualBlock({
        ...style, filters: width, stride: stage > 0 && i === 0 ? 2 : 1, name: this.nameOf(`stage${stage + 1}.block${i + 1}`),
      }))),
    ];
  }

  override apply(x: SymbolicTensor): SymbolicTensor {
    return chain(x, this.parts);
  }

  protected override nameOf(part: string): string {
    return this.name === undefined ? part : `${this.name}.${part}`;
  }
}

/** ResNet-34: 21.3 million weights, for images of about 200 pixels and more. */
export function resnet34(options: Omit<ResNetOptions, 'blocks'> = {}): ResNet {
  return new ResNet({ ...options, blocks: [3, 4, 6, 3] });
}
