/** Several series out of one text, and tables in whatever form. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError } from '../../../src/errors.js';
import { CsvError, parseCsv, parseCsvPanel, parseWideCsv } from '../../../src/forecast/index.js';
import { calendarColumns, calendarValues } from '../../../src/forecast/series/calendarInputs.js';
import { nextDates } from '../../../src/forecast/series/calendar.js';
import { readTable } from '../../../src/forecast/series/table.js';
import type { Table } from '../../../src/forecast/series/table.js';
import { close, thrown } from '../support.js';

const LONG = 'Day,Ticker,Close,Volume\n2024-01-03,B,7,70\n2024-01-02,A,1,10\n2024-01-02,B,6,60\n2024-01-03,A,2,20\n2024-01-04,A,3,30\n';

test('long form: each series is the table that parseCsv reads of it, in the order in which they come', () => {
  const panel = parseCsvPanel(LONG, { series: 'Ticker' });
  assert.equal([...panel.keys()], ['B', 'A']);
  for (const [name, frame] of panel) {
    const alone = parseCsv(LONG, { series: { Ticker: name } });
    assert.equal({ ...frame, report: undefined }, { ...alone, report: undefined });
  }
  assert.equal(panel.get('B')?.dates, ['2024-01-02', '2024-01-03'], 'sorted by itself, though the file runs both ways');
  assert.equal([...parseCsvPanel('sep=;\nx;s\n1;a\n2;b\nsource;none\n', { series: 's', skipFooter: 1, dateColumn: false, order: 'ascending' }).keys()], ['a', 'b']);
});

test('long form: errors name line and series', async () => {
  const bad = await thrown(CsvError, () => parseCsvPanel(LONG.replace('2,20', '2,oops'), { series: 'Ticker' }));
  assert.is(bad.line, 5);
  assert.match(bad.message, /series 'A'/);
  await thrown(ArgumentError, () => parseCsvPanel(LONG, { series: 'Tickr' }));
  await thrown(DataError, () => parseCsvPanel('Day,Ticker,Close\n', { series: 'Ticker' }));
  assert.match((await thrown(ArgumentError, () => parseCsvPanel(LONG, { series: 'Ticker', oder: 'x' } as never))).message, /oder/);
});

test('wide form: a series a row, trailing empty cells are none', async () => {
  const panel = parseWideCsv('"V1","V2","V3"\n"H1","1","2.5"\n"H2","3",\n');
  assert.equal([...panel].map(([name, { columns, rows, dates }]) => [name, rows, dates.length, [...columns.value ?? []]]), [['H1', 2, 0, [1, 2.5]], ['H2', 1, 0, [3]]]);
  assert.match((await thrown(CsvError, () => parseWideCsv('a,b,c\nH1,1,,2\n'))).message, /line 2.*a number in cell 3, got an empty cell/);
  assert.match((await thrown(CsvError, () => parseWideCsv('a,b\nH1,1\nH1,2\n'))).message, /line 3.*'H1' again/);
  await thrown(CsvError, () => parseWideCsv('a,b\nH1,\n'));
  await thrown(DataError, () => parseWideCsv('a,b\n'));
});

test('missing: interpolate takes the straight line between neighbours; the ends go; the report says which', () => {
  const text = 'date,a,b\n2024-01-01,,5\n2024-01-02,1,5\n2024-01-03,NA,\n2024-01-04,,7\n2024-01-05,4,7\n2024-01-06,5,\n';
  const table = parseCsv(text, { missing: 'interpolate' });
  assert.equal([[...table.columns.a ?? []], [...table.columns.b ?? []]], [[1, 2, 3, 4], [5, 6, 7, 7]]);
  assert.equal(table.report.interpolated, [{ line: 4, column: 'a' }, { line: 4, column: 'b' }, { line: 5, column: 'a' }]);
  assert.equal(table.report.dropped, [{ line: 2, column: 'a' }, { line: 7, column: 'b' }]);
  assert.equal(table.report.carried, []);
});

test('a table is read alike as text, rows, Frame and Map', async () => {
  const text = 'Day,Close,Note\n2024-01-02,1,x\n2024-01-03,,y\n2024-01-04,3,z\n';
  const rows = [{ Day: '2024-01-02', Close: 1, Note: 'x' }, { Day: '2024-01-03', Close: null, Note: 'y' }, { Day: '2024-01-04', Close: '3', Note: 'z' }];
  const frame = { rows: 3, dates: ['2024-01-02', '2024-01-03', '2024-01-04'], times: Float64Array.of(1, 2, 3), columns: { Close: Float64Array.of(1, NaN, 3) } };
  const reading = { columns: ['Close'], missing: 'interpolate' } as const;
  for (const table of [text, rows, frame, new Map([['', frame]])] as Table[]) {
    const own = readTable('test', table, reading).get('');
    assert.equal([own?.dates, [...own?.columns.Close ?? []]], [['2024-01-02', '2024-01-03', '2024-01-04'], [1, 2, 3]]);
  }
  assert.ok(Number.isNaN(frame.columns.Close[1]), 'the caller keeps his numbers');
  for (const table of [text, rows, frame] as Table[]) await thrown(DataError, () => readTable('test', table, { columns: ['Close'] }));
  await thrown(ArgumentError, () => readTable('test', frame, { columns: ['Open'] }));
  await thrown(ArgumentError, () => readTable('test', frame, { columns: ['Close'], series: 'Ticker' }));
  await thrown(ArgumentError, () => readTable('test', 7 as never, { columns: ['Close'] }));
  await thrown(DataError, () => readTable('test', [], { columns: ['Close'] }));
  await thrown(DataError, () => readTable('test', [{ Close: Infinity }], { columns: ['Close'], dateColumn: false }));
});

test('rows of several series; a Date says when; without dates they are in order', () => {
  const rows = [{ at: new Date('2024-01-02'), id: 7, v: 1 }, { at: new Date('2024-01-02'), id: 8, v: 2 }, { at: new Date('2024-01-03'), id: 7, v: 3 }];
  const panel = readTable('test', rows, { columns: ['v'], series: 'id' });
  assert.equal([...panel].map(([name, { columns }]) => [name, [...columns.v ?? []]]), [['7', [1, 3]], ['8', [2]]]);
  assert.equal([...readTable('test', rows, { columns: ['v'], dateColumn: false }).get('')?.columns.v ?? []], [1, 2, 3]);
});

test('calendar inputs are places on a circle, of the clock that is shown', () => {
  assert.equal(calendarColumns(['hour', 'month']), ['sin(hour)', 'cos(hour)', 'sin(month)', 'cos(month)']);
  const [sin = [], cos = []] = calendarValues('test', ['hour'], ['2024-01-01T06:00-05:00', '2024-01-01T18:30:00Z', '2024-01-01']);
  close(sin, [1, Math.sin((2 * Math.PI * 18.5) / 24), 0]);
  close(cos, [0, Math.cos((2 * Math.PI * 18.5) / 24), 1]);
  close(calendarValues('test', ['weekday'], ['2024-01-01', '2024-01-07'])[0] ?? [], [0, Math.sin((2 * Math.PI * 6) / 7)]);
  close(calendarValues('test', ['month'], ['2024-04-30'])[0] ?? [], [1]);
});

test('dates that follow leave out holidays, and keep a spacing that is given', async () => {
  assert.equal(nextDates(['2024-12-23'], 3, { spacing: { unit: 'businessDays' }, holidays: ['2024-12-25', '2024-12-26'] }), ['2024-12-24', '2024-12-27', '2024-12-30']);
  assert.equal(nextDates(['2024-01-01T10:00'], 2, { spacing: { unit: 'time', milliseconds: 3_600_000 } }), ['2024-01-01T11:00:00', '2024-01-01T12:00:00']);
  await thrown(ArgumentError, () => nextDates(['2024-12-23'], 1, { spacing: { unit: 'businessDays' }, holidays: ['25.12.2024'] }));
  await thrown(DataError, () => nextDates([], 1, { spacing: { unit: 'businessDays' } }));
});

test.run();
