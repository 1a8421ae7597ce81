/** One table of files, read by both readers: `readCsv` through fast-csv, in pieces, and `parseCsv` without a library. Frames and errors are the same. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { BpttError } from '../../src/errors.js';
import { parseCsv } from '../../src/forecast/index.js';
import { readCsv } from '../../src/node/index.js';
import type { CsvOptions } from '../../src/node/index.js';
import { forAll } from '../support/property.js';

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** What came of it, all but the name of the file. */
async function outcome(read: () => unknown): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify(await read(), (_, value: unknown) => (value === 'stream' || value === 'text' ? 'file' : value instanceof Float64Array ? Array.from(value, String) : value)));
  } catch (error) {
    assert.instance(error, BpttError);
    return error instanceof BpttError ? [error.name, error.message.replace(/\b(?:stream|text)\b/, 'file'), error.hint] : error;
  }
}

async function same(text: string, options?: CsvOptions): Promise<unknown> {
  const plain = await outcome(() => parseCsv(text, options));
  for (const size of [1, 3, 1000]) assert.equal(await outcome(() => readCsv(pieces(text, size), options)), plain, JSON.stringify(text));
  return plain;
}

const day = (n: number): string => `2024-01-${String(n).padStart(2, '0')}`;
const good: Readonly<Record<string, readonly [text: string, options?: CsvOptions]>> = {
  plain: ['date,a,b\n2024-01-02,1,2\n2024-01-03,3,4\n'],
  'newest first, dollars, quotes, thousands': ['Date,Close/Last,Volume\n07/26/2024,$217.96,41601350\n07/25/2024,$217.49,51391200\n07/24/2024,"$1,218.54","61,777,600"\n'],
  'byte-order mark, carriage returns, no last break': ['\uFEFFdate,a\r\n2024-01-02,1\r\n2024-01-03,2'],
  'lone carriage returns': ['date,a\r2024-01-02,1\r2024-01-03,2\r'],
  'quoted header with a line break, doubled quotes, blanks about quotes': ['"date", "the ""a""\nof it" \n"2024-01-02",1\n "2024-01-03" ,"2"\n'],
  'blank lines, blanks alone, quoted nothing': ['date,a\n\n2024-01-02,1\n  \n""\n2024-01-03,2\n\n'],
  'sep= and German numbers': ['sep=;\ndate;a\n02.01.2024;1.234,5\n13.01.2024;"2,5 €"\n', { decimal: ',' }],
  tabs: ['date\ta\n2024-01-02\t"1"\n2024-01-03\t2\n', { delimiter: '\t' }],
  'head, foot, comments': ['Source: x, "y"\n\ndate,a\n#2024-01-01,9\n2024-01-02,1\n2024-01-03,2\nTotal,3\n', { skipRows: 2, skipFooter: 1, comment: '#' }],
  'no header': ['2024-01-02,1\n2024-01-03,"2"\n', { header: false, names: ['date', 'x'] }],
  'missing dropped': ['date,a,b\n2024-01-02,1,\n2024-01-03,"",5\n2024-01-04,2,3\n', { missing: 'drop' }],
  'missing carried': ['date,a,b\n2024-01-02,1,4\n2024-01-03,NA,5\n', { missing: 'carryForward' }],
  'missing interpolated': ['date,a,b\n2024-01-02,1,4\n2024-01-03,NA,5\n2024-01-04,3,\n', { missing: 'interpolate' }],
  'duplicates and gaps': [`date,a\n${[2, 2, 3, 9].map((n, i) => `${day(n)},${i}`).join('\n')}\n`, { duplicates: 'last' }],
  'one of several series': ['Ticker,date,a\n"AA, Inc",2024-01-02,1\nBB,2024-01-02,2\n"AA, Inc",2024-01-03,3\n', { series: { Ticker: 'AA, Inc' } }],
  'time of day, zone': ['date,time,a\n2024-01-02,9:30,1\n2024-01-02,"10:30",2\n', { timeColumn: 'time', timeZone: 'America/New_York' }],
  'no dates': ['a,b\n1,2\n3,4\n', { order: 'descending' }],
  'letters of many bytes': ['日期,收盘\n2024-01-02,"1"\n2024-01-03,2\n'],
};
const bad: Readonly<Record<string, readonly [text: string, options?: CsvOptions]>> = {
  empty: [''],
  'header only': ['date,a\n'],
  'a bad cell': ['date,a\n2024-01-02,1\n2024-01-03,"x ""y"""\n'],
  'an empty cell': ['date,a\n2024-01-02,\n'],
  'an ambiguous comma': ['date,a\n2024-01-02,"1,234"\n'],
  'a record of another width': ['date,a\n2024-01-02,1,"2"\n'],
  'text after a quote': ['date,a\n2024-01-02,"1"x\n'],
  'a quote that is never closed': ['date,a\n2024-01-02,"1\n2024-01-03,2\n'],
  'mixed order': ['date,a\n2024-01-03,1\n2024-01-02,2\n2024-01-05,3\n'],
  'a date twice': ['date,a\n2024-01-02,1\n2024-01-02,2\n'],
  'two readings of dates': ['date,a\n01/02/2024,1\n02/02/2024,2\n'],
  'several series': ['Ticker,date,a\nA,2024-01-02,1\nB,2024-01-02,2\n'],
  'an unknown column': ['date,a\n2024-01-02,1\n', { columns: ['b'] }],
  'an unknown option': ['date,a\n2024-01-02,1\n', { delimeter: ';' } as CsvOptions],
  'a sep= that contradicts': ['sep=;\ndate;a\n', { delimiter: ',' }],
  'a gap': [`date,a\n${[2, 3, 4, 5, 8, 9, 17].map((n) => `${day(n)},1`).join('\n')}\n`, { gaps: 'refuse' }],
};

for (const [name, [text, options]] of Object.entries(good)) {
  test(`the same table: ${name}`, async () => {
    const table = await same(text, options);
    assert.not(Array.isArray(table), JSON.stringify(table));
  });
}

for (const [name, [text, options]] of Object.entries(bad)) {
  test(`the same error: ${name}`, async () => {
    const error = await same(text, options);
    assert.ok(Array.isArray(error), JSON.stringify(error));
  });
}

test('random rows, right or wrong: the same outcome', async () => {
  const row = fc.tuple(
    fc.constantFrom('2024-01-02', '2024-01-05', '"2024-01-03"', ' "2024-01-04"\t', '', '#'), fc.constantFrom(',', ',', ',', ';', ''),
    fc.constantFrom('1', '2.5', ' "3" ', '"1,234.5"', 'NA', '', '" 4 "', '5"', '"6""', '"7\n"', 'é'), fc.constantFrom('\n', '\r\n', '\r'),
  );
  let read = 0;
  await forAll(fc.array(row, { maxLength: 4 }).map((rows) => `date,a\n${rows.flat().join('')}`), 300, async (text) => {
    if (!Array.isArray(await same(text, { missing: 'drop', order: 'unsorted', duplicates: 'first' }))) read++;
  });
  assert.ok(read > 20 && read < 280, `${read} of them are tables`);
});

test.run();
