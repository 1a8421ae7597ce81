/** A heat map over a picture: what a network looked at, drawn on what it was shown. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { DataError, ShapeError, formatShape } from '../../errors.js';
import { binaryUnit, magnitude } from '../../statistics.js';
import { colorAt, colorDomain, colorPlace } from '../plots/colorMap.js';
import type { ColorMapName } from '../plots/colorMap.js';
import { bufferOf, requireImage, requireNumber } from './image.js';
import type { RasterImage } from './image.js';
import type { Interval } from '../plots/scale.js';

/** Values on a grid, row by row from the top left; any size. */
export interface Grid {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

export interface OverlayOptions {
  /** Part of the heat map in the mixture, 0 to 1; default 0.4. */
  readonly alpha?: number;
  /** Default `sequential`; for maps with both signs `diverging`. */
  readonly colors?: ColorMapName;
  /** Values at both ends of the colours; default: least and largest, which shows a faint map as strongly as any. */
  readonly domain?: Interval;
  /** A buffer as long as the image's; it may be the image's own. */
  readonly into?: Uint8Array;
}

const optionNames: OptionNames<OverlayOptions> = { alpha: true, colors: true, domain: true, into: true };

/**
 * The image with the heat map, resized to it and coloured, laid over. An alpha channel stays as it is.
 *
 * @throws ShapeError for data that do not fill their shape, DataError for a value that is not finite, ArgumentError
 * for an alpha outside 0 to 1 or a domain that is not two increasing finite numbers.
 */
export function overlayHeatMap(image: RasterImage, map: Grid, options: OverlayOptions = {}): RasterImage {
  const operation = 'overlayHeatMap';
  const { alpha = 0.4, colors = 'sequential' } = checkOptions(operation, options, optionNames);
  requireImage(operation, image);
  requireNumber(operation, { alpha }, [0, 1]);
  const [height, width, channels] = image.shape;
  // In units of its own size, which float32 holds whatever that is.
  const unit = binaryUnit(Math.max(magnitude(map.data), magnitude(options.domain ?? [])));
  const heat = resizeBilinear({ ...map, data: Float64Array.from(map.data, (value) => value / unit) }, height, width);
  const place = colorPlace(operation, options.domain ? [options.domain[0] / unit, options.domain[1] / unit] : colorDomain(heat, colors));
  const data = bufferOf(operation, image.data.length, options.into, (size) => new Uint8Array(size));
  const table = Array.from({ length: 256 }, (_, i) => colorAt(colors, i / 255));
  for (let pixel = 0, at = 0; at < data.length; pixel++, at += channels) {
    const color = table[Math.min(Math.max(Math.round(place(heat[pixel] ?? 0) * 255), 0), 255)] ?? [0, 0, 0];
    for (const channel of [0, 1, 2] as const) {
      const under = image.data[at + channel] ?? 0;
      data[at + channel] = Math.round(under + alpha * (color[channel] - under));
    }
    if (channels === 4) data[at + 3] = image.data[at + 3] ?? 0;
  }
  return { data, shape: image.shape };
}

/**
 * Resizes a grid: bilinear between the middles of its cells, constant beyond the outermost ones. Cell i of n lies at
 * (i + ½) / n of the length, as in OpenCV's `INTER_LINEAR` and PyTorch's `align_corners=False`.
 *
 * @returns height · width values, row by row.
 * @throws ShapeError unless `grid` is [rows, columns], DataError for a value that is not finite.
 */
export function resizeBilinear(grid: Grid, height: number, width: number): Float32Array {
  const operation = 'resizeBilinear';
  const { data, shape } = grid;
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || data.length !== rows * columns || data.length === 0) {
    throw new ShapeError({ operation, argument: 'grid', expected: 'values that fill [rows, columns]', actual: `${data.length} for ${formatShape(shape)}` });
  }
  const bad = Array.from(data).findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DataError({ operation, argument: `grid[${Math.floor(bad / columns)}][${bad % columns}]`, expected: 'a finite number', actual: String(data[bad]) });
  }
  const across = neighbours(columns, width);
  const resized = new Float32Array(height * width);
  neighbours(rows, height).forEach(({ first, second, part }, y) => {
    const mix = (column: number): number => {
      const upper = data[first * columns + column] ?? 0;
      return upper + part * ((data[second * columns + column] ?? 0) - upper);
    };
    across.forEach((x, at) => {
      const left = mix(x.first);
      resized[y * width + at] = left + x.part * (mix(x.second) - left);
    });
  });
  return resized;
}

/** For each of `to` cells the two of `from` cells around it, and how far it lies between them. */
function neighbours(from: number, to: number): { first: number; second: number; part: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(place);
    return { first, second: Math.min(first + 1, from - 1), part: place - first };
  });
}
