import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { normal, randomStream } from '../../../src/random.js';
import { linePlot } from '../../../src/charts/plots/linePlot.js';
import type { LinePlotOptions } from '../../../src/charts/plots/linePlot.js';
import { byClass, findAll, parseXml, texts } from '../xml.js';
import type { XmlNode } from '../xml.js';

const draw = (options: LinePlotOptions): XmlNode => parseXml(linePlot(options).svg);
/** Pixels of the plotting area, as the read-out script reads them. */
function area(svg: XmlNode): { left: number; right: number; top: number; bottom: number } {
  const [, , , left = NaN, right = NaN, top = NaN, bottom = NaN] = (byClass(svg, 'axes')[0]?.attributes['data-x'] ?? '').split(' ').map(Number);
  return { left, right, top, bottom };
}
/** Lines of data; those of the legend have no values. */
const lines = (svg: XmlNode): XmlNode[] => byClass(svg, 'line').filter((n) => 'data-y' in n.attributes);
const points = (node: XmlNode | undefined): number[][] => [...(node?.attributes.d ?? '').matchAll(/([-\d.]+),([-\d.]+)/g)].map((m) => [Number(m[1]), Number(m[2])]);
const close = (a: number | undefined, b: number): void => assert.ok(Math.abs((a ?? NaN) - b) < 0.02, `${String(a)} is not ${String(b)}`);

test('a known series lies at known pixels', () => {
  const svg = draw({ title: 'T', x: [0, 1, 4], series: [{ name: 'a', values: [0, 10, 5] }], width: 500, height: 300 });
  const { left, right, top, bottom } = area(svg);
  const [p, q, r] = points(lines(svg)[0]);
  assert.equal([p, r?.[0]], [[left, bottom], right]);
  close(q?.[0], left + (right - left) / 4);
  close(q?.[1], top);
  close(r?.[1], (top + bottom) / 2);
  assert.ok(left > 10 && left < 40 && right === 494 && top > 20 && bottom < 290);
  assert.is(lines(svg)[0]?.attributes['data-y'], '0|10|5');
});

