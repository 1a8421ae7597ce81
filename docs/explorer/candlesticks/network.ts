/** The small network of this panel: what it is shown, and what is asked of it. */
import { Conv2D, Dense, GlobalAveragePool2D, Sequential, randomStream, wasm } from 'bptt';
import type { HostTensor, Model } from 'bptt';
import { candlestickBatch } from 'bptt/charts';
import type { Bars } from 'bptt/charts';
import { gradCam } from 'bptt/explain';
import { COUNT, TOP, drawn } from './bars.js';
import type { Candle, Part } from './bars.js';

export const WIDTH = 6 * COUNT;
export const HEIGHT = 48;

/** How a chart becomes a picture: prices from 0 to 100, so that a candle looks the same wherever the others are. */
export const style = {
  width: WIDTH, height: HEIGHT, range: [0, TOP], bodyGap: 0.2,
  // What is not there is black, and so zero. Rising candles are blue and falling ones orange: none who tells no red from green mistakes them.
  background: [0, 0, 0], up: [80, 190, 255], down: [255, 140, 0],
} as const;

export function columns(candles: readonly Candle[]): Bars {
  const of = (part: Part): Float64Array => Float64Array.from(candles, (candle) => candle[part]);
  return { open: of('open'), high: of('high'), low: of('low'), close: of('close') };
}

/** What the network is shown: [charts, 48, 72, 3], from 0 to 1. */
export function pictures(charts: readonly (readonly Candle[])[]): HostTensor {
  const { data, shape } = candlestickBatch(columns(charts.flat()), { ...style, window: COUNT, starts: charts.map((_, i) => i * COUNT) });
  return { data, shape: [...shape] };
}

export function build(seed: number): Sequential {
  const convolution = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  return new Sequential([
    new Conv2D({ ...convolution, filters: 8, kernelSize: 5, stride: 2 }), new Conv2D({ ...convolution, filters: 16, stride: 2 }),
    new Conv2D({ ...convolution, filters: 16, name: 'seen' }), new GlobalAveragePool2D(), new Dense({ units: 1 }),
  ], { inputShape: [HEIGHT, WIDTH, 3], seed });
}

const KINDS = ['engulfing', 'mirrored', 'engulfing', 'short', 'engulfing', 'walk'] as const;

/** Simulated charts: half with an engulfing pair, half with none. */
export function simulated(seed: number, purpose: string, count: number): { charts: Candle[][]; found: boolean[] } {
  const kindOf = (i: number): (typeof KINDS)[number] => KINDS[i % KINDS.length] ?? 'walk';
  const places = Array.from({ length: count }, (_, i) => i);
  return { charts: places.map((i) => drawn(randomStream(seed, purpose, i), kindOf(i))), found: places.map((i) => kindOf(i) === 'engulfing') };
}

/** What the network says of one chart. */
export interface Look {
  /** The logit: above 0 it sees an engulfing pair. */
  readonly score: number;
  /** [48, 72] Grad-CAM, in units of the score. */
  readonly map: Float64Array;
  /** [12] the map's sum over the columns of each candle. */
  readonly byCandle: Float64Array;
  /** [12] what the score loses when a candle is flattened to a line at its middle. */
  readonly losses: Float64Array;
}

function flattened(chart: readonly Candle[], at: number): Candle[] {
  return chart.map((candle, i) => {
    const middle = Math.round((candle.open + candle.close) / 2);
    return i === at ? { open: middle, close: middle, high: middle, low: middle } : candle;
  });
}

/** @param model compiled. */
export async function look(model: Model, chart: readonly Candle[]): Promise<Look> {
  const { resized } = await gradCam(model, pictures([chart]), { layer: 'seen' });
  const map = Float64Array.from(resized.data as ArrayLike<number>);
  const byCandle = new Float64Array(COUNT);
  map.forEach((value, i) => {
    const at = Math.floor(((i % WIDTH) * COUNT) / WIDTH);
    byCandle[at] = (byCandle[at] ?? 0) + value;
  });
  const scores = await model.predict(pictures([chart, ...chart.map((_, i) => flattened(chart, i))]));
  const score = scores.get(0, 0);
  return { score, map, byCandle, losses: Float64Array.from({ length: COUNT }, (_, i) => score - scores.get(i + 1, 0)) };
}

/** Ready to be asked. */
export async function compiled(model: Sequential): Promise<Sequential> {
  model.compile({ loss: 'binaryCrossentropy', optimizer: 'sgd', backend: await wasm() });
  return model;
}
