/**
 * Files as data vendors and tools export them, on rows made here. Each is read rightly as it is, or refused with the option that
 * says what it means, and then read rightly. docs/csv.md has the same table in words.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BpttError } from '../../src/errors.js';
import { parseCsv } from '../../src/node/index.js';
import type { CsvOptions } from '../../src/node/index.js';
import { thrown } from '../forecast/support.js';

interface Shape {
  readonly name: string;
  readonly text: string;
  /** Number columns wanted, as any caller would name them; by default all. */
  readonly columns?: readonly string[];
  /** What the refusal says if no other option is given. Absent: it is read as it is. */
  readonly refused?: RegExp;
  /** The cure. */
  readonly options?: CsvOptions;
  readonly dates: readonly string[];
  /** One column, in the order of time. */
  readonly column: string;
  readonly values: readonly number[];
}

const lines = (...rows: string[]): string => `${rows.join('\n')}\n`;
const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04'];
const OHLCV = ['1,2,0.5,1.5,100', '1.5,3,1,2.5,200', '2.5,4,2,3.5,300'];
const CLOSE = { column: 'Close', values: [1.5, 2.5, 3.5] };
const stacked = (separator: string): string[] => ['AAPL', 'MSFT'].flatMap((ticker, k) => DAYS.map((day, i) => [day, `${100 * k + i + 1}`, ticker].join(separator)));

/** Counts since 1970 of three hours from 2024-01-02 14:30 UTC on. */
const HOURS = [1704205800, 1704209400, 1704213000];
const hours = (zeros: string): string[] => HOURS.map((second, i) => `${second}${zeros},${i + 1}`);
const UTC_HOURS = ['2024-01-02T14:30:00Z', '2024-01-02T15:30:00Z', '2024-01-02T16:30:00Z'];
const BINANCE = HOURS.map((second, i) => `${second}000,1,2,0.5,${i + 1}.5,10,${second + 3599}999,15,3,5,7,0`);
const BINANCE_NAMES = ['open_time', 'open', 'high', 'low', 'close', 'volume', 'close_time', 'quote_volume', 'count', 'taker_buy_volume', 'taker_buy_quote_volume', 'ignore'];

