/**
 * Candlesticks as pixels: what a convolutional network is shown. Plain arithmetic on typed arrays, without DOM or
 * canvas, so the same bars give the same bytes on every machine.
 *
 * Each bar has a slot of equal width. Its wick runs from the high to the body and from the body to the low, so the
 * pieces never overlap. Bars beyond one for each pixel column are merged.
 */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, DataError } from '../../errors.js';
import { withinRounding } from '../../statistics.js';
import { clear, fillRectangle } from './raster.js';
import type { Canvas, Color, Edges } from './raster.js';
import { countBars, mergeBars, rises } from './candlesticks.js';
import type { Bar, Bars } from './candlesticks.js';
import type { Rgb } from '../plots/colorMap.js';
import { bufferOf, requireNumber } from '../images/image.js';
import type { RasterImage } from '../images/image.js';
import { extent } from '../plots/scale.js';
import type { Interval } from '../plots/scale.js';

export interface CandlestickStyle {
  /** Pixels, default 350. */
  readonly width?: number;
  /** Pixels, default 350. */
  readonly height?: number;
  /** Colour of bars that close at or above their open; default a green, (61, 153, 112). */
  readonly up?: Rgb;
  /** Default a red, (255, 65, 54). */
  readonly down?: Rgb;
  /** Default white. */
  readonly background?: Rgb;
  /** Pixels, default 1; at most the width of the body. */
  readonly wickWidth?: number;
  /** Part of each slot that stays empty beside the body, 0 to 0.95; default 0.3. */
  readonly bodyGap?: number;
  /** Prices at the lower and upper edge; what lies outside is cut off. Default: the least and largest of the picture. */
  readonly range?: Interval;
  /** Room above the highest and below the lowest price, in parts of their distance; default 0.05, with `range` none. */
  readonly margin?: number;
  /** Part of the height for the volume, if the bars have one, 0 to 0.9; default 0.2. */
  readonly volumeHeight?: number;
  /** Off (default): every edge lies between two pixels. On: pixels at an edge take the colour by what is covered. */
  readonly antialias?: boolean;
}

const styleNames: OptionNames<CandlestickStyle> = {
  width: true, height: true, up: true, down: true, background: true, wickWidth: true, bodyGap: true, range: true, margin: true, volumeHeight: true,
  antialias: 'flag',
};

export interface CandlestickImageOptions extends CandlestickStyle {
  /** A buffer of height · width · 3 bytes to write into. */
  readonly into?: Uint8Array;
}

const imageNames: OptionNames<CandlestickImageOptions> = { ...styleNames, into: true };

export interface CandlestickBatchOptions extends CandlestickStyle {
  /** Bars in each picture. */
  readonly window: number;
  /** First bar of each picture. */
  readonly starts: ArrayLike<number>;
  /** A buffer of starts · height · width · 3 floats to write into. */
  readonly into?: Float32Array;
}

const batchNames: OptionNames<CandlestickBatchOptions> = { ...styleNames, window: true, starts: true, into: true };

/** A tensor of pictures, [pictures, height, width, 3], from 0 to 1. */
export interface ImageBatch {
  readonly data: Float32Array;
  readonly shape: readonly [pictures: number, height: number, width: number, channels: 3];
}

/**
 * All bars in one picture.
 *
 * @throws DataError for a value that is not finite, ArgumentError when columns differ in length or an option lies
 * outside its bounds, ShapeError for an `into` of another size.
 */
export function candlestickImage(bars: Bars, options: CandlestickImageOptions = {}): RasterImage {
  const operation = 'candlestickImage';
  const style = resolve(operation, checkOptions(operation, options, imageNames));
  const count = countBars(operation, bars);
  const { width, height } = style;
  const data = bufferOf(operation, height * width * 3, options.into, (size) => new Uint8Array(size));
  const view = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  draw(operation, bars, 0, count, style, view, 0, 1);
  return { data, shape: [height, width, 3] };
}

/**
 * Windows of a long series, each as a picture with a price scale of its own, written straight into the floats that a
 * network takes (NHWC). A batch of 32 at the default size is 47 MB: make batches as they are needed, `into` one buffer.
 *
 * @throws as {@link candlestickImage}, and ArgumentError for a window or a start outside the series.
 */
export function candlestickBatch(bars: Bars, options: CandlestickBatchOptions): ImageBatch {
  const operation = 'candlestickBatch';
  const style = resolve(operation, checkOptions(operation, options, batchNames));
  const { window, starts } = options;
  const count = countBars(operation, bars);
  requireNumber(operation, { window }, [1, count], true);
  const { width, height } = style;
  const size = height * width * 3;
  const data = bufferOf(operation, starts.length * size, options.into, (length) => new Float32Array(length));
  for (let i = 0; i < starts.length; i++) {
    const first = starts[i] ?? NaN;
    requireNumber(operation, { [`starts[${i}]`]: first }, [0, count - window], true);
    draw(operation, bars, first, window, style, data, i * size, 1 / 255);
  }
  return { data, shape: [starts.length, height, width, 3] };
}

type Style = Required<Omit<CandlestickStyle, 'range'>> & Pick<CandlestickStyle, 'range'>;

