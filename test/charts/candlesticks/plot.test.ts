import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { candlestickPlot } from '../../../src/charts/candlesticks/plot.js';
import { slotScale } from '../../../src/charts/candlesticks/scale.js';
import { ArgumentError } from '../../../src/errors.js';
import { byClass, findAll, parseXml, texts } from '../xml.js';
import type { XmlNode } from '../xml.js';

const refuses = (argument: string) => (error: unknown): boolean => error instanceof ArgumentError && error.argument === argument;
const BARS = { open: [10, 20, 15], high: [22, 25, 16], low: [8, 14, 5], close: [20, 15, 15] };
const axesOf = (svg: XmlNode): XmlNode => byClass(svg, 'axes')[0]!;
/** The bars as groups, and the rectangles of a group's path as [left, top, right, bottom]. */
const groups = (svg: XmlNode): XmlNode[] => axesOf(svg).children.filter((n) => /^c\d$/.test(n.attributes.class ?? ''));
const rectangles = (path: XmlNode): number[][] =>
  [...path.attributes.d!.matchAll(/M([-\d.]+),([-\d.]+)H([-\d.]+)V([-\d.]+)/g)].map((m) => m.slice(1).map(Number));
const near = (a: number, b: number): void => {
  assert.ok(Math.abs(a - b) <= 0.02, `${a} is not ${b}`);
};

test('bodies and wicks span their prices, in the colours of up and down', () => {
  const svg = parseXml(candlestickPlot({ title: 'T', ...BARS, references: [{ axis: 'y', value: 0 }, { axis: 'y', value: 30 }] }).svg);
  // References come in the order of their pixels.
  const [top, bottom] = byClass(svg, 'reference').map((n) => Number(n.attributes.y1));
  const y = (price: number): number => bottom! + ((top! - bottom!) * price) / 30;
  assert.equal(groups(svg).map((n) => n.attributes.class), ['c2', 'c1', 'c2']);
  groups(svg).forEach((group, i) => {
    const [wick, body] = rectangles(byClass(group, 'bar')[0]!);
    near(wick![1]!, y(BARS.high[i]!));
    near(wick![3]!, y(BARS.low[i]!));
    const [upper, lower] = [Math.max(BARS.open[i]!, BARS.close[i]!), Math.min(BARS.open[i]!, BARS.close[i]!)];
    // The last closes where it opened: a line of one pixel around its price.
    near(body![1]!, y(upper) - (i === 2 ? 0.5 : 0));
    near(body![3]!, y(lower) + (i === 2 ? 0.5 : 0));
    near((body![0]! + body![2]!) / 2, (wick![0]! + wick![2]!) / 2);
    near(body![2]! - body![0]!, 24);
  });
});

test('each bar says its date and prices; the legend names both colours, which can be chosen', () => {
  const x = ['2024-03-07', '2024-03-08', '2024-03-11'].map((day) => new Date(day));
  const svg = parseXml(candlestickPlot({ title: 'T', ...BARS, x, volume: [5e6, 1e6, 2.5e6], yFormat: 'usd', up: 0, down: 4 }).svg);
  assert.is(findAll(svg, (n) => n.name === 'title')[0]?.text, '7 Mar 2024: open $10.00, high $22.00, low $8.00, close $20.00, volume 5M');
  assert.ok(texts(svg).includes('closed at or above its open') && texts(svg).includes('below'));
  assert.equal(groups(svg).map((n) => n.attributes.class), ['c0', 'c4', 'c0']);
  assert.ok(['7 Mar', '2024', '8 Mar', '11 Mar'].every((word) => texts(svg).includes(word)), texts(svg).join());
  assert.is(texts(svg).filter((word) => word === '2024').length, 1);
});

test('volume stands on the axis, below all prices', () => {
  const svg = parseXml(candlestickPlot({ title: 'T', ...BARS, volume: [5e6, 1e6, 2.5e6] }).svg);
  assert.ok(texts(svg).includes('volume, up to 5M'));
  const columns = groups(svg).map((group) => rectangles(group.children[1]!)[0]!);
  const bottom = Number(axesOf(svg).attributes['data-x']!.split(' ').at(-1));
  columns.forEach((c) => near(c[3]!, bottom));
  const heights = columns.map((c) => c[3]! - c[1]!);
  near(heights[1]! / heights[0]!, 0.2);
  near(heights[2]! / heights[0]!, 0.5);
  const lowest = Math.max(...groups(svg).map((group) => rectangles(group.children[2]!)[0]![3]!));
  assert.ok(lowest < bottom - heights[0]!);
});

test('bars stand at even distances whatever their dates; in between the axis runs evenly', () => {
  const days = [1, 2, 5, 6].map((day) => new Date(Date.UTC(2024, 0, day)));
  const scale = slotScale('test', days)([100, 180]);
  assert.equal(days.map((day) => scale.map(Number(day))), [110, 130, 150, 170]);
  assert.is(scale.map(Date.UTC(2024, 0, 3)), 130 + 20 / 3);
  assert.ok(Number.isNaN(scale.map(Date.UTC(2023, 0, 1))) && Number.isNaN(scale.map(Date.UTC(2025, 0, 1))));
  assert.equal(scale.ticks(2).map((t) => t.label), ['1 Jan', '5 Jan']);
});

test('labels: hours over days, days over years, plain numbers', () => {
  const hours = [14, 15, 38, 39].map((hour) => new Date(Date.UTC(2024, 11, 30, hour, 30)));
  assert.equal(slotScale('test', hours)([0, 1]).ticks(4).map(({ label, context }) => [label, context]),
    [['14:30', '30 Dec 2024'], ['15:30', undefined], ['14:30', '31 Dec 2024'], ['15:30', undefined]]);
  const days = [0, 1, 2].map((day) => new Date(Date.UTC(2024, 11, 30 + day)));
  assert.equal(slotScale('test', days)([0, 1]).ticks(9).map(({ label, context }) => [label, context]),
    [['30 Dec', '2024'], ['31 Dec', undefined], ['1 Jan', '2025']]);
  assert.equal(slotScale('test', [1500, 2500.5])([0, 1]).ticks(9).map(({ label, context }) => [label, context]), [['1,500', undefined], ['2,501', undefined]]);
});

test('a bar that is not finite stays empty, and one is enough', () => {
  const svg = parseXml(candlestickPlot({ title: 'T', open: [1, 1], high: [2, NaN], low: [0, 0], close: [1, 1], volume: [NaN, 1] }).svg);
  assert.is(groups(svg).length, 1);
  assert.ok(texts(parseXml(candlestickPlot({ title: 'T', open: [NaN], high: [1], low: [1], close: [1] }).svg)).includes('No finite values'));
});

test('columns of different length and positions that do not increase are refused', () => {
  assert.throws(() => candlestickPlot({ title: 'T', ...BARS, low: [1, 2] }), refuses('low'));
  assert.throws(() => candlestickPlot({ title: 'T', ...BARS, x: [0, 1] }), refuses('x'));
  assert.throws(() => candlestickPlot({ title: 'T', ...BARS, x: [0, 2, 2] }).svg, refuses('x[2]'));
  assert.throws(() => candlestickPlot({ title: 'T', open: [], high: [], low: [], close: [] }), refuses('close'));
});

test.run();
