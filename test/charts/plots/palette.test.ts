import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { luminance } from '../../../src/charts/plots/colorMap.js';
import type { Rgb } from '../../../src/charts/plots/colorMap.js';
import { palette, plotCss } from '../../../src/charts/plots/palette.js';

const rgb = (hex: string): Rgb => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as [number, number, number];
const contrast = (a: string, b: string): number => {
  const [low = 0, high = 0] = [luminance(rgb(a)), luminance(rgb(b))].sort((m, n) => m - n);
  return (high + 0.05) / (low + 0.05);
};

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const VISION: Record<string, number[][]> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
};

/** CIE L*a*b* (D65) as seen through the matrix. */
function lab(hex: string, matrix: number[][]): number[] {
  const linear = rgb(hex).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const dot = (row: readonly number[], v: readonly number[]): number => row.reduce((sum, m, i) => sum + m * (v[i] ?? 0), 0);
  const seen = matrix.map((row) => Math.min(1, Math.max(0, dot(row, linear))));
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const X = f(dot([0.4124, 0.3576, 0.1805], seen) / 0.95047);
  const Y = f(dot([0.2126, 0.7152, 0.0722], seen));
  const Z = f(dot([0.0193, 0.1192, 0.9505], seen) / 1.08883);
  return [116 * Y - 16, 500 * (X - Y), 200 * (Y - Z)];
}

for (const scheme of ['light', 'dark'] as const) {
  test(`${scheme}: every hue and every text colour stands out from the page`, () => {
    const { page, ink, muted, warn, panel, series } = palette[scheme];
    for (const color of series) assert.ok(contrast(color, page) >= 3, `${color} ${String(contrast(color, page))}`);
    for (const color of [ink, muted, warn]) {
      assert.ok(contrast(color, page) >= 4.5, color);
      assert.ok(contrast(color, panel) >= 4.5, color);
    }
  });

  test(`${scheme}: hues differ for every kind of colour vision`, () => {
    for (const [vision, matrix] of Object.entries(VISION)) {
      const seen = palette[scheme].series.map((color) => lab(color, matrix));
      seen.forEach((a, i) => {
        seen.slice(0, i).forEach((b, j) => {
          const distance = Math.hypot(...a.map((v, k) => v - (b[k] ?? 0)));
          assert.ok(distance > 15, `${vision}: hues ${String(j)} and ${String(i)} are ${distance.toFixed(1)} apart`);
        });
      });
    }
  });
}

test('the style sheet has both schemes, and dark on screens only', () => {
  assert.match(plotCss, `--ink:${palette.light.ink}`);
  const dark = plotCss.slice(plotCss.indexOf('@media'));
  assert.match(dark, /^@media screen and \(prefers-color-scheme:dark\)/);
  assert.match(dark, `--ink:${palette.dark.ink}`);
  assert.match(dark, `--s5:${palette.dark.series[5] ?? ''}`);
});

test.run();