const SHAPES: readonly Shape[] = [
  { name: 'yfinance before 0.2.51', text: lines('Date,Open,High,Low,Close,Volume', ...DAYS.map((day, i) => `${day},${OHLCV[i]}`)), dates: DAYS, ...CLOSE },
  {
    name: 'yfinance from 0.2.51 on: Price, Ticker and Date lines', text: lines('Price,Close,High,Low,Open,Volume', 'Ticker,AAPL,AAPL,AAPL,AAPL,AAPL', 'Date,,,,,', ...DAYS.map((day, i) => `${day},${i + 1}.5,9,0,1,100`)),
    refused: /'Price' begins with 'Ticker', 'Close' begins with 'AAPL'.*skipRows, header: false and names: \[…\] if the rows begin further down/,
    options: { skipRows: 3, header: false, names: ['Date', 'Close', 'High', 'Low', 'Open', 'Volume'] }, dates: DAYS, ...CLOSE,
  },
  {
    name: 'yfinance, hourly in UTC', text: lines('Datetime,Close', ...['14:30', '15:30', '16:30'].map((time, i) => `2024-01-02 ${time}:00+00:00,${i + 1}`)),
    dates: UTC_HOURS, column: 'Close', values: [1, 2, 3],
  },
  {
    name: 'Nasdaq: newest first, dollars', text: lines('Date,Close/Last,Volume,Open,High,Low', '01/16/2024,$1218.54,41601350,$1,$2,$3', '01/12/2024,$217.49,51391200,$1,$2,$3'),
    dates: ['2024-01-12', '2024-01-16'], column: 'Close/Last', values: [217.49, 1218.54],
  },
  { name: 'Stooq, daily', text: lines('Date,Open,High,Low,Close,Volume', ...DAYS.map((day, i) => `${day},${OHLCV[i]}`)), dates: DAYS, ...CLOSE },
  {
    name: 'Stooq, database: <TICKER>, compact dates and times', columns: ['<CLOSE>'],
    text: lines('<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>', ...['143000', '153000', '163000'].map((time, i) => `AAPL.US,60,20240102,${time},1,2,0,${i + 1},100,0`)),
    refused: /2024-01-02 again \(first on line 2\)\. Say timeColumn: '<TIME>' if that is the time of day/, options: { timeColumn: '<TIME>' },
    dates: ['2024-01-02T14:30:00', '2024-01-02T15:30:00', '2024-01-02T16:30:00'], column: '<CLOSE>', values: [1, 2, 3],
  },
  {
    name: 'Investing.com: 1.2M and 0.5 %, newest first', text: lines('"Date","Price","Open","High","Low","Vol.","Change %"', '"01/16/2024","1,204.50","1","2","0","1.2M","0.5 %"', '"01/12/2024","1,198.00","1","2","0","850.5K","-1.25%"'),
    dates: ['2024-01-12', '2024-01-16'], column: 'Vol.', values: [850500, 1.2e6],
  },
  {
    name: 'Investing.com, day first: fits both ways', text: lines('"Date","Price"', '"04/01/2024","3"', '"03/01/2024","2"', '"02/01/2024","1"'),
    refused: /dateFormat: 'MM\/DD\/YYYY' if that is 2024-04-01, dateFormat: 'DD\/MM\/YYYY' if it is 2024-01-04/, options: { dateFormat: 'DD/MM/YYYY' }, dates: DAYS, column: 'Price', values: [1, 2, 3],
  },
  { name: 'Alpha Vantage: timestamp, newest first', text: lines('timestamp,open,high,low,close,volume', ...DAYS.map((day, i) => `${day},${OHLCV[i]}`).reverse()), dates: DAYS, column: 'close', values: [1.5, 2.5, 3.5] },
  {
    name: 'Polygon: t in milliseconds', text: lines('v,vw,o,c,h,l,t,n', ...HOURS.map((second, i) => `100,1.5,1,${i + 1},2,0,${second}000,7`)),
    refused: /Say dateColumn: 't' if those numbers are dates/, options: { dateColumn: 't' }, dates: UTC_HOURS, column: 'c', values: [1, 2, 3],
  },
  {
    name: 'Polygon flat file: window_start in nanoseconds', columns: ['close'], text: lines('ticker,volume,open,close,high,low,window_start,transactions', ...HOURS.map((second, i) => `AAPL,100,1,${i + 1},2,0,${second}000000000,7`)),
    refused: /Say dateColumn: 'window_start' if those numbers are dates/, options: { dateColumn: 'window_start' }, dates: UTC_HOURS, column: 'close', values: [1, 2, 3],
  },
  {
    name: 'Binance without a header', text: lines(...BINANCE), refused: /line 1 must be names of columns, got numbers only\. Say header: false and names/,
    options: { header: false, names: BINANCE_NAMES, dateColumn: 'open_time' }, dates: UTC_HOURS, column: 'close', values: [1.5, 2.5, 3.5],
  },
  {
    name: 'Binance with a header: two columns of dates', text: lines(BINANCE_NAMES.join(','), ...BINANCE), refused: /got 'open_time' and 'close_time'\. Say dateColumn: 'open_time' or dateColumn: 'close_time'/,
    options: { dateColumn: 'open_time' }, dates: UTC_HOURS, column: 'close', values: [1.5, 2.5, 3.5],
  },
  ...(['', '000', '000000', '000000000'] as const).map((zeros, i): Shape => ({
    name: `TradingView, ${['seconds', 'milliseconds', 'microseconds', 'nanoseconds'][i]}`, text: lines('time,close', ...hours(zeros)), dates: UTC_HOURS, column: 'close', values: [1, 2, 3],
  })),
  {
    name: 'ticks a nanosecond apart', text: lines('time,price', ...['89', '90', '91'].map((end, i) => `17042058001234567${end},${i + 1}`)),
    dates: ['89', '90', '91'].map((end) => `2024-01-02T14:30:00.1234567${end}Z`), column: 'price', values: [1, 2, 3],
  },
  {
    name: 'TradingView, from before 1980', text: lines('time,close', '-3106800000,4.5', '1704205800,5'), refused: /got none: 'time' begins with '-3106800000'.*Say dateColumn: 'time' and dateFormat: 'seconds' if those count from 1970/, options: { dateColumn: 'time', dateFormat: 'seconds' },
    dates: ['1871-07-20T16:00:00Z', '2024-01-02T14:30:00Z'], column: 'close', values: [4.5, 5],
  },
  { name: 'TradingView, ISO with offset', text: lines('time,close', '2024-01-02T09:30:00-05:00,1', '2024-01-02T10:30:00-05:00,2'), dates: ['2024-01-02T09:30:00-05:00', '2024-01-02T10:30:00-05:00'], column: 'close', values: [1, 2] },
  {
    name: 'CryptoDataDownload: a line above the header', columns: ['close'],
    text: lines('https://www.CryptoDataDownload.com', 'unix,date,symbol,open,high,low,close', ...HOURS.map((second, i) => `${second}000,2024-01-02 ${14 + i}:30:00,BTC/USD,1,2,0,${i + 1}`).reverse()),
    refused: /columns must be among 'https:\/\/www\.CryptoDataDownload\.com', got 'close'\. .*skipRows/, options: { skipRows: 1 },
    dates: ['2024-01-02T14:30:00', '2024-01-02T15:30:00', '2024-01-02T16:30:00'], column: 'close', values: [1, 2, 3],
  },
  { name: 'a sep= line', text: lines('sep=;', 'Date;Close', ...DAYS.map((day, i) => `${day};${i + 1}.5`)), dates: DAYS, ...CLOSE },
  {
    name: 'Barchart: a footer', text: lines('Time,Open,High,Low,Last,Change,%Chg,Volume', ...DAYS.map((day, i) => `${day},1,2,0,${i + 1},0.1,+0.5%,100`), '"Downloaded from Barchart.com as of 01-05-2024 06:15am CST"'),
    refused: /line 5 must be a record of 8 cells, got 1\. .*skipFooter/, options: { skipFooter: 1 }, dates: DAYS, column: 'Last', values: [1, 2, 3],
  },
  {
    name: "NSE: 1,12,345.00 and '02-Jan-2024'", text: lines('"Date ","series ","CLOSE ","VALUE "', '"02-Jan-2024","EQ","1,204.50","1,12,345.00"', '"03-Jan-2024","EQ","1,210.00","98,76,543.21"'), columns: ['CLOSE', 'VALUE'],
    dates: ['2024-01-02', '2024-01-03'], column: 'VALUE', values: [112345, 9876543.21],
  },
  { name: 'Tushare: trade_date 20240102, newest first', columns: ['close'], text: lines('ts_code,trade_date,close', '600000.SH,20240104,3', '600000.SH,20240103,2', '600000.SH,20240102,1'), dates: DAYS, column: 'close', values: [1, 2, 3] },
  { name: 'AkShare: Chinese headers', text: lines('日期,开盘,收盘,最高,最低,成交量', ...DAYS.map((day, i) => `${day},1,${i + 1},2,0,100`)), dates: DAYS, column: '收盘', values: [1, 2, 3] },
  { name: 'Chinese dates', text: lines('日期,收盘', '2024年1月2日,1', '2024年1月3日,2'), dates: DAYS.slice(0, 2), column: '收盘', values: [1, 2] },
  { name: "pandas: unnamed index of dates", text: lines(',Open,Close', ...DAYS.map((day, i) => `${day} 00:00:00,1,${i + 1}`)), dates: DAYS.map((day) => `${day}T00:00:00`), column: 'Close', values: [1, 2, 3] },
  { name: 'pandas: unnamed index of numbers', text: lines(',Date,Close', ...DAYS.map((day, i) => `${i},${day},${i + 1}`)), dates: DAYS, column: '', values: [0, 1, 2] },
  {
    name: 'FRED: a point for a holiday', text: lines('observation_date,DGS10', '2024-01-01,.', '2024-01-02,3.95', '2024-01-03,3.91'), refused: /line 2 column 'DGS10' must be a number, got '\.'\. Say missing: 'drop'/, options: { missing: 'drop' },
    dates: DAYS.slice(0, 2), column: 'DGS10', values: [3.95, 3.91],
  },
  {
    name: 'Kaggle: stacked tickers, one after the other', columns: ['close'], text: lines('date,close,Name', ...stacked(',')), refused: /line 5 column 'Name' must be the same series as above, 'AAPL', got 'MSFT'\. Say series: \{ Name: 'AAPL' \}/,
    options: { series: { Name: 'MSFT' } }, dates: DAYS, column: 'close', values: [101, 102, 103],
  },
  {
    name: 'stacked by date, under a name that says nothing', columns: ['px'], text: lines('when,px,thing', ...stacked(',').sort()), refused: /2024-01-02 again \(first on line 2\)\. Say series: \{ thing: 'AAPL' \} if that column tells several series apart/,
    options: { series: { thing: 'AAPL' } }, dates: DAYS, column: 'px', values: [1, 2, 3],
  },
  {
    name: 'stacked one after the other, under a name that says nothing', columns: ['px'], text: lines('when,px,thing', ...stacked(',')), refused: /line 5 column 'when' must be a date in the order of those above, .*Say series: \{ thing: 'AAPL' \} if that column tells several series apart/,
    options: { series: { thing: 'AAPL' } }, dates: DAYS, column: 'px', values: [1, 2, 3],
  },
  {
    name: 'rows twice', text: lines('Date,Close', ...DAYS.flatMap((day, i) => [`${day},${i + 1}.5`, `${day},${i + 1}.5`])), refused: /2024-01-02 again \(first on line 2\)\. Say duplicates: 'first'/, options: { duplicates: 'first' }, dates: DAYS, ...CLOSE,
  },
  {
    name: 'rows in no order', text: lines('Date,Close', '2024-01-03,2.5', '2024-01-02,1.5', '2024-01-04,3.5'), refused: /line 4 .*in the order of those above.*Say order: 'unsorted'/, options: { order: 'unsorted' }, dates: DAYS, ...CLOSE,
  },
  { name: 'two-digit years that fit one way', text: lines('Date,Close', '01/30/24,1.5', '01/31/24,2.5'), dates: ['2024-01-30', '2024-01-31'], column: 'Close', values: [1.5, 2.5] },
  {
    name: 'two-digit years that fit three ways', text: lines('Date,Close', '02/01/24,1.5', '03/01/24,2.5', '04/01/24,3.5'), refused: /\(MM\/DD\/YY or DD\/MM\/YY or YY\/MM\/DD\)/, options: { dateFormat: 'DD/MM/YY' }, dates: DAYS, ...CLOSE,
  },
  { name: 'MetaTrader 4: 2024.01.02 in one column', text: lines('Date,Close', ...DAYS.map((day, i) => `${day.replaceAll('-', '.')},${i + 1}.5`)), dates: DAYS, ...CLOSE },
  {
    name: 'MetaTrader 5: tabs, a date and a time column', text: lines('<DATE>\t<TIME>\t<CLOSE>', ...['14:30:00', '15:30:00', '16:30:00'].map((time, i) => `2024.01.02\t${time}\t${i + 1}`)), columns: ['<CLOSE>'],
    refused: /columns must be among '<DATE>\t<TIME>\t<CLOSE>'.*delimiter: '\\t'/, options: { delimiter: '\t', timeColumn: '<TIME>', timeZone: 'Europe/Athens' },
    dates: ['2024-01-02T14:30:00+02:00', '2024-01-02T15:30:00+02:00', '2024-01-02T16:30:00+02:00'], column: '<CLOSE>', values: [1, 2, 3],
  },
  {
    name: 'a time column nobody named', text: lines('Day,Clock,Close', ...['9:30 AM', '10:30 AM', '11:30 AM'].map((time, i) => `2024-01-02,${time},${i + 1}`)), columns: ['Close'], refused: /again \(first on line 2\)\. Say timeColumn: 'Clock' if that is the time of day/,
    options: { timeColumn: 'Clock', timeZone: 'America/New_York' }, dates: ['2024-01-02T09:30:00-05:00', '2024-01-02T10:30:00-05:00', '2024-01-02T11:30:00-05:00'], column: 'Close', values: [1, 2, 3],
  },
  {
    name: 'German: semicolons, decimal commas, 02.01.2024', text: lines('Datum;Schlusskurs', '04.01.2024;1.234,56', '03.01.2024;0,512', '02.01.2024;99,5'), refused: /delimiter: ';' if that stands between the cells/, options: { delimiter: ';', decimal: ',' },
    dates: DAYS, column: 'Schlusskurs', values: [99.5, 0.512, 1234.56],
  },
  { name: 'Yahoo in the browser: Jan 2, 2024', text: lines('Date,Close', '"Jan 3, 2024","1,204.50"', '"Jan 2, 2024","1,198.00"'), dates: DAYS.slice(0, 2), column: 'Close', values: [1198, 1204.5] },
  { name: 'Google Finance: 1/16/2024 16:00:00', text: lines('Date,Close', '1/12/2024 16:00:00,1', '1/16/2024 16:00:00,2'), dates: ['2024-01-12T16:00:00', '2024-01-16T16:00:00'], column: 'Close', values: [1, 2] },
  { name: 'Dukascopy: Gmt time', text: lines('Gmt time,Close', '30.01.2024 00:00:00.000,1', '30.01.2024 01:00:00.000,2'), dates: ['2024-01-30T00:00:00', '2024-01-30T01:00:00'], column: 'Close', values: [1, 2] },
  { name: 'HistData: 20240102 170000', text: lines('20240102 170000;1', '20240102 170100;2'), refused: /delimiter: ';' if that stands between the cells/, options: { delimiter: ';', header: false, names: ['stamp', 'bid'], dateFormat: 'YYYYMMDD' }, dates: ['2024-01-02T17:00:00', '2024-01-02T17:01:00'], column: 'bid', values: [1, 2] },
  {
    name: 'MetaTrader 4 without a header', text: lines('2024.01.02,14:30,1', '2024.01.02,15:30,2'), refused: /line 1 must be names of columns, got a date and a number\. Say header: false and names/,
    options: { header: false, names: ['day', 'clock', 'close'], timeColumn: 'clock' }, dates: ['2024-01-02T14:30:00', '2024-01-02T15:30:00'], column: 'close', values: [1, 2],
  },
  { name: 'months only', text: lines('month,jobs', '2023-12,1', '2024-01,2', '2024-02,3'), dates: ['2023-12-01', '2024-01-01', '2024-02-01'], column: 'jobs', values: [1, 2, 3] },
  { name: 'OECD: quarters', text: lines('TIME_PERIOD,OBS_VALUE', '2023-Q4,1', '2024-Q1,2'), dates: ['2023-10-01', '2024-01-01'], column: 'OBS_VALUE', values: [1, 2] },
  { name: 'years', text: lines('Year,Rain', '2022,800', '2023,750', '2024,900'), dates: ['2022-01-01', '2023-01-01', '2024-01-01'], column: 'Rain', values: [800, 750, 900] },
  { name: 'a date column of any name', text: lines('Fecha de cierre,Precio', ...DAYS.map((day, i) => `${day},${i + 1}`).reverse()), dates: DAYS, column: 'Precio', values: [1, 2, 3] },
  {
    name: 'two columns of dates', columns: ['Close'], text: lines('Day,Settled,Close', '2024-01-02,2024-01-04,1', '2024-01-03,2024-01-05,2'), refused: /got 'Day' and 'Settled'\. Say dateColumn: 'Day' or dateColumn: 'Settled'/, options: { dateColumn: 'Day' },
    dates: DAYS.slice(0, 2), column: 'Close', values: [1, 2],
  },
  { name: 'no dates, newest first', text: lines('price', '3', '2', '1'), refused: /order: 'ascending' or order: 'descending' if there are no dates/, options: { order: 'descending' }, dates: [], column: 'price', values: [1, 2, 3] },
  {
    name: 'a futures chain under one name', columns: ['last'], text: lines('date,last,symbol', '2024-01-02,1,CLF24', '2024-01-03,2,CLG24'), refused: /column 'symbol' must be the same series as above, 'CLF24', got 'CLG24'\. .*series: 'one' if all rows are one series/, options: { series: 'one' },
    dates: DAYS.slice(0, 2), column: 'last', values: [1, 2],
  },
];

