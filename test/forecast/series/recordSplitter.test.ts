import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LONGEST_RECORD, RecordSplitter } from '../../../src/forecast/series/recordSplitter.js';

test('records come out as soon as they are whole', () => {
  const splitter = new RecordSplitter('text');
  assert.equal(splitter.push('a,"b'), { text: '', lines: [] });
  assert.equal(splitter.push('\nc"\nd'), { text: 'a,"b\nc"\n', lines: [1] });
  assert.equal(splitter.push('\r'), { text: 'd\r\n', lines: [3] });
  assert.equal(splitter.push('\n'), { text: '', lines: [] });
  assert.equal(splitter.push('e\nf\n'), { text: 'e\nf\n', lines: [4, 5] });
  assert.equal(splitter.end(), { text: '', lines: [] });
  assert.equal(new RecordSplitter('text').end().lines, [1]);
});

for (const [what, piece, line] of [['a line without an end', 'x'.repeat(2 ** 20), 2], ['a quote without an end', `"${'x,\n'.repeat(2 ** 18)}`, 2]] as const) {
  test(`${what} is refused at its line once it is too long`, () => {
    const splitter = new RecordSplitter('text');
    let length = splitter.push(`a,b\n${piece.charAt(0)}`).text.length - 3;
    let failure;
    for (let i = 0; i < 40 && !failure; i++) {
      const text = i === 0 ? piece.slice(1) : piece.replace('"', '');
      length += text.length;
      ({ failure } = splitter.push(text));
    }
    assert.is(failure?.line, line);
    assert.match(failure?.message ?? '', new RegExp(`a record of at most ${LONGEST_RECORD} characters, got a longer one\\. Is there a quote`));
    assert.ok(length > LONGEST_RECORD && length < LONGEST_RECORD + 2 ** 21, `${length}`);
  });
}

test('the longest record is read, one character more is refused', () => {
  const longest = `${'x'.repeat(LONGEST_RECORD - 1)}\n`;
  assert.is(new RecordSplitter('text').push(longest).lines.length, 1);
  assert.is(new RecordSplitter('text').push(`a\n${longest}b\n`).lines.length, 3);
  const { text, lines, failure } = new RecordSplitter('text').push(`a\nx${longest}b\n`);
  assert.equal([text, lines, failure?.line], ['a\n', [1], 2]);
});

test.run();
