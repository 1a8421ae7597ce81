import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { ArgumentError, DataError } from '../../src/errors.js';
import { csvRecords } from '../../src/node/csvRecords.js';
import { CsvError, parseCsv, readCsv, readCsvHeader } from '../../src/node/index.js';
import type { CsvOptions, CsvTable } from '../../src/node/index.js';
import { identical, thrown } from '../forecast/support.js';

const bad = async (text: string, options?: CsvOptions): Promise<CsvError> => thrown(CsvError, () => parseCsv(text, options));
const values = (table: CsvTable, name: string): number[] => Array.from(table.columns[name] ?? []);

test('the raw Nasdaq form: dollar signs, MM/DD/YYYY, newest first', async () => {
  const table = parseCsv('Date,Close/Last,Volume\n07/26/2024,$217.96,41601350\n07/25/2024,$217.49,51391200\n07/24/2024,"$1,218.54","61,777,600"\n');
  assert.equal(table.dates, ['2024-07-24', '2024-07-25', '2024-07-26']);
  identical(table.times, [Date.UTC(2024, 6, 24), Date.UTC(2024, 6, 25), Date.UTC(2024, 6, 26)]);
  assert.equal(values(table, 'Close/Last'), [1218.54, 217.49, 217.96]);
  assert.equal(values(table, 'Volume'), [61777600, 51391200, 41601350]);
  assert.equal(table.report, { file: 'text', order: 'descending', dateColumn: 'Date', dateFormat: 'MM/DD/YYYY', duplicates: [], gaps: [], dropped: [], carried: [], interpolated: [] });
});

test('byte-order mark, CRLF, quotes, padded names, blank lines and a missing last line break', async () => {
  const text = '\uFEFF"date" , "the ""close"" price"\r\n\r\n2024-01-02,"1"\r\n   \r\n"2024-01-03", "2"\r\n2024-01-04,3';
  const table = await readCsv(bytes(Buffer.from(text), 3));
  assert.equal(table.dates, ['2024-01-02', '2024-01-03', '2024-01-04']);
  assert.equal(values(table, 'the "close" price'), [1, 2, 3]);
});

async function* bytes(buffer: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < buffer.length; at += size) yield await Promise.resolve(buffer.subarray(at, at + size));
}

test('chunks may end anywhere', async () => {
  const text = '\uFEFFdate,"é\r\nß",b\r\n2024-01-02,"€1,000.0",5\r2024-01-03,2,6\n2024-01-04,3,7\r\n';
  const whole = parseCsv(text);
  assert.equal(values(whole, 'é\r\nß'), [1000, 2, 3]);
  for (let size = 1; size < 20; size++) assert.equal(await readCsv(bytes(Buffer.from(text), size)), { ...whole, report: { ...whole.report, file: 'stream' } });
});

test('the header alone: names as they stand, or as given', async () => {
  assert.equal(await readCsvHeader(bytes(Buffer.from('above\n Date ;"a;b"\n'), 2), { skipRows: 1, delimiter: ';' }), ['Date', 'a;b']);
  assert.equal(await readCsvHeader(bytes(Buffer.from('1,2\n'), 2), { header: false, names: ['x', 'y'] }), ['x', 'y']);
  await thrown(CsvError, () => readCsvHeader(bytes(Buffer.from('1,2\n'), 2)));
  await thrown(DataError, () => readCsvHeader(bytes(Buffer.from('\n'), 2)));
  await thrown(ArgumentError, () => readCsvHeader('absent.csv', { delimeter: ';' } as CsvOptions));
});

test('only the chosen columns are read, in the order asked for; text elsewhere does not matter', async () => {
  const table = parseCsv('note,date,a,b\nhi,2024-01-02,1,2\nho,2024-01-03,3,4\n', { columns: ['b', 'a'] });
  assert.equal(Object.keys(table.columns), ['b', 'a']);
  assert.equal(values(table, 'b'), [2, 4]);
});

test('a missing column names those there are', async () => {
  const text = 'Date,Open,Close\n2024-01-02,1,2\n';
  assert.is((await thrown(ArgumentError, () => parseCsv(text, { columns: ['close'] }))).message, "readCsv: columns must be among 'Date', 'Open', 'Close', got 'close'. Say skipRows if the header stands further down.");
  await thrown(ArgumentError, () => parseCsv(text, { dateColumn: 'Day' }));
  await thrown(DataError, () => parseCsv('date,a,a\n2024-01-02,1,2\n'));
  await thrown(DataError, () => parseCsv('date\n2024-01-02\n'));
});