function resolve(operation: string, options: CandlestickStyle): Style {
  const {
    width = 350, height = 350, up = [61, 153, 112], down = [255, 65, 54], background = [255, 255, 255],
    wickWidth = 1, bodyGap = 0.3, range, margin = 0.05, volumeHeight = 0.2, antialias = false,
  } = options;
  const style: Style = { width, height, up, down, background, wickWidth, bodyGap, range, margin, volumeHeight, antialias };
  requireNumber(operation, { width, height }, [1, 16_384], true);
  requireNumber(operation, { wickWidth }, [0, 16_384]);
  requireNumber(operation, { bodyGap }, [0, 0.95]);
  requireNumber(operation, { margin }, [0, 10]);
  requireNumber(operation, { volumeHeight }, [0, 0.9]);
  for (const [name, color] of Object.entries({ up, down, background })) {
    requireNumber(operation, Object.fromEntries(color.map((channel, i) => [`${name}[${i}]`, channel])), [0, 255]);
  }
  if (range && !(range[0] < range[1] && Number.isFinite(range[1] - range[0]))) {
    throw new ArgumentError({ operation, argument: 'range', expected: 'two increasing finite prices', actual: `[${range.join(', ')}]` });
  }
  return style;
}

/** One window on one canvas whose largest channel value is 255 · unit. */
function draw(operation: string, bars: Bars, first: number, count: number, style: Style, data: Canvas['data'], offset: number, unit: number): void {
  requireFinite(operation, bars, first, first + count);
  const { width, height } = style;
  const scaled = ([r, g, b]: Rgb): Color => [r * unit, g * unit, b * unit];
  const canvas: Canvas = { data, offset, width, height, background: scaled(style.background) };
  const [up, down] = [scaled(style.up), scaled(style.down)];
  const slots = Math.min(count, width);
  const merged = Array.from({ length: slots }, (_, slot) =>
    mergeBars(bars, first + Math.floor((slot * count) / slots), first + Math.floor(((slot + 1) * count) / slots)));
  const floor = bars.volume ? height - Math.round(height * style.volumeHeight) : height;
  const largest = merged.reduce((most, { volume }) => Math.max(most, volume), 0);
  const place = priceScale(merged, style, floor);
  const snap = style.antialias ? (edge: number): number => edge : Math.round;

  clear(canvas);
  merged.forEach((bar, slot) => {
    const color = rises(bar) ? up : down;
    const { body, wick } = columns(slot, slots, style);
    const paint = (across: Edges, from: number, to: number): void => {
      const [top, bottom] = [Math.max(from, 0), Math.min(to, floor)];
      if (top < bottom) fillRectangle(canvas, across, [top, bottom], color);
    };
    const [top, bottom] = bodyRows(place(Math.max(bar.open, bar.close)), place(Math.min(bar.open, bar.close)), floor, style.antialias);
    paint(wick, snap(place(bar.high)), top);
    paint(body, top, bottom);
    paint(wick, bottom, snap(place(bar.low)));
    const crest = snap(height - ((height - floor) * bar.volume) / (largest || 1));
    if (crest < height) fillRectangle(canvas, body, [crest, height], color);
  });
}

/** From a price to pixels below the upper edge. Differences of prices only: a constant added to all changes nothing. */
function priceScale(bars: readonly Bar[], { range, margin }: Style, floor: number): (price: number) => number {
  if (range) return (price) => (floor * (range[1] - price)) / (range[1] - range[0]);
  // Opens and closes count too: in adjusted prices they may lie a rounding error outside of low and high.
  const [low, high] = extent(bars.flatMap((bar) => [bar.low, bar.open, bar.close, bar.high])) ?? [0, 0];
  const span = high - low;
  if (withinRounding(low, high)) return () => floor / 2;
  return (price) => (floor * (margin + (high - price) / span)) / (1 + 2 * margin);
}

/** The least height of a body is a pixel, so that a bar that closes where it opened is a line. */
function bodyRows(top: number, bottom: number, floor: number, antialias: boolean): Edges {
  const middle = (top + bottom) / 2;
  const inside = middle >= 0 && middle <= floor;
  const held = (line: number): Edges => {
    const from = inside ? Math.min(Math.max(line, 0), floor - 1) : line;
    return [from, from + 1];
  };
  if (antialias) return bottom - top < 1 ? held(middle - 0.5) : [top, bottom];
  const [from, to] = [Math.round(top), Math.round(bottom)];
  return from < to ? [from, to] : held(Math.floor(middle));
}

/** Edges of body and wick. Without anti-aliasing all bodies are equally wide, and the wick is in their middle. */
function columns(slot: number, slots: number, { width, bodyGap, wickWidth, antialias }: Style): { body: Edges; wick: Edges } {
  const room = width / slots;
  const centre = ((2 * slot + 1) * width) / (2 * slots);
  const body = room * (1 - bodyGap);
  const wick = Math.min(wickWidth, body);
  if (antialias) return { body: [centre - body / 2, centre + body / 2], wick: [centre - wick / 2, centre + wick / 2] };
  const most = Math.floor(room);
  const thin = Math.min(Math.max(Math.round(wick), 1), most);
  const beside = Math.max(0, Math.min(Math.round((body - thin) / 2), Math.floor((most - thin) / 2)));
  const left = Math.round(centre - thin / 2);
  return { body: [left - beside, left + thin + beside], wick: [left, left + thin] };
}

function requireFinite(operation: string, { open, high, low, close, volume }: Bars, first: number, end: number): void {
  for (const [name, column = []] of Object.entries({ open, high, low, close, volume })) {
    for (let i = first; i < Math.min(end, column.length); i++) {
      const value = column[i] ?? NaN;
      if (Number.isFinite(value) && (value >= 0 || name !== 'volume')) continue;
      throw new DataError({
        operation, argument: `${name}[${i}]`, expected: 'a finite number, a volume not below 0', actual: String(value),
        hint: 'Drop or repair such bars first; readCsv can do both.',
      });
    }
  }
}
