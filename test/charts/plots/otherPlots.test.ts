import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { normal, randomStream } from '../../../src/random.js';
import { barChart } from '../../../src/charts/plots/barChart.js';
import { colorAt, hexColor } from '../../../src/charts/plots/colorMap.js';
import { heatMap } from '../../../src/charts/plots/heatMap.js';
import { binValues, histogram } from '../../../src/charts/plots/histogram.js';
import { linePlot } from '../../../src/charts/plots/linePlot.js';
import { panels } from '../../../src/charts/plots/panels.js';
import { scatterPlot } from '../../../src/charts/plots/scatterPlot.js';
import { byClass, findAll, parseXml, texts } from '../xml.js';
import type { XmlNode } from '../xml.js';

const number = (node: XmlNode | undefined, key: string): number => Number(node?.attributes[key]);
const refuses = (argument: string) => (error: unknown): boolean => error instanceof ArgumentError && error.argument === argument;
const bars = (svg: XmlNode): XmlNode[] => byClass(byClass(svg, 'axes')[0] ?? svg, 'bar');

test('histogram bins have round edges and hold every value once', () => {
  const random = randomStream(3, 'bins');
  const values = Float64Array.from({ length: 997 }, () => 3 * normal(random)).sort();
  const { start, width, counts } = binValues(values, 12);
  assert.is(width, 2);
  assert.is(counts.reduce((a, b) => a + b), 997);
  counts.forEach((count, i) => {
    const left = start + i * width;
    assert.is(count, values.filter((v) => v >= left && v < left + width).length);
  });
  assert.equal(binValues(Float64Array.of(0, 1, 1, 2), 2), { start: 0, width: 1, counts: Int32Array.of(1, 3) });
  assert.is(binValues(Float64Array.of(5, 5, 5)).counts.reduce((a, b) => a + b), 3);
});

test('histogram bars are as tall as their counts', () => {
  const svg = parseXml(histogram({ title: 'T', values: [0, 1, 1, 2, NaN], bins: 2, normalCurve: true }).svg);
  const [one, three] = bars(svg).map((n) => number(n, 'height'));
  assert.ok(Math.abs((three ?? 0) / (one ?? 1) - 3) < 0.01);
  assert.match(svg.children[0]?.text ?? '', '1 not finite');
  assert.is(byClass(byClass(svg, 'axes')[0] ?? svg, 'line').length, 1);
  assert.ok(texts(parseXml(histogram({ title: 'T', values: [NaN] }).svg)).includes('No finite values'));
  assert.throws(() => histogram({ title: 'T', values: [] }), refuses('values'));
});

test('the normal curve has the mean of the values and the height of the bars', () => {
  const svg = parseXml(histogram({ title: 'T', values: [1, 2, 3, 4, 9], bins: 5, normalCurve: true }).svg);
  const axes = byClass(svg, 'axes')[0] ?? svg;
  const [low = 0, high = 0, left = 0, right = 0] = (axes.attributes['data-x'] ?? '').split(' ').slice(1).map(Number);
  const points = [...(byClass(axes, 'line')[0]?.attributes.d ?? '').matchAll(/([-\d.]+),([-\d.]+)/g)].map((m) => [Number(m[1]), Number(m[2])] as const);
  const peak = points.reduce((best, p) => (p[1] < best[1] ? p : best), points[0] ?? [0, 0]);
  assert.ok(Math.abs(low + ((peak[0] - left) / (right - left)) * (high - low) - 3.8) < 0.1);
  // Five values with standard deviation √9.7, in bins 2 wide: the peak is 10 / √(2π · 9.7) counts.
  const unit = number(bars(svg)[0], 'height');
  const base = number(bars(svg)[0], 'y') + number(bars(svg)[0], 'height');
  assert.ok(Math.abs((base - peak[1]) / unit - 10 / Math.sqrt(2 * Math.PI * 9.7)) < 0.01);
});