test('a table without dates is read in the order that is said, and refused where none is', async () => {
  const text = 'sinewave\n0.84\n0.87\n0.91\n';
  assert.match((await thrown(DataError, () => parseCsv(text))).message, /one column of dates, got none: 'sinewave' begins with '0\.84'\. Say .*order: 'ascending' or order: 'descending' if there are no dates\./);
  const table = parseCsv(text, { order: 'ascending' });
  assert.equal([table.rows, table.dates, table.report.order, 'dateColumn' in table.report], [3, [], 'ascending', false]);
  assert.equal(values(parseCsv(text, { order: 'descending' }), 'sinewave'), [0.91, 0.87, 0.84]);
  await thrown(DataError, () => parseCsv(text, { order: 'unsorted' }));
  const years = 'year,x\n2024,4\n2025,5\n';
  assert.equal(values(parseCsv(years, { dateColumn: false, order: 'ascending' }), 'year'), [2024, 2025]);
  assert.match((await thrown(DataError, () => parseCsv(years, { dateColumn: false }))).message, /Say order: 'ascending' if the oldest row comes first/);
});

test('a bad cell gives file, line, column and text', async () => {
  const error = await bad('date,a,b\n2024-01-02,1,2\n\n2024-01-03,3,x7\n');
  assert.equal([error.file, error.line, error.column, error.text], ['text', 4, 'b', 'x7']);
  assert.match(error.message, /^readCsv: text line 4 column 'b' must be a number, got 'x7'\./);
  assert.instance(error, DataError);
});

test('line numbers count quoted line breaks, of every kind, in columns nobody reads', async () => {
  const error = await bad('date,note,a\n2024-01-02,"one\ntwo\r\nthree",1\r\n2024-01-03,"a ""quoted""\rword",2\n\n2024-01-04,,oops\n', { columns: ['a'] });
  assert.equal([error.line, error.text], [8, 'oops']);
});

test('line numbers are right wherever the bad cell is', async () => {
  const cell = fc.constantFrom('x', '"x\ny"', '"a,b"', '"q""q"', '""', '"\r\n\n"', '5" pipe', ' pad ');
  const lineBreak = fc.constantFrom('\n', '\r\n', '\r');
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(cell, fc.integer({ min: 0, max: 2 })), { maxLength: 12 }), lineBreak, fc.integer({ min: 1, max: 9 }), async (rows, eol, size) => {
    const before = `note,a${eol}${rows.map(([note, blanks]) => `${note},1${eol}${eol.repeat(blanks)}`).join('')}`;
    const error = await thrown(CsvError, () => readCsv(bytes(Buffer.from(`${before}n,wrong${eol}n,2${eol}`), size), { columns: ['a'], order: 'ascending' }));
    assert.equal([error.line, error.text], [before.split(/\r\n|\n|\r/).length, 'wrong']);
  }), { numRuns: 60 });
});

test('misplaced quotes give the line where the record begins', async () => {
  assert.is((await bad('date,a\n2024-01-02,1\n2024-01-03,"2"x\n2024-01-04,3\n')).line, 3);
  assert.match((await bad('date,a\n2024-01-02,1\n\n2024-01-03,"2\n2024-01-04,3\n')).message, /^readCsv: text line 4 must be a record with matching quotes/);
});

test('a record with too many or too few cells is refused', async () => {
  const error = await bad('date,a\n2024-01-02,1\n2024-01-03,1,234\n');
  assert.match(error.message, /text line 3 must be a record of 2 cells, got 3\. Thousands separators need quotes/);
  assert.is((await bad('date,a\n2024-01-02\n')).line, 2);
});

const holes = 'date,a,b\n2024-01-05,5,\n2024-01-04,NA,40\n2024-01-03,3,30\n2024-01-02,,20\n';

test('missing values: refused unless the caller says otherwise', async () => {
  const error = await bad(holes);
  assert.equal([error.line, error.column, error.text], [2, 'b', '']);
  assert.match(error.message, /must be a number, got an empty cell\. Say missing: 'drop', missing: 'carryForward' or missing: 'interpolate'/);
  await thrown(ArgumentError, () => parseCsv(holes, { missing: 'zero' as 'drop' }));
});

