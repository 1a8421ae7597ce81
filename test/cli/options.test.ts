/** Options declared once: what is parsed, what is refused, what the help says. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { list, parseOptions, text, wholeNumber, wrapWords } from '../../src/cli/options.js';

test('defaults and values', () => {
  const table = { file: text('FILE', 'a'), size: wholeNumber('b', { fallback: 7, least: 1 }), names: list('A,B', 'c') };
  assert.equal(parseOptions(table, []), { file: undefined, size: 7, names: [] });
  assert.equal(parseOptions(table, ['--size=12', '--names', 'x, y', '--file', 'f']), { file: 'f', size: 12, names: ['x', 'y'] });
  assert.is(parseOptions(table, ['-h']), 'help');
  assert.equal(wrapWords('aa bb cccccc d', 5), ['aa bb', 'cccccc', 'd']);
});

test.run();
