/** PNG files (fast-png): reading and writing RGB and RGBA images of eight bits a channel. */
import { convertIndexedToRgb, decode, encode } from 'fast-png';
import type { DecodedPng } from 'fast-png';
import { requireImage } from '../charts/images/image.js';
import type { RasterImage } from '../charts/images/image.js';
import { FileFormatError } from '../errors.js';
import { readBytes, writeAtomically } from '../files.js';

/**
 * The bytes of a PNG file.
 *
 * @throws ShapeError when the data do not fill the shape.
 */
export function encodePng(image: RasterImage): Uint8Array {
  requireImage('encodePng', image);
  const [height, width, channels] = image.shape;
  return encode({ width, height, channels, depth: 8, data: image.data });
}

/** Writes the file whole or not at all. @throws ShapeError as {@link encodePng}, DataError if it cannot be written. */
export async function writePng(path: string, image: RasterImage): Promise<void> {
  await writeAtomically('writePng', path, encodePng(image));
}

/**
 * Pixels of a PNG file. Grey becomes RGB, palettes are looked up, sixteen bits a channel are cut to eight.
 *
 * @throws FileFormatError for bytes that are not a PNG file, or damaged.
 */
export function decodePng(bytes: Uint8Array): RasterImage {
  return decodeAs('decodePng', 'bytes', bytes);
}

/** @throws DataError if the file cannot be read, FileFormatError as {@link decodePng}. */
export async function readPng(path: string): Promise<RasterImage> {
  return decodeAs('readPng', `'${path}'`, await readBytes('readPng', path));
}

function decodeAs(operation: string, argument: string, bytes: Uint8Array): RasterImage {
  try {
    return toImage(decode(bytes, { checkCrc: true }));
  } catch (cause) {
    throw new FileFormatError({ operation, argument, expected: 'a whole PNG file', actual: `${bytes.length} bytes`, hint: String(cause) }, { cause });
  }
}

function toImage(png: DecodedPng): RasterImage {
  const { width, height } = png;
  const data = eightBits(png);
  const found = data.length / (width * height);
  if (found === 3 || found === 4) return { data, shape: [height, width, found] };
  // Grey (1) or grey with alpha (2): the grey stands for all three colours.
  const channels = found === 1 ? 3 : 4;
  const spread = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; from < data.length; from += found, to += channels) {
    spread.fill(data[from] ?? 0, to, to + 3);
    if (channels === 4) spread[to + 3] = data[from + 1] ?? 0;
  }
  return { data: spread, shape: [height, width, channels] };
}

function eightBits(png: DecodedPng): Uint8Array {
  if (png.palette) return convertIndexedToRgb(png);
  if (png.depth >= 8) return Uint8Array.from(png.data, (value) => value >> (png.depth - 8));
  // Grey of fewer bits is packed as palette indices are: levels from black to white.
  const levels = 2 ** png.depth;
  const palette = Array.from({ length: levels }, (_, i) => [Math.round((i * 255) / (levels - 1))]);
  return convertIndexedToRgb({ ...png, palette });
}