test('grid lines stand where their labels say', () => {
  const svg = draw({ title: 'T', series: [{ name: 'a', values: [0, 1] }] });
  const { top, bottom } = area(svg);
  const quiet = findAll(svg, (n) => n.name === 'text' && n.attributes['text-anchor'] === 'end');
  assert.equal(quiet.map((n) => n.text), ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  quiet.forEach((n, i) => close(Number(n.attributes.y) - 4, bottom - ((bottom - top) * i) / 5));
});

test('NaN makes a gap, and a point between gaps becomes a dot', () => {
  const svg = draw({ title: 'T', series: [{ name: 'a', values: [1, 2, NaN, 3, NaN, 4, 5] }] });
  assert.is((lines(svg)[0]?.attributes.d ?? '').match(/M/g)?.length, 2);
  const dots = byClass(svg, 'dots');
  assert.is(dots.length, 1);
  assert.is(dots[0]?.attributes['data-y'], '3');
});

test('no line leads across the end of a block', () => {
  const svg = draw({ title: 'T', series: [{ name: 'a', values: [1, 2, 3, 4, 5], breaks: [2, 4], band: { lower: [0, 1, 2, 3, 4], upper: [2, 3, 4, 5, 6] } }] });
  assert.is((lines(svg)[0]?.attributes.d ?? '').match(/M/g)?.length, 2);
  assert.is(byClass(svg, 'dots')[0]?.attributes['data-y'], '5');
  assert.is(byClass(svg, 'area')[0]?.attributes.d?.match(/M/g)?.length, 3);
  for (const breaks of [[5], [-1], [0.5]]) {
    assert.throws(() => linePlot({ title: 'T', series: [{ name: 'a', values: [1, 2, 3, 4, 5], breaks }] }), (error: unknown) => error instanceof ArgumentError && error.argument === 'breaks');
  }
});

test('a logarithmic axis leaves out zero and negative values', () => {
  const svg = draw({ title: 'T', yScale: 'log', series: [{ name: 'a', values: [1, 0, 100, 10, -5] }] });
  const { top, bottom } = area(svg);
  assert.equal(lines(svg)[0]?.attributes['data-y'], '100|10');
  const [hundred = [], ten = []] = points(lines(svg)[0]);
  const one = points(byClass(svg, 'dots')[0])[0] ?? [];
  // Dots are placed to a tenth of a pixel.
  assert.ok(Math.abs((ten[1] ?? 0) - (hundred[1] ?? 0) - ((one[1] ?? 0) - (ten[1] ?? 0))) < 0.06);
  assert.ok((hundred[1] ?? 0) > top && (one[1] ?? 0) < bottom);
});

test('a band is drawn between its edges and broken where one is missing', () => {
  const svg = draw({ title: 'T', series: [{ name: 'a', values: [5, 5, 5, 5, 5], band: { lower: [4, 3, NaN, 2, 1], upper: [6, 7, 8, 9, 10], name: '90% interval' } }] });
  const [key, band] = byClass(svg, 'area');
  assert.is(key?.name, 'rect');
  const d = band?.attributes.d ?? '';
  assert.is(d.match(/M/g)?.length, 2);
  assert.is(d.match(/Z/g)?.length, 2);
  assert.is(points(band).length, 8);
  assert.ok(texts(svg).includes('90% interval'));
});

test('dates make a time axis', () => {
  const x = Array.from({ length: 900 }, (_, i) => new Date(Date.UTC(2019, 6, 29 + i)));
  const svg = draw({ title: 'T', x, series: [{ name: 'a', values: x.map((_, i) => i) }] });
  assert.ok(['2020', '2021', '2022', 'Jan', 'Jul'].every((word) => texts(svg).includes(word)), texts(svg).join());
});

test('whole numbers get whole ticks', () => {
  const ticks = texts(draw({ title: 'T', x: [1, 2, 3], series: [{ name: 'a', values: [10, 20, 30] }] }));
  assert.ok(ticks.includes('1') && ticks.includes('2') && ticks.includes('3') && !ticks.some((t) => t.includes('.')), ticks.join());
});

test('labels of the x axis do not touch and stay inside', () => {
  for (const width of [200, 333, 480, 760, 1400]) {
    for (const spanDays of [0.01, 2, 45, 400, 5000]) {
      const x = Array.from({ length: 50 }, (_, i) => new Date(Date.UTC(2021, 11, 28) + (i / 49) * spanDays * 86_400_000));
      const svg = draw({ title: 'T', width, x, yFormat: 'usd', series: [{ name: 'a', values: x.map((_, i) => i) }] });
      const labels = findAll(svg, (n) => n.name === 'text' && n.attributes['text-anchor'] === 'middle');
      const rows = new Map<string, XmlNode[]>();
      for (const n of labels) rows.set(n.attributes.y ?? '', [...(rows.get(n.attributes.y ?? '') ?? []), n]);
      assert.ok(rows.size >= 1, 'no labels');
      for (const row of rows.values()) {
        let end = -1;
        for (const n of row) {
          const half = (n.text.length * 6) / 2;
          const centre = Number(n.attributes.x);
          assert.ok(centre - half > end && centre + half <= width + 1, `${row.map((m) => m.text).join()} at ${String(width)}`);
          end = centre + half;
        }
      }
    }
  }
});

test('five thousand points stay small and keep their extremes', () => {
  const random = randomStream(5, 'noise');
  const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i / 300) + 0.3 * normal(random));
  const svg = linePlot({ title: 'T', yDomain: [-4, 4], series: [{ name: 'a', values }] }).svg;
  assert.ok(svg.length < 45_000, String(svg.length));
  const { top, bottom } = area(parseXml(svg));
  const ys = points(lines(parseXml(svg))[0]).map((p) => p[1] ?? NaN);
  const unit = (bottom - top) / 8;
  close(Math.min(...ys), bottom - unit * (Math.max(...values) + 4));
  close(Math.max(...ys), bottom - unit * (Math.min(...values) + 4));
});

test('one point, a constant, nothing finite, huge and tiny numbers', () => {
  const one = draw({ title: 'T', x: [3], series: [{ name: 'a', values: [7] }] });
  const { left, right, top, bottom } = area(one);
  assert.equal(points(byClass(one, 'dots')[0]), [[Math.round((left + right) * 5) / 10, Math.round((top + bottom) * 5) / 10]]);
  assert.ok(texts(draw({ title: 'T', series: [{ name: 'a', values: [NaN, NaN] }] })).includes('No finite values'));
  for (const yScale of ['linear', 'log'] as const) {
    for (const values of [[4, 4, 4], [0, 0], [-1e-300, 1e-300], [1e-300, 1e300], [-Number.MAX_VALUE, Number.MAX_VALUE], [1e15, 1e15 + 2]]) {
      const svg = draw({ title: 'T', yScale, series: [{ name: 'a', values }] });
      assert.ok(texts(svg).length > 3);
    }
  }
});

