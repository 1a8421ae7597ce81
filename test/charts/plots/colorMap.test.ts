import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { colorAt, colorDomain, hexColor, luminance } from '../../../src/charts/plots/colorMap.js';
import type { ColorMapName, Rgb } from '../../../src/charts/plots/colorMap.js';

// Every 19th of the 256 published colours, the 7th first; none is a knot of ours.
// >>> [[round(255 * c) for c in matplotlib.colormaps[name](i)[:3]] for i in range(7, 256, 19)]   # matplotlib 3.11
const PUBLISHED: Readonly<Record<'viridis' | 'turbo', readonly Rgb[]>> = {
  viridis: [
    [70, 11, 94], [72, 37, 118], [67, 61, 132], [59, 82, 139], [49, 102, 142], [42, 120, 142], [35, 138, 141], [30, 156, 137],
    [39, 173, 129], [66, 190, 113], [105, 205, 91], [152, 216, 62], [202, 225, 31], [251, 231, 35],
  ],
  turbo: [
    [56, 39, 109], [69, 92, 207], [69, 140, 253], [40, 188, 235], [25, 226, 187], [70, 248, 132], [143, 255, 73], [195, 241, 52],
    [236, 209, 58], [254, 167, 50], [247, 111, 26], [223, 63, 8], [183, 29, 2], [126, 5, 2],
  ],
};

test('viridis and turbo keep within 5 of the published colours', () => {
  for (const name of ['viridis', 'turbo'] as const) {
    PUBLISHED[name].forEach((color, k) => {
      const ours = colorAt(name, (7 + 19 * k) / 255);
      const off = Math.max(...ours.map((v, channel) => Math.abs(v - (color[channel] ?? NaN))));
      assert.ok(off <= 5, `${name} ${7 + 19 * k}: ${ours.join()} instead of ${color.join()}`);
    });
  }
  assert.equal([colorAt('viridis', 0), colorAt('viridis', 1)], [[68, 1, 84], [253, 231, 37]]);
  assert.equal([colorAt('turbo', 0), colorAt('turbo', 1)], [[48, 18, 59], [122, 4, 3]]);
});

test('jet is its formula everywhere', () => {
  for (let i = 0; i <= 1000; i++) {
    const x = i / 1000;
    const exact = [3, 2, 1].map((k) => 255 * Math.min(Math.max(1.5 - Math.abs(4 * x - k), 0), 1));
    colorAt('jet', x).forEach((v, channel) => {
      assert.ok(Math.abs(v - exact[channel]!) <= 0.5 + 1e-9, `${x}: ${v} instead of ${exact[channel]!}`);
    });
  }
});

test('viridis grows lighter all the way; sequential is another name of it', () => {
  const light = Array.from({ length: 101 }, (_, i) => luminance(colorAt('viridis', i / 100)));
  assert.ok(light.every((v, i) => i === 0 || v > light[i - 1]!));
  assert.equal(colorAt('sequential', 0.37), colorAt('viridis', 0.37));
});

/** CIE L*a*b* (D65). */
function lab(color: Rgb): readonly [number, number, number] {
  const [r = 0, g = 0, b = 0] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [x, y, z] = [f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047), f(0.2126 * r + 0.7152 * g + 0.0722 * b), f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test('diverging: light in the middle, equally dark at both ends, equal steps of colour on the way', () => {
  const knots = Array.from({ length: 7 }, (_, i) => lab(colorAt('diverging', i / 6)));
  const steps = knots.slice(1).map((color, i) => Math.hypot(...color.map((v, k) => v - (knots[i]?.[k] ?? NaN))));
  const mean = steps.reduce((sum, step) => sum + step, 0) / 6;
  assert.ok(steps.every((step) => Math.abs(step / mean - 1) < 1 / 7), steps.map((s) => s.toFixed(1)).join());
  const lightness = knots.map(([l]) => l);
  assert.ok(lightness.every((l, i) => Math.abs(l - [36, 56, 76, 95, 76, 56, 36][i]!) < 1), lightness.map((l) => l.toFixed(1)).join());
});

test('positions are held between the ends', () => {
  for (const name of ['viridis', 'turbo', 'jet', 'diverging'] satisfies ColorMapName[]) {
    assert.equal(colorAt(name, -3), colorAt(name, 0));
    assert.equal(colorAt(name, Infinity), colorAt(name, 1));
    assert.match(hexColor(colorAt(name, 0.123)), /^#[0-9a-f]{6}$/);
  }
});

test('domains: least and largest, even about zero for diverging, never empty', () => {
  assert.equal(colorDomain([3, NaN, -1, 2], 'jet'), [-1, 3]);
  assert.equal(colorDomain([3, -1], 'diverging'), [-3, 3]);
  assert.equal(colorDomain([2, 2], 'turbo'), [1.9, 2.1]);
  assert.equal(colorDomain([0], 'diverging'), [-1, 1]);
  assert.equal(colorDomain([], 'viridis'), [0, 1]);
});

test.run();
