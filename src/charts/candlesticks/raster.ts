/** Rectangles on a canvas of RGB pixels. Edges are real numbers: a pixel takes the colour by the part that is covered. */

/** Red, green and blue in the units of the canvas. */
export type Color = readonly [number, number, number];

/**
 * Where to paint: bytes (the clamped view rounds and bounds what is stored) or floats, from element `offset`, rows of
 * `width` pixels of three elements.
 */
export interface Canvas {
  readonly data: Uint8ClampedArray | Float32Array;
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly background: Color;
}

/** Paints the whole canvas in its background, by copies that double in length. */
export function clear({ data, offset, width, height, background }: Canvas): void {
  data.set(background, offset);
  const end = offset + width * height * 3;
  for (let done = 3; offset + done < end; done *= 2) {
    data.copyWithin(offset + done, offset, Math.min(offset + done, end - done));
  }
}

/**
 * Paints [left, right) × [top, bottom), which must lie on the canvas. Coverage is added, not laid over: for shapes
 * that do not overlap the sum is the exact area, also where several meet in one pixel.
 */
export function fillRectangle({ data, offset, width, background }: Canvas, [left, right]: Edges, [top, bottom]: Edges, color: Color): void {
  const first = Math.floor(left);
  for (let y = Math.floor(top); y < bottom; y++) {
    const tall = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = first, at = offset + (y * width + first) * 3; x < right; x++, at += 3) {
      const part = tall * (Math.min(x + 1, right) - Math.max(x, left));
      for (let c = 0; c < 3; c++) {
        const ink = color[c] ?? 0;
        data[at + c] = part === 1 ? ink : (data[at + c] ?? 0) + part * (ink - (background[c] ?? 0));
      }
    }
  }
}

/** From, to, in pixels. */
export type Edges = readonly [number, number];
