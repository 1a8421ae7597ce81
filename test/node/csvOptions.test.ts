import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError } from '../../src/errors.js';
import { CsvError, parseCsv, readCsv } from '../../src/node/index.js';
import type { CsvOptions, CsvTable } from '../../src/node/index.js';
import { thrown } from '../forecast/support.js';

/** Tables without dates, oldest row first. */
const parse = (text: string, options?: CsvOptions): CsvTable => parseCsv(text, { order: 'ascending', ...options });
const bad = async (text: string, options?: CsvOptions): Promise<CsvError> => thrown(CsvError, () => parse(text, options));
const columns = (table: CsvTable): Record<string, number[]> => Object.fromEntries(Object.entries(table.columns).map(([name, data]) => [name, Array.from(data)]));
const read = async (text: string, options?: CsvOptions): Promise<Record<string, number[]>> => {
  const whole = parse(text, options);
  // However the text is torn.
  for (const size of [1, 2, 7]) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
    const torn = await readCsv(asStream(pieces), { order: 'ascending', ...options });
    assert.equal(columns(torn), columns(whole));
  }
  return columns(whole);
};

async function* asStream(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

test('an unknown option is refused with the nearest name', async () => {
  const error = await thrown(ArgumentError, () => parseCsv('a\n1\n', { delimeter: ';' } as CsvOptions));
  assert.match(error.message, /^readCsv: option 'delimeter' .*Did you mean 'delimiter'\?/);
  await thrown(ArgumentError, () => readCsv('absent.csv', { seperator: ';' } as CsvOptions));
});

for (const [name, value] of [
  ['delimiter', ''], ['delimiter', ';;'], ['delimiter', '"'], ['delimiter', '\n'], ['comment', '//'], ['skipRows', -1], ['skipRows', 1.5], ['skipFooter', NaN],
  ['header', 'no'], ['decimal', ';'], ['missing', 'zero'], ['duplicates', 'drop'], ['gaps', 'fill'], ['names', ['a']],
] as const) {
  test(`${name}: ${JSON.stringify(value)} is refused`, async () => {
    assert.is((await thrown(ArgumentError, () => parseCsv('a\n1\n', { [name]: value }))).argument, name);
  });
}

test('header: false needs names', async () => {
  assert.match((await thrown(ArgumentError, () => parseCsv('1\n2\n', { header: false }))).message, /names must be given where header is false/);
});

test('a delimiter is said by the option or by a first line sep=, and never guessed', async () => {
  const table = 'x;y\r\n1,5;2\r\n';
  for (const sep of ['sep=;', 'SEP=;', '"sep=;"', '\uFEFFsep=;']) assert.equal(await read(`${sep}\r\n${table}`, { decimal: ',' }), { x: [1.5], y: [2] });
  assert.equal(await read('sep=\t\nx\ty\n1\t2\n'), { x: [1], y: [2] });
  assert.equal(await read(table, { delimiter: ';', decimal: ',' }), { x: [1.5], y: [2] });
  assert.equal(await read(`sep=;\n${table}`, { delimiter: ';', decimal: ',' }), { x: [1.5], y: [2] });
  assert.match((await bad(`sep=;\n${table}`, { delimiter: ',' })).message, /line 1 must be without 'sep=', or one that agrees with delimiter ',', got 'sep=;'/);
  assert.is((await bad('sep=;\nx;y\n1;2;3\n')).line, 3);
  assert.is((await bad('x;y\n1;2,5\n', { columns: ['x;y'] })).line, 2);
});

test('lines above and below the table, and comments', async () => {
  const text = 'https://example.org/"\nsecond, line\nx,y\n# a "comment\n1,2\n\n#\n3,4\nDownloaded as of 11-28-2026 01:05pm CST\n\n';
  assert.equal(await read(text, { skipRows: 2, skipFooter: 1, comment: '#' }), { x: [1, 3], y: [2, 4] });
  const error = await bad(text, { skipRows: 2, comment: '#' });
  assert.is(error.line, 9);
  assert.match(error.message, /a record of 2 cells, got 1\. .*skipRows, skipFooter or comment: /);
  assert.equal(await read('sep=|\nabove\nx|y\n1|2\n', { skipRows: 2 }), { x: [1], y: [2] });
  assert.equal(await read('above\r\rx\r1\r', { skipRows: 2 }), { x: [1] });
  assert.is((await bad('a\r\nb\r\nx\r\n1\r\n?\r\n', { skipRows: 2 })).line, 5);
  await thrown(Error, () => parse('x\n1\n', { skipFooter: 1 }));
  await thrown(Error, () => parse('x\n1\n', { skipRows: 2 }));
});

test('what is no text and no source is refused by name', async () => {
  for (const wrong of [3, undefined, null, ['a\n1\n']]) {
    // @ts-expect-error JavaScript callers may pass anything
    assert.match((await thrown(ArgumentError, () => parseCsv(wrong))).message, /^parseCsv: text must be the text of a table, got /);
    // @ts-expect-error JavaScript callers may pass anything
    assert.match((await thrown(ArgumentError, () => readCsv(wrong))).message, /^readCsv: source must be a path, /);
  }
});

test('each hint names an option that cures', async () => {
  const total = await thrown(CsvError, () => parseCsv('Date,x\n2024-01-02,1\n2024-01-03,2\nTotal,3\n'));
  assert.match(total.message, /line 4 column 'Date' must be a date YYYY-MM-DD, got 'Total'\. Say skipRows, skipFooter or comment: /);
  assert.equal(columns(parseCsv('Date,x\n2024-01-02,1\n2024-01-03,2\nTotal,3\n', { skipFooter: 1 })), { x: [1, 2] });

  const undated = 'Date,x\n2024-01-02,1\n,2\n2024-01-04,3\n';
  assert.match((await thrown(CsvError, () => parseCsv(undated))).message, /got an empty cell\. Say missing: 'drop' if rows without a date may go\./);
  assert.equal(columns(parseCsv(undated, { missing: 'drop' })), { x: [1, 3] });

  const twice = 'about\nDate,x,x\n2024-01-02,1,2\n2024-01-03,3,4\n';
  assert.match((await thrown(DataError, () => parseCsv(twice, { skipRows: 1 }))).message, /^readCsv: header on line 2 must be .*Say skipRows: 2, header: false and names: /);
  assert.equal(columns(parseCsv(twice, { skipRows: 2, header: false, names: ['Date', 'x', 'y'] })), { x: [1, 3], y: [2, 4] });
  assert.is((await thrown(DataError, () => parseCsv(twice, { skipRows: 2, header: false, names: ['Date', 'x', 'x'] }))).hint, undefined, 'names were given');

  // One column says the year, others the day: keeping one row of each year would be no cure.
  const parts = 'Year,Month,Day,x\n2024,1,2,1\n2024,1,3,2\n2024,1,4,3\n';
  assert.match((await thrown(CsvError, () => parseCsv(parts))).message, /2024-01-01 again .* Say dateColumn: false and order: 'ascending' or order: 'descending' if other columns say the day; /);
  assert.equal(columns(parseCsv(parts, { dateColumn: false, order: 'ascending' })).x, [1, 2, 3]);
  assert.not.match((await thrown(CsvError, () => parseCsv('Date,x\n2024-01-02,1\n2024-01-02,2\n'))).message, /other columns/);

  const serials = (await thrown(DataError, () => parseCsv('Date,x\n45293,1\n45294,2\n'))).message;
  assert.match(serials, /dates as text in the sheet if those are Excel's serial numbers; /);
  assert.not.match(serials, /seconds/);
});

test('names without a header, and a header of numbers', async () => {
  const text = '1502942400000,4261.48,10\n1502942400001,4261.5,11\n';
  assert.match((await bad(text)).message, /line 1 must be names of columns, got numbers only\. Say header: false and names: .*, header: true/);
  assert.equal(await read(text, { header: false, names: ['t', 'p', 'q'] }), { t: [1502942400000, 1502942400001], p: [4261.48, 4261.5], q: [10, 11] });
  assert.equal(await read('2019,2020\n1,2\n', { header: true }), { 2019: [1], 2020: [2] });
  assert.is((await bad(text, { header: false, names: ['t', 'p'] })).line, 1);
  assert.match((await bad('1\n', { header: false, names: ['t', 'p'] })).message, /a record of 2 cells, got 1/);
});

test('columns that share a name, and one without a name', async () => {
  const text = ',a,b,a\n0,1,2,3\n';
  assert.match((await thrown(Error, () => parse(text))).message, /'a' more than once\. Say skipRows: 1, header: false and names/);
  assert.equal(await read(text, { columns: ['', 'b'] }), { '': [0], b: [2] });
  assert.equal(await read(text, { skipRows: 1, header: false, names: ['i', 'a', 'b', 'c'] }), { i: [0], a: [1], b: [2], c: [3] });
  await thrown(Error, () => parseCsv('date,date,a\n2024-01-02,2024-01-03,1\n'));
});

test('a comma that could mean two things is settled by the file, or refused', async () => {
  const error = await bad('x,y\n1,"1,234"\n2,"2,345"\n');
  assert.equal([error.line, error.column, error.text], [2, 'y', '1,234']);
  assert.match(error.message, /read in one way only, got '1,234'\. Say decimal: '\.' if its comma groups thousands, decimal: ',' if it marks the decimals/);
  assert.equal(await read('x,y\n1,"1,234"\n', { decimal: '.' }), { x: [1], y: [1234] });
  assert.equal(await read('x,y\n1,"1,234"\n', { decimal: ',' }), { x: [1], y: [1.234] });
  for (const [cell, value] of [['0.5', 0.5], ['"1,234,567"', 1234567], ['"1,234.5"', 1234.5], ['"1,23,456"', 123456]] as const) {
    assert.equal(await read(`x,y\n1,"1,234"\n${cell},5\n`), { x: [1, value], y: [1234, 5] });
  }
  assert.is((await bad('x,y\n1.234,"1,234"\n')).text, '1,234');
  const german = await bad('x;y\n1;0,512\n', { delimiter: ';' });
  assert.match(german.message, /got '0,512'\. Say decimal: ','/);
  assert.match((await bad('x;y\n1;0.512\n', { delimiter: ';', decimal: ',' })).message, /Say decimal: '\.'/);
});

test('long cells are shortened in messages', async () => {
  const error = await bad(`a\n${'x'.repeat(5000)}\n`);
  assert.ok(error.message.length < 250, `${error.message.length}`);
  assert.match(error.message, /…' \(5000 characters\)/);
  assert.is(error.text?.length, 5000);
});

test('a message lists twenty names at most, each shortened', async () => {
  const names = Array.from({ length: 3000 }, (_, j) => `${'long'.repeat(50)}${j}`);
  const error = await thrown(ArgumentError, () => parseCsv(`${names.join(',')}\n`, { columns: ['x'.repeat(500)] }));
  assert.match(error.message, / and 2980 more/);
  assert.ok(error.message.length < 2500, `${error.message.length}`);
});

test.run();
