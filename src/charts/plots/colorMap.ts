/** Colour maps: a position between 0 and 1 to a colour. */
import { ArgumentError } from '../../errors.js';
import { extent, widened } from './scale.js';
import { requireChoice } from '../../checks.js';
import type { Interval } from './scale.js';

export type Rgb = readonly [number, number, number];
/** `sequential` is the default for magnitudes, another name of viridis. */
export type ColorMapName = 'sequential' | 'diverging' | 'viridis' | 'turbo' | 'jet';

/**
 * Knots at even distances, straight lines between them; fitted to the published tables of 256 colours so that no
 * channel is off by more than 5 of 255.
 *
 * - viridis (van der Walt and Smith, 2015): even steps of lightness, readable without colour vision and in grey.
 * - turbo (Mikhailov, 2019): more hues, for detail on screens; lightness rises, then falls.
 * - jet, channel by channel 1.5 − |4x − k| held between 0 and 1, k = 3, 2, 1; exact. The look of many papers, but its
 *   bright bands suggest edges where there are none.
 * - diverging runs from blue over a light grey to a red orange, for signed values around zero: lightness rises from 36 to 95 and falls again by
 *   equal steps, and no step of the colour is more than a seventh off the others (CIE L*a*b*).
 */
const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84], [73, 26, 108], [71, 47, 125], [65, 68, 136], [57, 87, 140], [48, 104, 142], [42, 120, 142], [35, 136, 142],
  [30, 152, 139], [33, 168, 132], [52, 183, 121], [83, 197, 104], [121, 210, 82], [165, 219, 54], [211, 226, 23], [253, 231, 37],
];
const KNOTS: Readonly<Record<ColorMapName, readonly Rgb[]>> = {
  sequential: VIRIDIS,
  viridis: VIRIDIS,
  turbo: [
    [48, 18, 59], [65, 68, 171], [72, 113, 237], [64, 155, 255], [32, 198, 227], [23, 229, 183], [68, 249, 132], [137, 255, 75],
    [186, 248, 50], [226, 221, 56], [252, 187, 58], [254, 141, 40], [241, 90, 17], [215, 52, 5], [176, 23, 1], [122, 4, 3],
  ],
  jet: [
    [0, 0, 127.5], [0, 0, 255], [0, 127.5, 255], [0, 255, 255], [127.5, 255, 127.5],
    [255, 255, 0], [255, 127.5, 0], [255, 0, 0], [127.5, 0, 0],
  ],
  diverging: [[5, 79, 182], [45, 139, 212], [144, 194, 227], [242, 241, 238], [224, 179, 140], [200, 111, 58], [169, 21, 10]],
};

function unknownMap(name: ColorMapName): readonly Rgb[] {
  return KNOTS[requireChoice('colour map', 'colors', name, Object.keys(KNOTS) as ColorMapName[])];
}

/** The colour at `position`, which is held between 0 and 1. @throws ArgumentError for an unknown map. */
export function colorAt(name: ColorMapName, position: number): Rgb {
  const knots = KNOTS[name] as readonly Rgb[] | undefined ?? unknownMap(name);
  const place = Math.min(Math.max(position, 0), 1) * (knots.length - 1);
  const index = Math.min(Math.floor(place), knots.length - 2);
  const [from, to] = [knots[index] ?? [0, 0, 0], knots[index + 1] ?? [0, 0, 0]];
  const mix = (channel: 0 | 1 | 2): number => Math.round(from[channel] + (to[channel] - from[channel]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

/**
 * The values at both ends of the colours: least and largest, or for `diverging` as far below zero as above. What is constant but
 * for rounding gets the colour in the middle, not the whole scale for its rounding.
 */
export function colorDomain(values: Iterable<number>, name: ColorMapName): Interval {
  const [low, high] = extent(values) ?? [0, 1];
  if (name !== 'diverging') return widened([low, high]);
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return [-size, size];
}

/** From a value to its place between the ends of a domain. @throws ArgumentError for ends that are not finite, or not in order. */
export function colorPlace(operation: string, [low, high]: Interval): (value: number) => number {
  if (!(low < high && Number.isFinite(high - low))) {
    throw new ArgumentError({ operation, argument: 'domain', expected: 'two increasing finite numbers', actual: `[${low}, ${high}]` });
  }
  return (value) => (value - low) / (high - low);
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