test('missing values: dropped rows are listed', async () => {
  const table = parseCsv(holes, { missing: 'drop' });
  assert.equal(table.dates, ['2024-01-03']);
  assert.equal(table.report.dropped, [{ line: 5, column: 'a' }, { line: 3, column: 'a' }, { line: 2, column: 'b' }]);
  assert.equal(parseCsv('date,a\n,1\n2024-01-02,2\n', { missing: 'drop' }).report.dropped, [{ line: 2, column: 'date' }]);
  await thrown(DataError, () => parseCsv('date,a\n2024-01-02,\n', { missing: 'drop' }));
});

test('missing values: carried forward in time, never back, although the file is newest first', async () => {
  const table = parseCsv(holes, { missing: 'carryForward' });
  assert.equal(table.dates, ['2024-01-03', '2024-01-04', '2024-01-05']);
  assert.equal([values(table, 'a'), values(table, 'b')], [[3, 3, 5], [30, 40, 40]]);
  assert.equal(table.report.carried, [{ line: 3, column: 'a' }, { line: 2, column: 'b' }]);
  assert.equal(table.report.dropped, [{ line: 5, column: 'a' }]);
});

test('dates that occur twice are refused, unless it is said which row is kept; gaps are reported, and refused when asked', async () => {
  const text = 'date,a\n2024-01-02,1\n2024-01-03,2\n2024-01-02,3\n2024-01-10,4\n2024-01-04,5\n2024-01-05,6\n2024-01-03,7\n2024-01-02,8\n';
  assert.match((await bad(text)).message, /line 4 column 'date' must be a date in the order of those above, the last of which is '2024-01-03', got '2024-01-02'\. Say order: 'unsorted' to sort/);
  const error = await bad(text, { order: 'unsorted' });
  assert.is(error.line, 4);
  assert.match(error.message, /a date that occurs once, got 2024-01-02 again \(first on line 2\)\. Say duplicates: 'first' or duplicates: 'last' to keep one row of each date, duplicates: 'report' to keep all\./);
  const kept = async (duplicates: 'first' | 'last' | 'report'): Promise<number[]> => {
    const { report, ...table } = parseCsv(text, { order: 'unsorted', duplicates });
    assert.is(report.order, 'unsorted');
    assert.equal(report.duplicates, [{ date: '2024-01-02', lines: [2, 4, 9] }, { date: '2024-01-03', lines: [3, 8] }]);
    assert.equal(report.gaps, [{ after: '2024-01-05', before: '2024-01-10', missing: 2 }]);
    assert.is(table.rows, table.dates.length);
    return values({ report, ...table }, 'a');
  };
  assert.equal(await kept('report'), [1, 3, 8, 2, 7, 5, 6, 4]);
  assert.equal(await kept('first'), [1, 2, 5, 6, 4]);
  assert.equal(await kept('last'), [8, 7, 5, 6, 4]);
  assert.match((await thrown(DataError, () => parseCsv(text, { order: 'unsorted', duplicates: 'last', gaps: 'refuse' }))).message, /2 missing between 2024-01-05 and 2024-01-10/);
});

test('an order that is said is held against the dates', async () => {
  const up = 'date,a\n2024-01-02,1\n2024-01-03,2\n';
  const down = 'date,a\n2024-01-03,2\n2024-01-02,1\n';
  for (const order of ['ascending', 'unsorted'] as const) assert.equal(values(parseCsv(up, { order }), 'a'), [1, 2]);
  for (const order of ['descending', 'unsorted'] as const) assert.equal(values(parseCsv(down, { order }), 'a'), [1, 2]);
  assert.match((await bad(up, { order: 'descending' })).message, /line 3 column 'date' must be a date before '2024-01-02', as order: 'descending' says, got '2024-01-03'/);
  assert.match((await bad(down, { order: 'ascending' })).message, /line 3 column 'date' must be a date after '2024-01-03', as order: 'ascending' says/);
});

