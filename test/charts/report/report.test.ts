import { Buffer } from 'node:buffer';
import { Script } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { htmlReport, linePlot } from '../../../src/charts/index.js';
import type { ReportBlock } from '../../../src/charts/index.js';
import { byClass, findAll, parseXml } from '../xml.js';
import type { XmlNode } from '../xml.js';

const report = (...blocks: ReportBlock[]): string => htmlReport({ title: 'T', sections: [{ heading: 'H', blocks }] });
/** The report without doctype, style sheets and its one script, which are not XML. */
function tree(html: string): XmlNode {
  return parseXml(html.replace('<!doctype html>\n', '').replace(/<script>[^]*?<\/script>/g, '').replace(/<style>[^]*?<\/style>/g, '').trim());
}
const named = (node: XmlNode, name: string): XmlNode[] => findAll(node, (n) => n.name === name);
const whole = (node: XmlNode): string => node.content;

const everything: ReportBlock[] = [
  { kind: 'text', text: 'First with `code & <b>`.\n\nSecond.' },
  { kind: 'table', caption: 'Errors', rowHeading: 'Model', columns: [{ name: 'RMSE', format: 'usd', best: 'lowest' }, { name: 'R²', best: 'highest' }, { name: 'Note' }],
    rows: [{ name: 'LSTM', values: [3.5, 0.5, 'a'] }, { name: 'No change', values: [3.25, 0.25, null] }, { name: 'Failed', values: [NaN, 0.5, 'c'] }] },
  { kind: 'figure', plot: linePlot({ title: 'Loss', series: [{ name: 'train', values: [3, 2, 1] }] }), caption: 'Falls.' },
  { kind: 'note', text: 'Look.' },
  { kind: 'warning', text: 'Careful.' },
  { kind: 'facts', facts: [['Seed', 42], ['Backend', '`cpu`']] },
  { kind: 'preformatted', text: 'lstm   [60, 50]\n<b>', caption: 'Summary' },
  { kind: 'data', summary: 'Data', data: { price: Float32Array.of(1, 2.5, NaN), name: '</script>' } },
];

test('every block becomes well-formed HTML with its parts', () => {
  const root = tree(report(...everything));
  assert.equal(named(root, 'p').map(whole), ['First with code & <b>.', 'Second.', 'Look.', 'Careful.']);
  assert.is(named(root, 'code')[0]?.text, 'code & <b>');
  assert.equal([named(root, 'h1'), named(root, 'h2'), named(root, 'caption'), named(root, 'figcaption')].map((n) => n.map(whole)), [['T'], ['H'], ['Errors'], ['Falls.', 'Summary']]);
  assert.equal(named(root, 'dt').map(whole), ['Seed', 'Backend']);
  assert.equal(named(root, 'dd').map(whole), ['42', 'cpu']);
  assert.is(whole(named(root, 'pre')[0] ?? root), 'lstm   [60, 50]\n<b>');
  assert.equal(JSON.parse(whole(named(root, 'pre')[1] ?? root)), { price: [1, 2.5, null], name: '</script>' });
  assert.equal(named(root, 'strong').slice(-2).map(whole), ['Note', 'Warning']);
});

test('pictures are kept inside the report, each with its name', () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 37) % 251);
  const root = tree(report({ kind: 'images', images: [{ png: bytes, title: 'A <map>' }, { png: bytes.subarray(0, 4), title: 'B' }], caption: 'Look here.' }));
  const pictures = named(root, 'img');
  assert.equal(pictures.map((n) => n.attributes.alt), ['A <map>', 'B']);
  assert.equal(pictures.map((n) => Buffer.from((n.attributes.src ?? '').replace('data:image/png;base64,', ''), 'base64').length), [70_000, 4]);
  assert.ok(Buffer.from((pictures[0]?.attributes.src ?? '').split(',')[1] ?? '', 'base64').equals(Buffer.from(bytes)));
  assert.equal([named(root, 'span').map(whole), named(root, 'figcaption').map(whole)], [['A <map>', 'B'], ['Look here.']]);
});

test('tables align decimals, mark the best, and head rows and columns', () => {
  const root = tree(report(...everything));
  assert.equal(named(root, 'td').map((n) => whole(n)), ['$3.50', '0.5000 (best)', 'a', '$3.25 (best)', '0.2500', '', 'n/a', '0.5000 (best)', 'c']);
  assert.is(byClass(root, 'best').length, 3);
  assert.equal(named(root, 'th').map((n) => [n.text, n.attributes.scope]),
    [['Model', 'col'], ['RMSE', 'col'], ['R²', 'col'], ['Note', 'col'], ['LSTM', 'row'], ['No change', 'row'], ['Failed', 'row']]);
});

test('columns of words stand to the left, unmarked, and may break; on a phone they become lists that keep their roles', () => {
  const html = htmlReport({
    title: 'R', sections: [{ heading: 'S', blocks: [{
      kind: 'table', caption: 'C', columns: [{ name: 'Verdict', words: true }, { name: 'RMSE' }], rows: [{ name: 'claim', values: ['a < b', 2] }, { name: 'other', values: [null, 3] }],
    }] }],
  });
  assert.match(html, '<th scope="col" role="columnheader">Verdict</th><th scope="col" class="number" role="columnheader">RMSE</th>');
  assert.match(html, '<td role="cell" data-label="Verdict">a &lt; b</td><td class="number" role="cell" data-label="RMSE">2</td>');
  assert.match(html, '<td role="cell" data-label="Verdict"></td><td class="number" role="cell" data-label="RMSE">3</td>');
  assert.match(html, '<table class="words" role="table">');
  assert.not.match(report(...everything), 'role="table"');
});