test('a fixed domain clips what leaves it', () => {
  const svg = draw({ title: 'T', yDomain: [0, 1], series: [{ name: 'a', values: [0, 5] }] });
  const inner = findAll(svg, (n) => n.name === 'svg')[0];
  const { left, top, right, bottom } = area(svg);
  assert.equal(['x', 'y', 'width', 'height'].map((k) => Number(inner?.attributes[k])), [left, top, right - left, bottom - top]);
});

test('references are drawn where they belong, and named', () => {
  const svg = draw({ title: 'T', x: [0, 10], series: [{ name: 'a', values: [0, 1] }], references: [{ axis: 'x', value: 5, label: 'test' }, { axis: 'x', value: 99, label: 'outside' }, { axis: 'y', value: 0.5 }] });
  const { left, right, top, bottom } = area(svg);
  const [across, upright] = byClass(svg, 'reference').sort((a, b) => Number(a.attributes.x1) - Number(b.attributes.x1));
  close(Number(upright?.attributes.x1), (left + right) / 2);
  close(Number(across?.attributes.y1), (top + bottom) / 2);
  assert.ok(texts(svg).includes('test') && !texts(svg).includes('outside'));
});

test('names of levels that are close stand beside each other', () => {
  const svg = draw({ title: 'T', series: [{ name: 'a', values: [0, 10] }], references: [{ axis: 'y', value: 5, label: 'one level' }, { axis: 'y', value: 5.1, label: 'another' }, { axis: 'y', value: 8, label: 'far' }] });
  const at = (text: string): number => Number(findAll(svg, (n) => n.text === text)[0]?.attributes.x);
  assert.is(at('far'), area(svg).right - 2);
  const [left, right] = [at('another'), at('one level')].sort((a, b) => a - b);
  assert.ok((right ?? 0) === area(svg).right - 2 && (left ?? 0) < (right ?? 0) - 50);
});

test('lines differ by their dashes, also where hues start over; a legend appears from two entries', () => {
  const series = Array.from({ length: 8 }, (_, i) => ({ name: `model ${String(i)}`, values: [i, i + 1] }));
  const svg = draw({ title: 'T', series });
  assert.equal(lines(svg).map((n) => n.attributes.class), ['line', 'line dash1', 'line dash2', 'line dash3', 'line dash4', 'line dash5', 'line dash1', 'line dash2']);
  assert.ok(series.every((s) => texts(svg).includes(s.name)));
  assert.not.ok(texts(draw({ title: 'T', series: series.slice(0, 1) })).includes('model 0'));
});

test('text from outside is escaped, and the picture is described', () => {
  const evil = '<script>alert(1)</script>';
  const svg = linePlot({ title: evil, subtitle: '"&', yLabel: evil, series: [{ name: evil, values: [1, 2] }, { name: 'b', values: [3, NaN] }] }).svg;
  assert.not.match(svg, '<script');
  const root = parseXml(svg);
  assert.is(root.attributes.role, 'img');
  assert.is(root.attributes['aria-label'], `${evil}. "&`);
  assert.is(root.children[0]?.name, 'desc');
  assert.match(root.children[0]?.text ?? '', 'b: 2 values from 3 to 3.');
});

test('the same input gives the same text', () => {
  const options: LinePlotOptions = { title: 'T', series: [{ name: 'a', values: [1, NaN, 3] }], references: [{ axis: 'y', value: 2, label: 'r' }] };
  assert.is(linePlot(options).svg, linePlot(options).svg);
});

test('nothing to draw and unequal lengths are refused by name', () => {
  const at = (argument: string) => (error: unknown): boolean => error instanceof ArgumentError && error.argument === argument;
  assert.throws(() => linePlot({ title: 'T', series: [] }), at('series'));
  assert.throws(() => linePlot({ title: 'T', series: [{ name: 'a', values: [] }] }), at('values'));
  assert.throws(() => linePlot({ title: 'T', x: [1, 2], series: [{ name: 'a', values: [1, 2, 3] }] }), at('x'));
  assert.throws(() => linePlot({ title: 'T', series: [{ name: 'a', values: [1, 2], band: { lower: [1], upper: [2, 3] } }] }), at('band.lower'));
  assert.throws(() => linePlot({ title: 'T', width: NaN, series: [{ name: 'a', values: [1] }] }), at('width'));
});

test.run();
