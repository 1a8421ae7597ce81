import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { coordinate, element, escapeText, rawElement } from '../../../src/charts/plots/svg.js';
import { parseXml } from '../xml.js';

test('text and attributes are escaped, and read back unchanged', () => {
  const nasty = `<script>alert("1 & 'two'")</script>`;
  const markup = element('g', { 'data-name': nasty }, escapeText(nasty));
  assert.not.match(markup, '<script');
  const node = parseXml(markup);
  assert.is(node.attributes['data-name'], nasty);
  assert.is(node.text, nasty);
});

test('characters XML cannot hold are replaced, others kept', () => {
  assert.is(escapeText('a\u0000b\u001bc\ud800d\udc00e'), 'a\ufffdb\ufffdc\ufffdd\ufffde');
  assert.is(escapeText('é 漢 🙂\n\t'), 'é 漢 🙂\n\t');
});

test('coordinates have two decimals, no negative zero, and are finite', () => {
  assert.is(coordinate(1 / 3), '0.33');
  assert.is(coordinate(-0.001), '0');
  assert.is(coordinate(12), '12');
  assert.throws(() => coordinate(NaN), (error: unknown) => error instanceof ArgumentError);
});

test('empty elements close themselves and undefined attributes vanish', () => {
  assert.is(element('rect', { x: 1.005, y: undefined, class: 'bar' }), '<rect x="1" class="bar"/>');
});

test('names and raw code are checked', () => {
  const refused = (error: unknown): boolean => error instanceof ArgumentError;
  assert.throws(() => element('g onload', {}), refused);
  assert.throws(() => element('g', { 'a="b"': 1 }), refused);
  assert.throws(() => rawElement('script', 'x = "</script>"'), refused);
  assert.throws(() => rawElement('style', 'a<b'), refused);
});

test('the checker itself refuses what is not well-formed', () => {
  for (const bad of ['<a><b></a></b>', '<a>', '<a>&nbsp;</a>', '<a x="1" x="2"/>', '<a/><b/>', 'text', '<a x=1/>', '<a>1 < 2</a>']) {
    assert.throws(() => parseXml(bad), undefined, bad);
  }
});

test.run();