test('a figure is laid out for wide and for narrow screens, under one style sheet', () => {
  const html = report(...everything);
  assert.equal(named(tree(html), 'svg').map((n) => n.attributes.width), ['760', '358']);
  assert.is(html.match(/<style/g)?.length, 1);
  assert.not.match(html, ' style=');
  const small = linePlot({ title: 'T', width: 300, series: [{ name: 'a', values: [1, 2] }] });
  assert.is(named(tree(report({ kind: 'figure', plot: small })), 'svg').length, 1);
});

test('the scale of pictures has the colours, the values and what they are', () => {
  const html = report({
    kind: 'images', images: [{ png: Uint8Array.of(1), title: 'A' }], scale: { colors: 'diverging', domain: [-0.25, 0.25], label: 'moves the forecast by, dollars', alpha: 0.5 },
  });
  const [svg] = named(tree(html), 'svg');
  assert.is(svg?.attributes['aria-label'], 'moves the forecast by, dollars, −0.25 to 0.25');
  assert.equal(named(svg ?? tree(html), 'text').map(whole), ['−0.25', '0.25', '0', 'moves the forecast by, dollars']);
  const fills = named(svg ?? tree(html), 'rect').map((n) => n.attributes.fill);
  // Half way to white, as over a chart.
  assert.equal([fills[0], fills.at(-1)], [[5, 79, 182], [169, 21, 10]].map((rgb) => `#${rgb.map((c) => Math.round((c + 255) / 2).toString(16)).join('')}`));
  assert.throws(() => report({ kind: 'images', images: [], scale: { colors: 'jet', domain: [0, 1], label: 'a', alfa: 1 } as never }), /alfa/);
});

test('figures have the minus sign of print in words, tables and facts; code stays as it is', () => {
  const html = report(
    { kind: 'text', text: 'skill -0.072, run with `--shift -0.5` on 2020-01-02' }, { kind: 'facts', facts: [['change', '-3'], ['size', -2]] },
    { kind: 'table', caption: 'C', columns: [{ name: 'a' }, { name: 'b', words: true }, { name: 'c', format: (v) => v.toFixed(1) }], rows: [{ name: 'r', values: ['-0.007', 'from -1 to 2', -0.5] }] },
  );
  for (const part of ['skill −0.072', '<code>--shift -0.5</code> on 2020-01-02', '>−3<', '>−2<', '>−0.007<', 'from −1 to 2', '>−0.5<']) assert.ok(html.includes(part), part);
});

test('nothing is fetched: no addresses but the SVG name space, and a policy that forbids them', () => {
  const html = report(...everything);
  assert.equal([...new Set(html.match(/https?:[^"')\s]*/g))], ['http://www.w3.org/2000/svg']);
  assert.not.match(html, /\b(src|href)=|@import|url\(/);
  assert.match(html, "default-src &#39;none&#39;");
});

test('light and dark, print, figures with a name', () => {
  const html = report(...everything);
  assert.match(html, ':root{--page:#ffffff');
  assert.match(html, '@media screen and (prefers-color-scheme:dark){:root{');
  assert.match(html, '@media print');
  const [svg] = named(tree(html), 'svg');
  assert.is(svg?.attributes.role, 'img');
  assert.is(svg?.attributes['aria-label'], 'Loss');
});

test('text from outside cannot become markup', () => {
  const evil = '</script></style><script>alert(1)</script>"\'><img onerror=x>`</code><script>`';
  const html = htmlReport({
    title: evil, subtitle: evil, footer: evil, language: '"><script>',
    sections: [{ heading: evil, blocks: [
      { kind: 'text', text: evil }, { kind: 'note', text: evil }, { kind: 'preformatted', text: evil, caption: evil },
      { kind: 'facts', facts: [[evil, evil]] }, { kind: 'data', summary: evil, data: evil },
      { kind: 'table', caption: evil, columns: [{ name: evil }], rows: [{ name: evil, values: [evil] }] },
      { kind: 'figure', plot: linePlot({ title: evil, series: [{ name: evil, values: [1, 2] }, { name: 'b', values: [1, 2] }] }), caption: evil },
    ] }],
  });
  assert.is(html.match(/<script/g)?.length, 1);
  assert.not.match(html, '<img');
  assert.is(named(tree(html), 'h1')[0]?.text, evil);
});

test('the read-out script is short, parses, and finds its hooks in a plot', () => {
  const html = report(...everything);
  const script = /<script>([^]*)<\/script>/.exec(html)?.[1] ?? '';
  assert.ok(script.split('\n').length < 60);
  // Parsed only: a syntax error throws here.
  assert.not.throws(() => new Script(script));
  const svg = named(tree(html), 'svg')[0];
  const axes = svg && byClass(svg, 'axes')[0];
  assert.match(axes?.attributes['data-x'] ?? '', /^linear 0 2 [\d.]+ [\d.]+ [\d.]+ [\d.]+$/);
  assert.is(svg && byClass(svg, 'line')[0]?.attributes['data-name'], 'train');
});

test('the same input gives the same text', () => {
  assert.is(report(...everything), report(...everything));
});

test('empty reports and rows of the wrong length are refused', () => {
  assert.throws(() => htmlReport({ title: 'T', sections: [] }), (error: unknown) => error instanceof ArgumentError && error.argument === 'sections');
  assert.throws(() => report({ kind: 'table', caption: 'C', columns: [{ name: 'a' }], rows: [{ name: 'r', values: [] }] }),
    (error: unknown) => error instanceof ArgumentError && error.argument === "row 'r'");
});

test.run();