test('dates: one bad cell is named, ambiguity is refused, offsets sort by the instant', async () => {
  const error = await bad('date,a\n01/02/2024,1\n01/13/2024,2\n13/01/2024,3\n');
  assert.equal([error.line, error.column, error.text], [4, 'date', '13/01/2024']);
  assert.match((await bad('date,a\n01/01/2024,1\n02/01/2024,2\n')).message, /read in one way only \(MM\/DD\/YYYY or DD\/MM\/YYYY\).* Say dateFormat: /);
  assert.equal(parseCsv('date,a\n01/01/2024,1\n02/01/2024,2\n', { dateFormat: 'DD/MM/YYYY' }).dates, ['2024-01-01', '2024-01-02']);
  assert.equal(parseCsv('Datetime,a\n2024-02-02 10:00:00+02:00,1\n2024-02-02 09:30:00+02:00,2\n2024-02-02 09:00:00-05:00,3\n', { order: 'unsorted' }).dates,
    ['2024-02-02T09:30:00+02:00', '2024-02-02T10:00:00+02:00', '2024-02-02T09:00:00-05:00']);
  assert.match((await bad('date,a\n2024-01-02,1\n,2\n')).message, /line 3 column 'date' must be a date YYYY-MM-DD, got an empty cell/);
});

test('semicolons and decimal commas', async () => {
  const table = parseCsv('date;a\n02.01.2024;1.234,5\n03.01.2024;"2,5 €"\n', { delimiter: ';', decimal: ',' });
  assert.equal(table.dates, ['2024-01-02', '2024-01-03']);
  assert.equal(values(table, 'a'), [1234.5, 2.5]);
});

test('a quote that is never closed is found without parsing the rest again and again', async () => {
  assert.is((await bad(`date,a\n2024-01-02,"1\n${'2024-01-03,2\n'.repeat(20_000)}`)).line, 2);
});

for (const pause of [0, 20]) {
  test(`a source is closed when the reader stops, after ${pause} ms`, async () => {
    let closed = false;
    async function* source(): AsyncGenerator<string> {
      try {
        for (let i = 0; i < 1e6; i++) yield await Promise.resolve('2024-01-03,1\n'.repeat(100));
      } finally {
        closed = true;
      }
    }
    for await (const records of csvRecords(source(), 'text')) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (records.some(({ line }) => line > 300)) break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(closed);
  });
}

test('empty input is refused', async () => {
  await thrown(DataError, () => parseCsv(''));
  await thrown(DataError, () => parseCsv('date,a\n\n'));
});

test('a path, a URL and a stream give the same table; errors name the path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bptt-csv-'));
  const path = join(folder, 'prices.csv');
  try {
    const lines = Array.from({ length: 3000 }, (_, i) => `${new Date(i * 86_400_000).toISOString().slice(0, 10)},${i + 0.5}`);
    await writeFile(path, `date,a\n${lines.join('\n')}\n`);
    const table = await readCsv(path);
    assert.equal([table.rows, table.columns.a?.[2999]], [3000, 2999.5]);
    assert.equal(await readCsv(pathToFileURL(path)), table);
    assert.equal((await readCsv(createReadStream(path))).columns, table.columns);
    await writeFile(path, `date,a\n${lines.join('\n')}\n2024-01-01,?\n`);
    const error = await thrown(CsvError, () => readCsv(path));
    assert.equal([error.file, error.line], [path, 3002]);
    assert.match((await thrown(DataError, () => readCsv(join(folder, 'absent.csv')))).message, /path must be a readable file, got .*absent\.csv \(ENOENT\)/);
    await thrown(DataError, () => readCsv(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
});

const require = createRequire(import.meta.url);

test('AAPL of @observablehq/sample-datasets, unchanged', async () => {
  const table = await readCsv(require.resolve('@observablehq/sample-datasets/aapl.csv'));
  assert.equal([table.rows, table.dates[0], table.dates[1259]], [1260, '2013-05-13', '2018-05-11']);
  assert.equal(Object.keys(table.columns), ['Open', 'High', 'Low', 'Close', 'Adj Close', 'Volume']);
  assert.equal([table.columns.Close?.[0], table.columns.Volume?.[1259]], [64.96286, 25806600]);
  assert.equal([table.report.order, table.report.duplicates, table.report.gaps], ['ascending', [], []]);
});

test('the five-year Nasdaq file as downloaded', async () => {
  const path = '../shared/data/B_aapl_daily_2019-07-29_2024-07-26_nasdaq_raw.csv';
  if (!existsSync(path)) {
    console.log(`not run: ${path} is absent`);
    return;
  }
  const table = await readCsv(path);
  assert.equal([table.rows, table.dates[0], table.dates[1257], table.report.order], [1258, '2019-07-29', '2024-07-26', 'descending']);
  assert.equal([table.columns['Close/Last']?.[0], table.columns['Close/Last']?.[1257]], [52.42, 217.96]);
});

test.run();
