import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { CsvError } from '../../src/node/index.js';
import type { SplitOptions } from '../../src/forecast/series/recordSplitter.js';
import { csvRecords } from '../../src/node/csvRecords.js';
import { forAll } from '../support/property.js';

type Place = readonly [line: number, cells: readonly string[]];

/** A blank line has no cells whatever blanks it has. */
const record = (line: number, cells: readonly string[]): Place => {
  const trimmed = cells.map((cell) => cell.trim());
  return [line, trimmed.join('') === '' && trimmed.length <= 1 ? [] : trimmed];
};

async function read(chunks: Iterable<Uint8Array | string>, options?: SplitOptions): Promise<Place[]> {
  const found: Place[] = [];
  for await (const records of csvRecords(chunks, 'text', options)) found.push(...records.map(({ line, cells }) => record(line, cells)));
  return found;
}

/** Records up to an error, and the line and reason of that error. */
async function readBroken(chunks: Iterable<Uint8Array>): Promise<readonly [Place[], number?, string?]> {
  const found: Place[] = [];
  try {
    for await (const records of csvRecords(chunks, 'text')) found.push(...records.map(({ line, cells }) => record(line, cells)));
    return [found];
  } catch (error) {
    assert.instance(error, CsvError);
    return error instanceof CsvError ? [found, error.line, error.actual] : [found];
  }
}

const cut = (bytes: Uint8Array, ...at: number[]): Uint8Array[] => [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));

/** Whole, in two pieces at every byte, byte by byte. */
function* tornEverywhere(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  for (let at = 0; at <= bytes.length; at++) yield cut(bytes, at);
  yield cut(bytes, ...bytes.keys());
}

const lineBreak = fc.constantFrom('\n', '\r\n', '\r');
const countLines = (text: string): number => text.split(/\r\n|\n|\r/).length;

interface Cell { readonly raw: string; readonly value: string }
function cells(delimiter: string): fc.Arbitrary<Cell> {
  const other = delimiter === ',' ? ';' : ',';
  const bare = fc.constantFrom('', 'a', '1.5', ' pad ', '5" pipe', `x${other}y`, 'é', '😀', '#', 'ein\u00a0Wort', '\u00a0', `a""b`).map((raw) => ({ raw, value: raw }));
  const inQuotes = fc.array(fc.constantFrom('a', ' ', '""', delimiter, other, '\n', '\r\n', '\r', 'ß', '漢', '😀', '#'), { maxLength: 5 });
  const blanks = fc.constantFrom('', '', ' ', '\u00a0');
  const quoted = fc.tuple(inQuotes, blanks, blanks).map(([parts, before, after]) => ({ raw: `${before}"${parts.join('')}"${after}`, value: parts.join('').replaceAll('""', '"') }));
  return fc.oneof(bare, quoted);
}

/** A text and the records it holds. */
const texts = fc.constantFrom(',', ';', '\t', '|').chain((delimiter) => fc.record({
  delimiter: fc.constant(delimiter),
  rows: fc.array(fc.tuple(fc.array(cells(delimiter), { minLength: 1, maxLength: 4 }), lineBreak), { maxLength: 6 }),
  hasMark: fc.boolean(),
  endsOpen: fc.boolean(),
})).map(({ delimiter, rows, hasMark, endsOpen }) => {
  let text = '';
  const expected: Place[] = [];
  for (const [row, end] of rows) {
    const raw = row.map((cell) => cell.raw).join(delimiter);
    expected.push(record(countLines(text), row.map(({ value }) => value)));
    // A lone carriage return before an empty line that ends in a line feed would be one line break.
    text += raw + (raw === '' && text.endsWith('\r') ? '\r' : end);
  }
  const open = endsOpen ? text.replace(/(?:\r\n|\n|\r)$/, '') : text;
  // What an empty last line was is nothing without its break.
  const isGone = open === '' || /[\r\n]$/.test(open) ? endsOpen && expected.length > 0 && expected.at(-1)?.[1].length === 0 : false;
  return { text: hasMark ? `\uFEFF${open}` : open, expected: isGone ? expected.slice(0, -1) : expected, delimiter };
});

