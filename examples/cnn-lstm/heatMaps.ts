/** Where the image branch looked: Grad-CAM maps, how much of them lies on the candles, and charts with the map over them. */
import type { Model } from 'bptt';
import { candlestickImage, overlayHeatMap, resizeBilinear } from 'bptt/charts';
import type { Bars, RasterImage } from 'bptt/charts';
import { capture, gradCam } from 'bptt/explain';
import { encodePng } from 'bptt/node';
import { EXTRACT_LAYER } from './network.js';
import type { NetworkName } from './network.js';
import { cut } from './samples.js';
import type { Block } from './samples.js';
import { inputsOf } from './training.js';

/** An alias, not an interface: it travels as JSON. */
export type HeatMap = {
  /** Sample of its block. */
  readonly sample: number;
  /** [size, size], as fine as the layer is; in log10 units. */
  readonly values: readonly number[];
  readonly size: number;
};

/** What an average map is like. */
export interface MapStatistics {
  /** Mean of the map on candles over its mean anywhere: 1 if it takes no notice of them. */
  readonly onCandles: number;
  /** Largest value of a map: how strongly the picture speaks at all. */
  readonly strength: number;
  /** Share of the maps that are zero everywhere: nothing in the picture raises the forecast. */
  readonly empty: number;
}

/**
 * Grad-CAM of the published layer for some samples of a block: what raises the forecast, or, `signed`, also what lowers it, below 0.
 */
export async function heatMaps(name: NetworkName, model: Model, block: Block, samples: readonly number[], signal: AbortSignal, signed = false): Promise<HeatMap[]> {
  const { maps } = await gradCam(model, inputsOf(name, cut(block, samples)), { layer: EXTRACT_LAYER, batchSize: 8, signed, signal });
  const [, size = 0] = maps.shape;
  return samples.map((sample, i) => ({ sample, size, values: [...maps.data.subarray(i * size * size, (i + 1) * size * size)] }));
}

/** Share of the published layer's activations above zero: where it is 0, no gradient reaches the image branch any more. */
export async function liveShare(name: NetworkName, model: Model, block: Block, samples: readonly number[], signal: AbortSignal): Promise<number> {
  const { activations } = await capture(model, inputsOf(name, cut(block, samples)), { layer: EXTRACT_LAYER, batchSize: 8, signal }, false);
  return activations.data.filter((value) => value > 0).length / activations.data.length;
}

export function mapStatistics(maps: readonly HeatMap[], block: Block): MapStatistics {
  let [ratios, seen, strength] = [0, 0, 0];
  const [, height = 0, width = 0] = block.images.shape;
  const image = new Float32Array(height * width * 3);
  for (const { sample, values: cells, size } of maps) {
    block.images.read(sample, image);
    const values = Float64Array.from(resizeBilinear({ data: cells, shape: [size, size] }, height, width));
    // The background is white.
    const candles = values.map((_value, i) => Number(Math.min(image[3 * i] ?? 1, image[3 * i + 1] ?? 1, image[3 * i + 2] ?? 1) < 1));
    const total = sum(values);
    strength += values.reduce((a, b) => Math.max(a, b), 0);
    if (total === 0) continue;
    ratios += sum(values.map((value, i) => value * (candles[i] ?? 0))) / sum(candles) / (total / values.length);
    seen++;
  }
  return { onCandles: seen === 0 ? 1 : ratios / seen, strength: strength / maps.length, empty: 1 - seen / maps.length };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Pixels of the charts that people are shown, whatever the network sees. */
const CHART = 350;

/** How maps lie over charts: red raises the forecast, blue lowers it, what does neither leaves the chart as it is. */
export const MAP_COLORS = { colors: 'diverging', alpha: 0.55 } as const;

/** Even about 0. @param strongest the value that has the strongest colour; 0 where all maps are empty. */
export function mapDomain(strongest: number): readonly [number, number] {
  return strongest > 0 ? [-strongest, strongest] : [-1, 1];
}

/** The largest magnitude in some maps. */
export function strongestOf(maps: readonly HeatMap[]): number {
  return maps.reduce((most, { values }) => values.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0);
}

/** The chart of a sample with its map over it. */
function overlay(bars: Bars, block: Block, { sample, values, size }: HeatMap, strongest: number): RasterImage {
  const end = (block.origins[sample] ?? 0) + 1;
  const start = end - (block.closes.shape[1]);
  const part = (column: ArrayLike<number>): number[] => Array.from({ length: end - start }, (_, i) => column[start + i] ?? NaN);
  const chart = candlestickImage({ open: part(bars.open), high: part(bars.high), low: part(bars.low), close: part(bars.close) }, { width: CHART, height: CHART });
  return overlayHeatMap(chart, { data: values, shape: [size, size] }, { ...MAP_COLORS, domain: mapDomain(strongest) });
}

export function overlayPng(bars: Bars, block: Block, map: HeatMap, strongest: number): Uint8Array {
  return encodePng(overlay(bars, block, map, strongest));
}

/**
 * Which bars of a window moved the forecast most, counted from its first: the fifth of them with the largest column.
 *
 * @param direction 1: up, −1: down. @returns undefined where nothing of the map moved it that way.
 */
export function strongestBars({ values, size }: HeatMap, window: number, direction: 1 | -1): { readonly first: number; readonly last: number } | undefined {
  const moved = values.map((value) => Math.max(direction * value, 0));
  if (moved.every((value) => value === 0)) return undefined;
  const columns = Float64Array.from({ length: size }, (_, x) => sum(moved.filter((_value, i) => i % size === x)));
  const width = Math.max(1, Math.round(size / 5));
  let [best, from] = [-1, 0];
  for (let x = 0; x + width <= size; x++) {
    const here = sum(columns.subarray(x, x + width));
    if (here > best) [best, from] = [here, x];
  }
  return { first: Math.floor((from / size) * window), last: Math.min(window - 1, Math.ceil(((from + width) / size) * window) - 1) };
}