for (const { name, text, columns, refused, options, dates, column, values } of SHAPES) {
  test(name, async () => {
    const wanted = columns ? { columns } : {};
    if (refused) {
      const { message } = await thrown(BpttError, () => parseCsv(text, wanted));
      assert.match(message, refused);
    }
    const table = parseCsv(text, { ...wanted, ...options });
    assert.equal(table.dates, dates);
    assert.equal(Array.from(table.columns[column] ?? []), values);
    assert.is(table.rows, values.length);
  });
}

test('the table is wide enough', () => assert.ok(SHAPES.length >= 45, `${SHAPES.length}`));

test('what is no date is refused: serial numbers of Excel, contracts, days without a year, a change of format', async () => {
  for (const cells of [['45293', '45294'], ['CLZ24', 'CLF25'], ['12JAN', '13JAN'], ['2024-01-02', '03/01/2024'], ['2024-01-02', 'Total'], ['2024-01-02', '2024-01-03 00:00']]) {
    const text = lines('date,a', ...cells.map((cell, i) => `${cell},${i}`));
    assert.match((await thrown(BpttError, () => parseCsv(text, { dateColumn: 'date' }))).message, /column 'date' must be a date/, cells.join(' '));
    await thrown(BpttError, () => parseCsv(text));
  }
});