const isBlank = ([, row]: Place): boolean => row.length === 0;

test('records and their lines, however the bytes are torn', async () => {
  await forAll(texts, 150, async ({ text, expected, delimiter }) => {
    const bytes = Buffer.from(text);
    for (const chunks of tornEverywhere(bytes)) {
      const found = await read(chunks, { delimiter });
      assert.equal(found.filter((each) => !isBlank(each)), expected.filter((each) => !isBlank(each)), JSON.stringify([text, chunks.map(({ length }) => length)]));
    }
  });
});

test('blank lines are records too, so that no line is lost in counting', async () => {
  assert.equal(await read(['a\n\r\n\r \n', '\t\n', 'b']), [[1, ['a']], [2, []], [3, []], [4, []], [5, []], [6, ['b']]]);
});

test('with misplaced quotes the records before them and the line are the same, however the bytes are torn', async () => {
  const piece = fc.constantFrom('a', ',', '"', '"', '""', '\n', '\r\n', '\r', ' ', 'é', 'x,"y"\n');
  let broken = 0;
  await forAll(fc.array(piece, { maxLength: 14 }).map((parts) => parts.join('')), 150, async (text) => {
    const bytes = Buffer.from(text);
    const whole = await readBroken([bytes]);
    if (whole.length > 1) broken++;
    for (const chunks of tornEverywhere(bytes)) assert.equal(await readBroken(chunks), whole, JSON.stringify(text));
  });
  assert.ok(broken > 20, `${broken} of the texts were broken`);
  for (const text of ['a\n"b" "c"\n', 'a\n"b"c\n', 'a\n"b""\n', 'a\n"b" x,"c"\n']) {
    for (const chunks of tornEverywhere(Buffer.from(text))) assert.equal((await readBroken(chunks)).slice(0, 2), [[[1, ['a']]], 2], text);
  }
});

test('lines above the table and comments, however the bytes are torn', async () => {
  const line = fc.constantFrom('', 'é "', 'a,b', '"', '#"');
  const body = fc.array(fc.tuple(fc.constantFrom('x,"#\n"', '#"odd', '#', 'y,é', '"#",1'), lineBreak), { minLength: 1, maxLength: 5 });
  await forAll(fc.tuple(fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 3 }), body), 100, async ([head, rows]) => {
    let text = head.map((each) => each.join('')).join('');
    const expected: Place[] = [];
    for (const [raw, end] of rows) {
      const values = raw === 'x,"#\n"' ? ['x', '#\n'] : raw === 'y,é' ? ['y', 'é'] : raw === '"#",1' ? ['#', '1'] : undefined;
      if (values) expected.push(record(countLines(text), values));
      text += raw + end;
    }
    const options = { skipRows: head.length, comment: '#' };
    for (const chunks of tornEverywhere(Buffer.from(text))) assert.equal(await read(chunks, options), expected, JSON.stringify(text));
  });
});

test('a line sep= is found however the bytes are torn', async () => {
  for (const first of ['sep=;', '\uFEFF"sep=;"']) {
    for (const chunks of tornEverywhere(Buffer.from(`${first}\r\na;"b\n"\r\n`))) assert.equal(await read(chunks), [[2, ['a', 'b']]]);
  }
  assert.equal(await read(['separate,b\nsep=;\n']), [[1, ['separate', 'b']], [2, ['sep=;']]]);
});

test('a source that fails is an error of its own', async () => {
  function* failing(): Generator<string> {
    yield 'a,b\n1,';
    throw new RangeError('gone');
  }
  try {
    await read(failing());
    assert.unreachable();
  } catch (error) {
    assert.instance(error, RangeError);
  }
});

test.run();
