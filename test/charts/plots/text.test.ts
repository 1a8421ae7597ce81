import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fitText, textWidth, wrapText } from '../../../src/charts/plots/text.js';

test('widths grow with the text and the font', () => {
  assert.ok(textWidth('mmm', 12) > textWidth('nnn', 12) && textWidth('nnn', 12) > textWidth('iii', 12));
  assert.is(textWidth('abc', 24), 2 * textWidth('abc', 12));
});

test('text that is too wide is cut with an ellipsis, whole characters only', () => {
  assert.is(fitText('short', 200, 12), 'short');
  const cut = fitText('🙂🙂🙂🙂🙂🙂', 50, 12);
  assert.match(cut, /^(🙂)+…$/u);
  assert.ok(textWidth(cut, 12) <= 50);
});

test('lines are broken at spaces and stay within the width', () => {
  const text = 'one two three four five six seven antidisestablishmentarianism';
  const lines = wrapText(text, 90, 12);
  assert.ok(lines.length > 3 && lines.every((line) => textWidth(line, 12) <= 90), lines.join('|'));
  assert.is(lines.slice(0, -1).join(' '), 'one two three four five six seven');
  assert.equal(wrapText('', 90, 12), []);
});

test.run();
