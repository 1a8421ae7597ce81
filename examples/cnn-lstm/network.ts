/**
 * System 5's networks: the fusion of an image branch and a price branch, and each branch on its own with the same head.
 *
 *   image [size, size, 3] ─ ResNet of 16 residual blocks ─ extract (3×3, relu) ─ flatten ─┐
 *                                                                                  concatenate ─ dense (relu) ─ dense 1
 *   log10 closes [window, 1] ─ LSTM ─ LSTM ─ flatten ─────────────────────────────────────┘
 */
import { Concatenate, Conv2D, Dense, Flatten, Input, LSTM, Model, ResNet, resnet34 } from 'bptt';
import type { SymbolicTensor } from 'bptt';
import type { SampleOptions } from './samples.js';

export const NETWORKS = ['fusion', 'cnn', 'lstm'] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** The convolution that heat maps read. */
export const EXTRACT_LAYER = 'extract';

export interface NetworkOptions extends SampleOptions {
  /** The published image branch, 34 layers of up to 512 channels; else an eighth of its width, and a stem for small images. */
  readonly full: boolean;
  readonly seed: number;
}

/** Channels of the four stages at reduced size. */
const REDUCED = [8, 16, 32, 64] as const;
const BLOCKS = [3, 4, 6, 3] as const;

/** Widths that the published text does not give. */
const LSTM_UNITS = 50;
const HEAD_UNITS = 64;

function imageBranch(image: SymbolicTensor, full: boolean): SymbolicTensor {
  const trunk = full ? resnet34() : new ResNet({ blocks: BLOCKS, widths: REDUCED, stem: { kernelSize: 3, stride: 2, pool: false } });
  const extract = new Conv2D({
    filters: full ? 512 : REDUCED[3], kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: 'heNormal', name: EXTRACT_LAYER,
  });
  return new Flatten().apply(extract.apply(trunk.apply(image)));
}

function priceBranch(closes: SymbolicTensor): SymbolicTensor {
  const first = new LSTM({ units: LSTM_UNITS, returnSequences: true });
  return new Flatten().apply(new LSTM({ units: LSTM_UNITS, returnSequences: true }).apply(first.apply(closes)));
}

/** Not compiled. Inputs of the fusion: images, then closes. */
export function buildNetwork(name: NetworkName, { window, size, full, seed }: NetworkOptions): Model {
  const image = Input({ shape: [size, size, 3] });
  const closes = Input({ shape: [window, 1] });
  const head = (features: SymbolicTensor): SymbolicTensor =>
    new Dense({ units: 1 }).apply(new Dense({ units: HEAD_UNITS, activation: 'relu', kernelInitializer: 'heNormal' }).apply(features));
  switch (name) {
    case 'fusion':
      return new Model({ inputs: [image, closes], outputs: head(new Concatenate().apply([imageBranch(image, full), priceBranch(closes)])), seed });
    case 'cnn':
      return new Model({ inputs: image, outputs: head(imageBranch(image, full)), seed });
    case 'lstm':
      return new Model({ inputs: closes, outputs: head(priceBranch(closes)), seed });
  }
}
