/** One forecast with what moved it: where the picture did, by signed Grad-CAM, and which closes did, by the LSTM's input gradients. */
import type { Model } from 'bptt';
import { gradCam, inputGradients } from 'bptt/explain';
import type { Bar } from '../data/bar.js';
import { EXTRACT_LAYER, WINDOW } from './network.js';
import { samplesOf } from './samples.js';

/** What moved a forecast, in per cent of the price: above 0 what raised it, below 0 what lowered it. */
export interface Moved {
  /** Grad-CAM of the picture, [size, size], row by row from the top left. */
  readonly map: { readonly values: Float64Array; readonly size: number };
  /** For each bar of the window: the gradient in its close times how far that lies from the last close. */
  readonly closes: Float64Array;
}

export interface Explained extends Moved {
  /** log10, without correction. */
  readonly forecast: number;
}

/** @param bars the last WINDOW of them are looked at. */
export async function explain(model: Model, bars: readonly Bar[], pixels: number): Promise<Explained> {
  const { inputs, sigmas, lasts } = samplesOf([{ bars, origin: bars.length - 1 }], pixels);
  const [sigma = NaN, last = NaN] = [sigmas[0], lasts[0]];
  const { maps, scores } = await gradCam(model, inputs, { layer: EXTRACT_LAYER, signed: true });
  const { gradients } = await inputGradients(model, inputs);
  // Near 1, a difference of log10 times 100 ln 10 is per cent.
  const percent = sigma * Math.LN10 * 100;
  const [, closes] = inputs;
  return {
    forecast: last + sigma * (scores[0] ?? NaN),
    map: { values: Float64Array.from(maps.data, (value) => value * percent), size: maps.shape[1] ?? 0 },
    closes: Float64Array.from({ length: WINDOW }, (_, t) => (gradients[1]?.data[t] ?? 0) * (closes.data[t] ?? 0) * percent),
  };
}