test('numbers are no dates, whatever they could be, unless the name of the column speaks of time', async () => {
  const volumes = lines('day,index,volume', ...DAYS.map((day, i) => `${day},${i},${1704205800 + i}`));
  assert.equal(parseCsv(volumes).dates, DAYS);
  assert.match((await thrown(BpttError, () => parseCsv(lines('a,b', '1704205800,1', '1704205801,2')))).message, /got none/);
});

/** Hours of New York around a change of the clock, by their UTC start: local text, with its offset or without. */
function newYork(start: string, change: string, before: number, offset: boolean): string[] {
  return Array.from({ length: 48 }, (_, i) => {
    const time = Date.parse(start) + i * 3_600_000;
    const ahead = time < Date.parse(change) ? before : before === -5 ? -4 : -5;
    return `${new Date(time + ahead * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')}${offset ? `-0${-ahead}:00` : ''},${i}`;
  });
}

for (const [season, start, change, before] of [['March', '2024-03-09T12:00Z', '2024-03-10T07:00Z', -5], ['November', '2024-11-02T12:00Z', '2024-11-03T06:00Z', -4]] as const) {
  for (const way of ['oldest first', 'newest first']) {
    test(`hours of New York over the ${season} change, ${way}: no gap and none twice, with offsets and with the zone`, async () => {
      const rows = (offset: boolean): string => {
        const hours = newYork(start, change, before, offset);
        return lines('time,close', ...(way === 'oldest first' ? hours : hours.reverse()));
      };
      const withOffsets = parseCsv(rows(true), { gaps: 'refuse' });
      const withZone = parseCsv(rows(false), { gaps: 'refuse', timeZone: 'America/New_York' });
      assert.equal(withZone.dates, withOffsets.dates);
      assert.equal(Array.from(withZone.columns.close ?? []), Array.from({ length: 48 }, (_, i) => i));
      assert.equal(Array.from(withZone.times), Array.from({ length: 48 }, (_, i) => Date.parse(start) + i * 3_600_000));
      assert.is(withZone.timeZone, 'America/New_York');
      // Without the zone nothing tells the two hours of November apart, and the hour of March is missing.
      if (season === 'November') assert.match((await thrown(BpttError, () => parseCsv(rows(false)))).message, /timeZone|order/);
      else assert.equal(parseCsv(rows(false)).report.gaps.map(({ missing }) => missing), [1]);
    });
  }
}