test('bars start at zero, also downwards, with whiskers and values', () => {
  const svg = parseXml(barChart({ title: 'T', categories: ['a', 'b', 'c'], series: [{ name: 's', values: [2, -1, NaN], interval: { lower: [1, -2, NaN], upper: [3, 0, NaN] } }] }).svg);
  const [up, down] = bars(svg);
  const base = number(up, 'y') + number(up, 'height');
  assert.ok(Math.abs(number(down, 'y') - base) < 0.02);
  assert.ok(Math.abs(number(up, 'height') - 2 * number(down, 'height')) < 0.02);
  assert.is(bars(svg).length, 2);
  assert.ok(['2', '−1', 'n/a'].every((word) => texts(svg).includes(word)));
  const stem = byClass(svg, 'whisker')[0];
  const unit = number(down, 'height');
  assert.ok(Math.abs(number(stem, 'y1') - (base - unit)) < 0.02 && Math.abs(number(stem, 'y2') - (base - 3 * unit)) < 0.02);
});

test('bars of several series stand side by side; on a log axis they stand on its end', () => {
  const svg = parseXml(barChart({ title: 'T', yScale: 'log', categories: ['a', 'b'], series: [{ name: 'p', values: [1, 10] }, { name: 'q', values: [100, 1000] }] }).svg);
  const [p1, p2, q1] = bars(svg);
  assert.ok(number(q1, 'x') >= number(p1, 'x') + number(p1, 'width') && number(q1, 'x') < number(p2, 'x'));
  const feet = bars(svg).map((n) => Math.round(number(n, 'y') + number(n, 'height')));
  assert.is(new Set(feet).size, 1);
  assert.ok(number(p1, 'height') > 0);
});

test('bar charts refuse missing values and names', () => {
  assert.throws(() => barChart({ title: 'T', categories: [], series: [{ name: 's', values: [] }] }), refuses('categories'));
  assert.throws(() => barChart({ title: 'T', categories: ['a'], series: [] }), refuses('series'));
  assert.throws(() => barChart({ title: 'T', categories: ['a', 'b'], series: [{ name: 's', values: [1] }] }), refuses('values'));
});

test('many or long category names are thinned or tilted, never on top of each other', () => {
  const chart = (n: number, name: string): XmlNode => {
    const categories = Array.from({ length: n }, (_, i) => `${name} ${String(i)}`);
    return parseXml(barChart({ title: 'T', categories, series: [{ name: 's', values: categories.map((_, i) => i) }] }).svg);
  };
  const tilted = (svg: XmlNode): number => findAll(svg, (n) => 'transform' in n.attributes).length;
  assert.is(tilted(chart(4, 'W')), 0);
  assert.is(tilted(chart(12, 'a long name')), 12);
  assert.is(tilted(chart(80, 'a long name')), 0);
  assert.ok(texts(chart(80, 'a long name')).filter((t) => t.startsWith('a long')).length >= 4);
});

test('heat map cells lie in the grid and have the colour of their value', () => {
  const svg = parseXml(heatMap({ title: 'T', values: [[0, 1, 2], [2, NaN, 0]], rows: ['r', 's'], columns: ['a', 'b', 'c'] }).svg);
  const axes = byClass(svg, 'axes')[0] ?? svg;
  const cells = findAll(axes, (n) => 'fill' in n.attributes);
  assert.equal(cells.map((n) => n.attributes.fill), ['#440154', '#21918b', '#fde725'].map((c, i) => (i === 1 ? hexColor(colorAt('sequential', 0.5)) : c)));
  assert.equal(cells.map((n) => n.attributes.d?.match(/M/g)?.length), [2, 1, 2]);
  const [low, , high] = cells.map((n) => [...(n.attributes.d ?? '').matchAll(/M([\d.]+),([\d.]+)/g)].map((m) => [Number(m[1]), Number(m[2])] as const));
  // Zero is top left and bottom right, two is top right and bottom left.
  assert.ok((low?.[0]?.[0] ?? 0) < (low?.[1]?.[0] ?? 0) && (low?.[0]?.[1] ?? 0) < (low?.[1]?.[1] ?? 0));
  assert.ok((high?.[0]?.[0] ?? 0) > (high?.[1]?.[0] ?? 0) && (high?.[0]?.[1] ?? 0) < (high?.[1]?.[1] ?? 0));
  assert.ok(['r', 's', 'a', 'b', 'c', '–'].every((word) => texts(svg).includes(word)));
});

