/**
 * System 5's network: a picture of candles and the closes it was drawn from, fused.
 *
 *   image [size, size, 3] ─ ResNet of 16 residual blocks ─ extract (3×3, relu) ─ flatten ─┐
 *                                                                                  concatenate ─ dense (relu) ─ dense 1
 *   closes [window, 1] ─ LSTM ─ LSTM ─ flatten ───────────────────────────────────────────┘
 *
 * As published but for the units (samples.ts), the rate, gradients clipped to norm 1, and a last layer that begins at 0, which is no-change. Without the
 * clipping the first steps killed the image branch of the full size.
 */
import { Adam, Concatenate, Conv2D, Dense, Flatten, Input, LSTM, Model, ResNet, cosine, resnet34 } from 'bptt';
import type { Backend } from 'bptt';

/** Bars in a picture. */
export const WINDOW = 50;

/** The convolution that heat maps read. */
export const EXTRACT_LAYER = 'extract';

export interface NetworkSize {
  /** The published image branch, 34 layers of up to 512 channels; else an eighth of its width, and a stem for small pictures. */
  readonly full: boolean;
  /** Height and width of a picture in pixels. */
  readonly pixels: number;
  readonly seed: number;
}

export const PIXELS = { full: 350, reduced: 64 } as const;

const REDUCED = [8, 16, 32, 64] as const;
const BLOCKS = [3, 4, 6, 3] as const;
const LSTM_UNITS = 50;
const HEAD_UNITS = 64;
/** Less than the published .003, under which fits this short end with a head of dead relus; over each fit it falls to 0, so that none ends in a jump. */
const RATE = 0.002;
const CLIP = 1;

/** Not compiled. Inputs: pictures, then closes. */
export function buildNetwork({ full, pixels, seed }: NetworkSize): Model {
  const image = Input({ shape: [pixels, pixels, 3] });
  const closes = Input({ shape: [WINDOW, 1] });
  const trunk = full ? resnet34() : new ResNet({ blocks: BLOCKS, widths: REDUCED, stem: { kernelSize: 3, stride: 2, pool: false } });
  const extract = new Conv2D({ filters: full ? 512 : REDUCED[3], kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: 'heNormal', name: EXTRACT_LAYER });
  const seen = new Flatten().apply(extract.apply(trunk.apply(image)));
  const first = new LSTM({ units: LSTM_UNITS, returnSequences: true });
  const read = new Flatten().apply(new LSTM({ units: LSTM_UNITS, returnSequences: true }).apply(first.apply(closes)));
  const head = new Dense({ units: HEAD_UNITS, activation: 'relu', kernelInitializer: 'heNormal' }).apply(new Concatenate().apply([seen, read]));
  return new Model({ inputs: [image, closes], outputs: new Dense({ units: 1, kernelInitializer: 'zeros' }).apply(head), seed });
}

/** Ready for fits of one epoch each. */
export function compileNetwork(model: Model, backend: Backend): Model {
  model.compile({ optimizer: new Adam({ learningRate: cosine({ rate: RATE, epochs: 1 }), globalClipNorm: CLIP }), loss: 'mse', backend });
  return model;
}

/** The weights in a file of their own, without what only training needs. */
export function weightsOnly(model: Model, size: NetworkSize): Uint8Array {
  const bare = buildNetwork(size);
  bare.setWeights(model.getWeights());
  return bare.toBytes();
}
