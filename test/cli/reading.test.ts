/** The words of the reader and of the command line: one mapping, and every option of the one has its flag in the other. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BpttError } from '../../src/errors.js';
import { readCsv } from '../../src/node/index.js';
import type { CsvOptions } from '../../src/node/index.js';
import { UsageError, parseOptions } from '../../src/cli/options.js';
import { READING, csvOptionsOf, inFlags } from '../../src/cli/reading.js';
import type { Reading } from '../../src/cli/reading.js';
import { thrown } from '../forecast/support.js';

function read(...args: string[]): Reading {
  const values = parseOptions(READING, args);
  if (values === 'help') throw new Error('help');
  return csvOptionsOf(values);
}

test('flags become options of the reader', () => {
  const plain = { duplicates: 'refuse', missing: 'refuse', skipRows: 0, skipFooter: 0 };
  assert.equal(read(), plain);
  assert.equal(
    read('--date-column', '', '--date-format', 'YYYYMMDD', '--time-column', 'T', '--time-zone', 'UTC', '--order', 'unsorted', '--series', 'A B=C=D', '--duplicates', 'last', '--missing', 'drop', '--delimiter', '\\t', '--decimal', ',', '--comment', '#', '--encoding', 'utf-16', '--skip-rows', '2', '--skip-footer', '3'),
    { dateColumn: '', dateFormat: 'YYYYMMDD', timeColumn: 'T', timeZone: 'UTC', order: 'unsorted', series: { 'A B': 'C=D' }, duplicates: 'last', missing: 'drop', delimiter: '\t', decimal: ',', comment: '#', encoding: 'utf-16', skipRows: 2, skipFooter: 3 },
  );
  assert.equal(read('--names', 'a,b'), { ...plain, header: false, names: ['a', 'b'] });
  assert.equal(read('--header', '--series', 'one'), { ...plain, header: true, series: 'one' });
});

test('what no reader could take is refused at once', async () => {
  await thrown(UsageError, () => read('--series', 'AAPL'));
  await thrown(UsageError, () => read('--names', 'a,b', '--header'));
});

test('every option of the reader but columns and gaps has a flag, and the reader knows each', async () => {
  const options: Required<{ [K in keyof CsvOptions]: true }> = {
    columns: true, dateColumn: true, dateFormat: true, timeColumn: true, timeZone: true, order: true, series: true, missing: true, duplicates: true, gaps: true, delimiter: true, skipRows: true, skipFooter: true, comment: true,
    header: true, names: true, decimal: true, encoding: true,
  };
  const kebab = Object.keys(options).map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  assert.equal(kebab.filter((name) => !(name in READING)), ['columns', 'gaps']);
  assert.equal(Object.keys(READING).filter((name) => !kebab.includes(name)), []);
  await thrown(BpttError, () => readCsv('absent.csv', read('--order', 'descending')));
});

for (const [hint, expected] of [
  ["Say dateColumn: 'Open time' or dateColumn: 't'.", "Say --date-column 'Open time' or --date-column t."],
  ["Say dateColumn: '' if", "Say --date-column '' if"],
  ["Say series: { Name: 'AAL' } to read that one, series: 'one' if", 'Say --series Name=AAL to read that one, --series one if'],
  ["series: { '<TICKER>': 'A B' }", "--series '<TICKER>=A B'"],
  ['Say skipRows, header: false and names: […] to name', 'Say --skip-rows N, --names A,B,… to name'],
  ['header: false and names: […] if data, header: true if names', '--names A,B,… if data, --header if names'],
  ["Say delimiter: '…' if other marks; skipRows, skipFooter or comment: '…' if", 'Say --delimiter MARK if other marks; --skip-rows N, --skip-footer N or --comment MARK if'],
  ["Say delimiter: ';' or delimiter: '\\t'", "Say --delimiter ';' or --delimiter '\\t'"],
  ["Say timeZone if clocks were put back; duplicates: 'first' or duplicates: 'report' to keep all", 'Say --time-zone if clocks were put back; --duplicates first or --duplicates report to keep all'],
  ["order: 'unsorted' to sort the rows in order of the series", '--order unsorted to sort the rows in order of the series'],
  ["Say decimal: ',' if", 'Say --decimal , if'], ["Say encoding: 'windows-1252' if", 'Say --encoding windows-1252 if'],
  ['Days have no time zone: leave timeZone out, or name the timeColumn.', 'Days have no time zone: leave --time-zone out, or name the --time-column.'],
  ['Say skipRows: 3, header: false and names: […] to name', 'Say --skip-rows 3, --names A,B,… to name'],
  ["dateColumn: false and order: 'ascending' if", '--date-column false and --order ascending if'],
  ['timeZone', '--time-zone'], ['skipRows', '--skip-rows'], ['order', '--order'], ['noSuchOption stays', 'noSuchOption stays'],
] as const) {
  test(`${hint} → ${expected}`, () => assert.is(inFlags(hint), expected));
}

test('a hint about columns names the flags of the command, or says nothing', () => {
  const hint = 'Correct the cell, or choose number columns with columns: […].';
  assert.is(inFlags(hint, '--target and --features'), 'Correct the cell, or choose number columns with --target and --features.');
  assert.is(inFlags(hint), 'Correct the cell.');
});

test.run();
