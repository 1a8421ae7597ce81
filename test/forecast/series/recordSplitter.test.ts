import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LONGEST_RECORD, RecordSplitter } from '../../../src/forecast/series/recordSplitter.js';

test('records come out as soon as they are whole', () => {
  const splitter = new RecordSplitter('text');
  const push = (text: string): (readonly [number, string])[] => splitter.push(text).records.map((record) => [record.line, record.text]);
  assert.equal(push('a,"b'), []);
  assert.equal(push('\nc"\nd'), [[1, 'a,"b\nc"']]);
  assert.equal(push('\r'), [[3, 'd']]);
  assert.equal(push('\n'), []);
  assert.equal(push('e\nf\ng'), [[4, 'e'], [5, 'f']]);
  assert.equal(splitter.end().records, [{ line: 6, text: 'g' }]);
  assert.equal(new RecordSplitter('text').end().records, [{ line: 1, text: '' }]);
});

for (const [what, piece, line] of [['a line without an end', 'x'.repeat(2 ** 20), 2], ['a quote without an end', `"${'x,\n'.repeat(2 ** 18)}`, 2]] as const) {
  test(`${what} is refused at its line once it is too long`, () => {
    const splitter = new RecordSplitter('text');
    let length = splitter.push(`a,b\n${piece.charAt(0)}`).records.length;
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
  const longest = `${'x'.repeat(LONGEST_RECORD)}\n`;
  assert.is(new RecordSplitter('text').push(longest).records.length, 1);
  assert.is(new RecordSplitter('text').push(`a\n${longest}b\n`).records.length, 3);
  const { records, failure } = new RecordSplitter('text').push(`a\nx${longest}b\n`);
  assert.equal([records, failure?.line], [[{ line: 1, text: 'a' }], 2]);
});

test.run();
