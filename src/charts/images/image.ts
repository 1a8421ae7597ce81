/** Pixels, as the rasteriser, the overlay and PNG files exchange them. */
import { ArgumentError, ShapeError, formatShape } from '../../errors.js';
import type { Interval } from '../plots/scale.js';

/** Bytes row by row from the top left, RGB or RGBA. Also a tensor: it can be handed to a model as it is. */
export interface RasterImage {
  readonly data: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: 3 | 4];
}

/** @throws ShapeError unless the data fill the shape, and the shape is that of an RGB or RGBA image. */
export function requireImage(operation: string, { data, shape }: RasterImage): void {
  const [height, width, channels] = shape;
  if (shape.every((n) => Number.isInteger(n) && n > 0) && (channels === 3 || channels === 4) && data.length === height * width * channels) return;
  throw new ShapeError({
    operation, argument: 'image', expected: 'bytes that fill [height, width, 3 or 4]', actual: `${data.length} for ${formatShape(shape)}`,
  });
}

/** Makes the buffer a picture goes into, or takes the caller's. @throws ShapeError when that has another size. */
export function bufferOf<A extends Uint8Array | Float32Array>(operation: string, size: number, into: A | undefined, make: (size: number) => A): A {
  const buffer = into ?? make(size);
  if (buffer.length === size) return buffer;
  throw new ShapeError({ operation, argument: 'into', expected: `${size} elements long`, actual: String(buffer.length) });
}

/** @throws ArgumentError unless the named values lie between the bounds, and are whole if they have to be. */
export function requireNumber(operation: string, values: Readonly<Record<string, number>>, [low, high]: Interval, whole = false): void {
  for (const [argument, value] of Object.entries(values)) {
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) continue;
    throw new ArgumentError({ operation, argument, expected: `a ${whole ? 'whole ' : ''}number from ${low} to ${high}`, actual: String(value) });
  }
}
