import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heatMap } from '../../../src/charts/plots/heatMap.js';
import { linePlot } from '../../../src/charts/plots/linePlot.js';
import type { LinePlotOptions } from '../../../src/charts/plots/linePlot.js';
import { withoutOutliers } from '../../../src/charts/plots/outliers.js';
import { byClass, parseXml, texts } from '../xml.js';
import type { XmlNode } from '../xml.js';

const draw = (options: Omit<LinePlotOptions, 'title'>): XmlNode => parseXml(linePlot({ title: 'T', ...options }).svg);
const ticks = (svg: XmlNode): number[] => texts(svg).map((t) => Number(t.replace('−', '-').replace(',', ''))).filter(Number.isFinite);
const marks = (svg: XmlNode): number[][] => byClass(svg, 'beyond').map((n) => (/M([\d.]+),([\d.]+)/.exec(n.attributes.d ?? '') ?? []).slice(1).map(Number));
/** Left, right, top, bottom of the axes. */
const area = (svg: XmlNode): number[] => (byClass(svg, 'axes')[0]?.attributes['data-x'] ?? '').split(' ').slice(3).map(Number);

test('far out is more than three quartile distances beyond the quartiles', () => {
  const even = Array.from({ length: 101 }, (_, i) => i);
  // The quartiles are 24 and 75: the fences lie at −129 and 228.
  assert.equal(withoutOutliers([...even, 230, -130, NaN, Infinity]).at(-1), 100);
  assert.equal(withoutOutliers([...even, 220, -120]).length, 103);
  assert.equal(withoutOutliers([5, 5, 5, 5, 900]), [5, 5, 5, 5, 900]);
  assert.equal(withoutOutliers([]), []);
  // In logarithms 1000 is as near to 1 … 100 as 10,000,000 is far.
  const powers = Array.from({ length: 41 }, (_, i) => 10 ** (i / 20));
  assert.equal(withoutOutliers([...powers, 1e3, 1e7, 0, -1], 'log').at(-1), 1e3);
});

test('one wild value does not set a robust axis; it is marked at the edge with its value', () => {
  const values = Array.from({ length: 40 }, (_, i) => 10 + (i % 7));
  values[20] = 5000;
  const svg = draw({ yDomain: 'robust', series: [{ name: 'a', values }] });
  assert.ok(ticks(svg).includes(16) && texts(svg).includes('5,000'));
  assert.ok(Math.max(...ticks(svg).filter((v) => v < 5000)) < 50);
  const [left = 0, right = 0, top = 0] = area(svg);
  assert.equal(marks(svg).map(([x, y]) => [Math.round(x ?? 0), y]), [[Math.round(left + (20 / 39) * (right - left)), top + 1]]);
  assert.is(marks(draw({ series: [{ name: 'a', values }] })).length, 0);
  // Tame values get the axis they would get anyway, and references stay on it.
  const tame = values.map((v) => Math.min(v, 16));
  assert.equal(ticks(draw({ yDomain: 'robust', series: [{ name: 'a', values: tame }] })), ticks(draw({ series: [{ name: 'a', values: tame }] })));
  assert.ok(ticks(draw({ yDomain: 'robust', series: [{ name: 'a', values }], references: [{ axis: 'y', value: 90 }] })).some((v) => v >= 80 && v <= 100));
});

test('beyond fixed ends: one mark for each stretch, where it is farthest, above and below', () => {
  const svg = draw({ yDomain: [0, 1], series: [{ name: 'a', values: [0.5, 2, 3, 2, 0.5, -4, NaN, -1, 0.5, 7] }], width: 900 });
  const [left = 0, right = 0, top = 0, bottom = 0] = area(svg);
  const at = (i: number): number => Math.round(left + (i / 9) * (right - left));
  const sorted = marks(svg).map(([x, y]) => [Math.round(x ?? 0), y]).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  assert.equal(sorted, [[at(2), top + 1], [at(5), bottom - 1], [at(7), bottom - 1], [at(9), top + 1]]);
  assert.ok(['3', '7', '−4', '−1'].every((word) => texts(svg).includes(word)), texts(svg).join());
});

test('a robust heat map gives its colours to the others, and says that its end goes on', () => {
  const values = Array.from({ length: 4 }, (_, r) => Array.from({ length: 5 }, (_c, c) => (r === 1 && c === 1 ? 9000 : 10 + r + c)));
  const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `n${String(i)}`);
  const options = { title: 'T', values, rows: names(4), columns: names(5) };
  assert.ok(texts(parseXml(heatMap({ ...options, domain: 'robust' }).svg)).includes('≥ 17'));
  assert.ok(texts(parseXml(heatMap(options).svg)).includes('9,000'));
  assert.ok(texts(parseXml(heatMap({ ...options, domain: [12, 14] }).svg)).includes('≤ 12'));
});

test.run();