test('options of time are checked before anything is read', async () => {
  const text = lines('Date,Clock,Close', '2024-01-02,09:30,1');
  for (const options of [
    { dateFormat: 'YYYY_MM' }, { timeZone: 'New York' }, { order: 'up' }, { series: {} }, { series: 'AAPL' }, { series: { Ticker: 5 } }, { duplicates: 'keep' }, { dateColumn: 'Day' }, { timeColumn: 'Time' }, { series: { Ticker: 'AAPL' } },
    { dateColumn: false, timeColumn: 'Clock' }, { dateColumn: false, timeZone: 'UTC' }, { dateColumn: false, dateFormat: 'YYYY' }, { dateColumn: 'Date', timeColumn: 'Date' }, { dateColum: 'Date' },
  ]) {
    const error = await thrown(BpttError, () => parseCsv(text, options as CsvOptions));
    assert.is(error.name, 'ArgumentError', JSON.stringify(options));
  }
  assert.match((await thrown(BpttError, () => parseCsv(text, { columns: ['Close'], timeZone: 'UTC' }))).message, /must be a date with a time of day.*timeColumn/);
  assert.match((await thrown(BpttError, () => parseCsv(lines('Date,T,Close', '2024-01-02,AAPL,1'), { series: { T: 'MSFT' } }))).message, /no row of 'MSFT' in 'T', which holds 'AAPL'/);
});

test.run();
