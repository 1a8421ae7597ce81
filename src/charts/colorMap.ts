/** Colour maps: a position between 0 and 1 to a colour. */

export type Rgb = readonly [number, number, number];
export type ColorMapName = 'sequential' | 'diverging';

/**
 * `sequential` is viridis (van der Walt and Smith, 2015; CC0): even steps of lightness, readable without colour
 * vision and in grey. `diverging` runs from blue over a light grey to orange, for signed values around zero.
 */
const ANCHORS: Readonly<Record<ColorMapName, readonly Rgb[]>> = {
  sequential: [
    [68, 1, 84], [72, 40, 120], [62, 73, 137], [49, 104, 142], [38, 130, 142],
    [31, 158, 137], [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37],
  ],
  diverging: [[13, 71, 130], [74, 135, 194], [160, 196, 228], [242, 241, 238], [243, 190, 138], [222, 125, 50], [150, 66, 0]],
};

/** The colour at `position`, which is held between 0 and 1; linear between the anchors. */
export function colorAt(name: ColorMapName, position: number): Rgb {
  const anchors = ANCHORS[name];
  const place = Math.min(Math.max(position, 0), 1) * (anchors.length - 1);
  const index = Math.min(Math.floor(place), anchors.length - 2);
  const [from, to] = [anchors[index] ?? [0, 0, 0], anchors[index + 1] ?? [0, 0, 0]];
  const mix = (channel: 0 | 1 | 2): number => Math.round(from[channel] + (to[channel] - from[channel]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

/** `#rrggbb`. */
export function hexColor(rgb: Rgb): string {
  return `#${rgb.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance, 0 to 1 (WCAG 2.2). */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}
