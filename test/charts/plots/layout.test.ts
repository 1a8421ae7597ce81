/** Plots laid out anew for another width, names at the ends of lines, axes that say what they are, drawings without a style. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { barChart, heatMap, histogram, linePlot, panels, plotCss, scatterPlot } from '../../../src/charts/index.js';
import type { Plot } from '../../../src/charts/index.js';
import { byClass, findAll, parseXml, texts } from '../xml.js';
import type { XmlNode } from '../xml.js';

const number = (node: XmlNode | undefined, key: string): number => Number(node?.attributes[key]);
const tree = (plot: Plot): XmlNode => parseXml(plot.svg);
const names = ['actual', 'another network', 'no-change', 'seasonal naive'];
const lines = (width?: number): Plot => linePlot({
  title: 'A title that does not fit into one line on a phone, as titles tend to be', ...(width === undefined ? {} : { width }),
  series: names.map((name, k) => ({ name, values: [1, 2, 3, 4].map((v) => v * (k + 1)) })), xLabel: 'step', yLabel: 'value',
});
const axesOf = (svg: XmlNode): XmlNode[] => byClass(svg, 'axes');
const inside = (axes: XmlNode | undefined): { width: number; height: number } => {
  const [, , , left = NaN, right = NaN, top = NaN, bottom = NaN] = (axes?.attributes['data-x'] ?? '').split(' ').map(Number);
  return { width: right - left, height: bottom - top };
};

test('at another width letters keep their size, and the drawing its height', () => {
  const narrow = lines().at(358);
  const svg = tree(narrow);
  assert.equal([narrow.width, svg.attributes.width, svg.attributes.viewBox], [358, '358', `0 0 358 ${String(narrow.height)}`]);
  assert.ok(narrow.height > lines().height);
  assert.ok(Math.abs(inside(axesOf(svg)[0]).height - inside(axesOf(tree(lines()))[0]).height) < 3);
  const sizes = (node: XmlNode): string[] => [...new Set(findAll(node, (n) => 'font-size' in n.attributes).map((n) => n.attributes['font-size'] ?? ''))].sort();
  assert.equal(sizes(svg), sizes(tree(lines())));
  // As if it had been made so.
  assert.is(lines().at(500).svg, linePlot({
    title: 'A title that does not fit into one line on a phone, as titles tend to be', width: 500, height: lines().at(500).height,
    series: names.map((name, k) => ({ name, values: [1, 2, 3, 4].map((v) => v * (k + 1)) })), xLabel: 'step', yLabel: 'value',
  }).svg);
  assert.is(lines().at(760).svg, lines().svg);
  assert.throws(() => lines().at(100), (error: unknown) => error instanceof ArgumentError && error.argument === 'width');
});

test('nothing of a narrow plot leaves it', () => {
  const plots = [
    lines(), histogram({ title: 'T', values: [1, 2, 3], xLabel: 'a long name of an axis, as they are' }),
    barChart({ title: 'T', categories: ['one category', 'another category', 'a third one'], series: names.map((name) => ({ name, values: [1, 2, 3] })) }),
    heatMap({ title: 'T', values: [[1, 2], [3, 4]], rows: ['a rather long name of a row', 'b'], columns: ['c', 'd'], valueLabel: 'squared error of the network, in units of the price' }),
    scatterPlot({ title: 'T', series: [{ name: 's', x: [1, 2], y: [1, 2] }] }),
  ];
  for (const plot of [...plots, panels({ title: 'P', columns: 2, plots: plots.slice(0, 2) })]) {
    for (const node of findAll(tree(plot.at(358)), (n) => n.name === 'text' && 'x' in n.attributes)) {
      // Six pixels a letter are less than any of the fonts takes.
      const size = node.text.length * 4.4;
      const left = number(node, 'x') - { start: 0, middle: size / 2, end: size }[node.attributes['text-anchor'] ?? 'start']!;
      assert.ok(left >= -1 && left + size <= 359, `${plot.title}: '${node.text}' from ${String(left)}`);
    }
  }
});

test('panels in two columns stand below each other where they would get too narrow', () => {
  const plot = panels({ title: 'P', columns: 2, plots: [lines(), lines(), lines()] });
  const places = (width: number): number[] => axesOf(tree(plot.at(width))).map((n) => Math.round(inside(n).width));
  assert.is(new Set(places(358)).size, 1);
  assert.ok((places(358)[0] ?? 0) > 280);
  assert.ok((places(760)[0] ?? 0) < 360);
  assert.ok(plot.at(358).height > 2.5 * lines().height);
  // What was asked for at the width it was asked for stays.
  assert.is(panels({ title: 'P', columns: 3, plots: [lines(), lines(), lines()] }).height < 700, true);
});

test('lines are named at their ends where there is room, else in the legend; a line that ends early keeps the legend', () => {
  const svg = tree(lines());
  const right = inside(axesOf(svg)[0]).width + number(findAll(axesOf(svg)[0] ?? svg, (n) => n.name === 'text')[0], 'x');
  const placed = findAll(svg, (n) => n.name === 'text' && names.includes(n.text));
  assert.ok(placed.length === 4 && placed.every((n) => number(n, 'x') > right));
  // From top to bottom as the lines end, a line's height apart at least.
  assert.equal(placed.map((n) => n.text), [...names].reverse());
  const heights = placed.map((n) => number(n, 'y'));
  assert.ok(heights.every((y, i) => i === 0 || y - (heights[i - 1] ?? 0) >= 16));
  const narrow = findAll(tree(lines().at(358)), (n) => n.name === 'text' && names.includes(n.text));
  assert.ok(narrow.length === 4 && narrow.every((n) => number(n, 'x') < 300 && number(n, 'y') < 140));
  const early = tree(linePlot({ title: 'T', series: [{ name: 'short', values: [1, 2, NaN, NaN, NaN] }, { name: 'long', values: [1, 2, 3, 4, 5] }] }));
  assert.ok(findAll(early, (n) => n.text === 'short').every((n) => number(n, 'y') < 60));
});

test('a logarithmic axis says so', () => {
  const words = (options: object): string[] => texts(tree(linePlot({ title: 'T', series: [{ name: 'a', values: [1, 10] }], x: [1, 2], ...options })));
  assert.ok(words({ yScale: 'log', yLabel: 'error' }).includes('error, log scale'));
  assert.ok(words({ xScale: 'log' }).includes('log scale'));
  assert.not.ok(words({ yLabel: 'error', xLabel: 'x' }).some((word) => word.includes('log')));
});

test('without its style a drawing has none inline, and the style sheet has every class', () => {
  const plots = [lines(), heatMap({ title: 'T', values: [[1, 2]], rows: ['a'], columns: ['c', 'd'] }), linePlot({ title: 'T', yDomain: [0, 1], series: [{ name: 'a', values: [0, 5], mark: 'both' }, { name: 'b', values: [1, 2], mark: 'dots' }] })];
  for (const plot of plots) {
    assert.is(plot.unstyled, plot.svg.replace(/<style>[^]*?<\/style>/, ''));
    assert.not.match(plot.unstyled, /<style|style=/);
    for (const [, list = ''] of plot.unstyled.matchAll(/class="([^"]+)"/g)) {
      for (const name of list.split(' ')) assert.ok(name === 'axes' || name === 'bptt-plot' || new RegExp(`\\.${name}[{. ,]`).test(plotCss), name);
    }
  }
});

test.run();
