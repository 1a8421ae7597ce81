import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { parseNumber } from '../../../src/forecast/series/cellNumbers.js';

for (const [text, expected] of [
  ['12', 12], [' -0.5 ', -0.5], ['+3', 3], ['.5', 0.5], ['5.', 5], ['1e-3', 0.001], ['1.2E+5', 120000], ['\u22127', -7],
  ['$1,234.50', 1234.5], ['-$5', -5], ['$-5', -5], ['$ 5', 5], ['€12', 12], ['12 €', 12], ['USD 1,000', 1000], ['7 CNY', 7],
  ['1,234,567', 1234567], ["1'234.5", 1234.5], ['1 234 567', 1234567], ['1\u00a0234', 1234], ['1\u202f234', 1234], ['12,345,678.9', 12345678.9],
  ['(12)', -12], ['($1,234.5)', -1234.5], ['(5)', -5], ['( 1,234.50 )', -1234.5],
  ['1,12,345.00', 112345], ['1,12,345', 112345], ['12,34,567', 1234567], ['1,23,45,678.9', 12345678.9],
  ['1.2M', 1200000], ['41.6K', 41600], ['2 B', 2e9], ['$1.5T', 1.5e12], ['0.5 %', 0.005], ['-0.07%', -0.0007], ['USD1000', 1000], ['12EUR', 12],
] as const) {
  test(`${text} is ${expected}`, () => assert.is(parseNumber(text, '.'), expected));
}

for (const [text, expected] of [['1.234,50', 1234.5], ['1.234.567', 1234567], ['3,5 €', 3.5], ["1'234,5", 1234.5]] as const) {
  test(`with a decimal comma ${text} is ${expected}`, () => assert.is(parseNumber(text, ','), expected));
}

for (const text of ['', '  ', 'NA', 'n/a', '#N/A', 'NaN', 'null', 'None', '-', '--', '.']) {
  test(`'${text}' is missing`, () => assert.is(parseNumber(text, '.'), 'missing'));
}

for (const text of ['abc', '1,5', '1,2345', '0,512', '00,512', '-0,512', '1234,567', '123,45,678', '1,2,345', '12,34,56', '1,,234', ',234', '1,234,', '1 23 456',
  'CLZ24', '12JAN', '12 JAN', 'JAN 12', 'ESM5', 'AAPL 12', '5 bp', '1.2m', '12k', '1e3M', '$5%', '$5 USD', '(-5)', '(\u22125)', '(+5)', '($-5)', '((5))', '()', '$', '-$', '%', 'M', '5-', '$-', '5 %%',
  '1,234.567,8', "1,234'567", '1.2.3', '12abc', '1e', 'e5', '--5', 'Infinity', '1e999', '0x10', '(5', '1 2', '1,234 567']) {
  test(`'${text}' is no number`, () => assert.is(parseNumber(text, '.'), 'bad'));
}

test('more than a thousand characters are no number, whatever they are', () => {
  for (const decimal of ['.', ','] as const) {
    for (const text of ['1'.repeat(1001), `1${'0'.repeat(300)}${' '.repeat(2000)}x`, `1${',234'.repeat(400)}`, `0.${'0'.repeat(999)}`]) assert.is(parseNumber(text, decimal), 'bad');
    assert.is(parseNumber(`${' '.repeat(4000)}${'0'.repeat(990)}5${' '.repeat(4000)}`, decimal), 5);
  }
});

test('a point that groups is no decimal comma', () => assert.is(parseNumber('1.5', ','), 'bad'));

test('whatever JavaScript prints is read back, plain and with separators', () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    assert.is(parseNumber(String(value), '.'), value === 0 ? 0 : value);
  }));
  fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), (n) => {
    assert.is(parseNumber(`$${(n / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}`, '.'), n / 100);
  }));
});

test.run();
