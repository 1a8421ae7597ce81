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
