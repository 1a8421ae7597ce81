/**
 * From bars to what the network takes: a picture of the last 50 candles, their closes, and the close after.
 *
 * System 5 takes log10 of the closes as they are, which ties a network to the level of one share. Here closes are counted from the last one and in units
 * of the window's own volatility, so that one network serves all symbols and no-change is the forecast 0:
 *
 *   σ = deviation of the 49 differences of log10 closes      x_t = (log10 c_t − log10 c_last) / (σ √50)      y = (log10 c_next − log10 c_last) / σ
 */
import type { SampleSource } from 'bptt';
import { candlestickBatch } from 'bptt/charts';
import { deviation } from 'bptt/forecast';
import { columnsOf } from '../data/bar.js';
import type { Bar } from '../data/bar.js';
import { WINDOW } from './network.js';

/** A share that has not moved at all has no volatility to count in. */
const STILL = 1e-7;

/** A window that ends with bar `origin` of a symbol's bars. */
export interface Place {
  readonly bars: readonly Bar[];
  /** WINDOW − 1 at least. */
  readonly origin: number;
}

/** log10 of the window's last close, and σ. */
export function scaleOf({ bars, origin }: Place): { readonly last: number; readonly sigma: number } {
  const log = Float64Array.from(bars.slice(origin - WINDOW + 1, origin + 1), ({ close }) => Math.log10(close));
  return { last: log[WINDOW - 1] ?? NaN, sigma: Math.max(deviation(log.slice(1).map((value, i) => value - (log[i] ?? NaN))), STILL) };
}

export interface Samples {
  /** Pictures [n, pixels, pixels, 3] and closes [n, WINDOW, 1]. */
  readonly inputs: readonly [SampleSource, { readonly data: Float32Array; readonly shape: readonly [number, number, 1] }];
  /** σ of each window [n]. */
  readonly sigmas: Float64Array;
  /** log10 of each window's last close [n]. */
  readonly lasts: Float64Array;
}

/** Pictures are drawn when a batch asks for them. */
export function samplesOf(places: readonly Place[], pixels: number): Samples {
  const scales = places.map(scaleOf);
  const closes = new Float32Array(places.length * WINDOW);
  places.forEach(({ bars, origin }, i) => {
    const { last, sigma } = scales[i] ?? { last: NaN, sigma: NaN };
    for (let t = 0; t < WINDOW; t++) closes[i * WINDOW + t] = (Math.log10(bars[origin - WINDOW + 1 + t]?.close ?? NaN) - last) / (sigma * Math.sqrt(WINDOW));
  });
  const pictures: SampleSource = {
    shape: [places.length, pixels, pixels, 3],
    read(index, out) {
      const place = places[index];
      if (!place) throw new RangeError(`There is no sample ${index}.`);
      const window = columnsOf(place.bars.slice(place.origin - WINDOW + 1, place.origin + 1));
      out.set(candlestickBatch(window, { window: WINDOW, width: pixels, height: pixels, starts: [0] }).data);
    },
  };
  return {
    inputs: [pictures, { data: closes, shape: [places.length, WINDOW, 1] }],
    sigmas: Float64Array.from(scales, ({ sigma }) => sigma), lasts: Float64Array.from(scales, ({ last }) => last),
  };
}

/** y of each place [n, 1]: what the bar after it did. */
export function targetsOf(places: readonly Place[]): { readonly data: Float32Array; readonly shape: readonly [number, 1] } {
  const data = Float32Array.from(places, (place) => {
    const { last, sigma } = scaleOf(place);
    return (Math.log10(place.bars[place.origin + 1]?.close ?? NaN) - last) / sigma;
  });
  return { data, shape: [places.length, 1] };
}