test('a large heat map joins neighbours, and a diverging one is centred on zero', () => {
  const row = Array.from({ length: 500 }, (_, i) => (i < 250 ? -1 : 4));
  const names = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i));
  const svg = heatMap({ title: 'T', values: Array.from({ length: 40 }, () => row), rows: names(40), columns: names(500), colors: 'diverging' }).svg;
  assert.ok(svg.length < 20_000, String(svg.length));
  assert.ok(texts(parseXml(svg)).includes('−4') && texts(parseXml(svg)).includes('4'));
  assert.throws(() => heatMap({ title: 'T', values: [[1]], rows: ['a'], columns: ['b', 'c'] }), refuses('values'));
  assert.throws(() => heatMap({ title: 'T', values: [], rows: [], columns: [] }), refuses('rows'));
});

test('colour maps meet their ends and hold what lies outside', () => {
  assert.equal(colorAt('sequential', 0), [68, 1, 84]);
  assert.equal(colorAt('sequential', 7), [253, 231, 37]);
  assert.equal(colorAt('diverging', 0.5), [242, 241, 238]);
  assert.is(hexColor([1, 16, 255]), '#0110ff');
});

test('scatter points lie where they belong, and the diagonal where x equals y', () => {
  const svg = parseXml(scatterPlot({ title: 'T', diagonal: true, series: [{ name: 's', x: [0, 10, NaN], y: [10, 0, 3] }] }).svg);
  const axes = byClass(svg, 'axes')[0] ?? svg;
  const [, , , left, right, top, bottom] = (axes.attributes['data-x'] ?? '').split(' ').map(Number);
  const d = byClass(axes, 'dots')[0]?.attributes.d ?? '';
  const tenth = (v = NaN): number => Math.round(v * 10) / 10;
  assert.is(d, `M${String(tenth(left))},${String(tenth(top))}zM${String(tenth(right))},${String(tenth(bottom))}z`);
  const line = byClass(axes, 'reference')[0];
  assert.equal(['x1', 'y1', 'x2', 'y2'].map((k) => number(line, k)), [left, bottom, right, top]);
  assert.throws(() => scatterPlot({ title: 'T', series: [{ name: 's', x: [1], y: [1, 2] }] }), refuses('y'));
});

test('panels share one legend when all have the same, and stand in rows and columns', () => {
  const plot = (title: string, names: string[]) => linePlot({ title, height: 200, series: names.map((name) => ({ name, values: [1, 2] })) });
  const same = panels({ title: 'All', columns: 2, plots: ['A', 'B', 'C'].map((t) => plot(t, ['RNN', 'LSTM'])) });
  const svg = parseXml(same.svg);
  assert.is(texts(svg).filter((t) => t === 'LSTM').length, 1);
  const place = (title: string): number[] => findAll(svg, (n) => n.text === title && n.name === 'text').map((n) => [number(n, 'x'), number(n, 'y')]).flat();
  assert.equal([place('A')[0], place('B')[0], place('C')[0]], [0, 394, 0]);
  assert.ok(place('A')[1] === place('B')[1] && (place('C')[1] ?? 0) > (place('A')[1] ?? 0) + 150);
  const mixed = parseXml(panels({ title: 'All', plots: [plot('A', ['x', 'y']), plot('B', ['x', 'z'])] }).svg);
  assert.is(texts(mixed).filter((t) => t === 'x').length, 2);
  assert.throws(() => panels({ title: 'T', plots: [] }), refuses('plots'));
  assert.throws(() => panels({ title: 'T', columns: 0, plots: [same] }), refuses('columns'));
});

test.run();
