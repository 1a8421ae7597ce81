import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alignedFormatter, fixed, formatNumber, scientific, tickFormatter, withMinus } from '../../../src/charts/plots/format.js';

test('fixed groups thousands and has a true minus sign', () => {
  assert.is(fixed(1234567.891, 2), '1,234,567.89');
  assert.is(fixed(-1234, 0), '−1,234');
  assert.is(fixed(-0.001, 2), '0.00');
  assert.is(fixed(999, 0), '999');
});

test('one minus sign, also where the caller writes the figures; hyphens in words, dates and exponents stay', () => {
  assert.equal(['-0.007', '$-3', '-$3', '1 (-2.5 to -1)', '2020-01-02', 'e-4', '1e-4', 'AR-1', '--seed', '±-1'].map(withMinus),
    ['−0.007', '$−3', '−$3', '1 (−2.5 to −1)', '2020-01-02', 'e-4', '1e-4', 'AR-1', '--seed', '±−1']);
  const own = (value: number): string => value.toFixed(1);
  assert.equal([formatNumber(-2, own), tickFormatter(1, 9, own)(-2), alignedFormatter([-2], own)(-2)], ['−2.0', '−2.0', '−2.0']);
});

test('single values have about four significant digits', () => {
  const cases: [number, string][] = [
    [0, '0'], [0.5, '0.5'], [12345.678, '12,346'], [1.23456, '1.235'], [0.00123456, '0.001235'], [-42, '−42'],
    [1.5e-7, '1.50×10⁻⁷'], [1e-7, '10⁻⁷'], [3e20, '3.00×10²⁰'], [NaN, 'n/a'], [Infinity, '∞'], [-Infinity, '−∞'],
  ];
  for (const [value, text] of cases) assert.is(formatNumber(value), text);
});

test('dollars, per cent, SI prefixes and functions of the caller', () => {
  assert.is(formatNumber(1234.5, 'usd'), '$1,234.50');
  assert.is(formatNumber(-0.5, 'usd'), '−$0.50');
  assert.is(formatNumber(0.00123, 'usd'), '$0.00123');
  assert.is(formatNumber(0.1234, 'percent'), '12.3%');
  assert.is(formatNumber(0.0005, 'percent'), '0.05%');
  assert.is(formatNumber(1, 'percent'), '100%');
  assert.is(formatNumber(12_345, 'si'), '12.35k');
  assert.is(formatNumber(950, 'si'), '950');
  assert.is(formatNumber(3, (v) => `${v} steps`), '3 steps');
});

test('ticks agree in decimals and unit', () => {
  const write = (values: number[], step: number, largest: number, format?: 'usd' | 'percent' | 'si'): string[] => values.map(tickFormatter(step, largest, format));
  assert.equal(write([0, 0.5, 1], 0.5, 1), ['0.0', '0.5', '1.0']);
  assert.equal(write([0, 2.5], 2.5, 5), ['0.0', '2.5']);
  assert.equal(write([0, 1e6, 1.5e6], 5e5, 1.5e6), ['0.0', '1.0M', '1.5M']);
  assert.equal(write([0, 2e9], 1e9, 2e9, 'usd'), ['$0', '$2B']);
  assert.equal(write([-20, 0, 20], 20, 20, 'usd'), ['−$20', '$0', '$20']);
  assert.equal(write([0.05, 0.1], 0.05, 0.1, 'percent'), ['5%', '10%']);
  assert.equal(write([-1e-7, 0, 1e-7], 1e-7, 1e-7), ['−10⁻⁷', '0', '10⁻⁷']);
  assert.equal(write([1e9, 1e9 + 0.05], 0.05, 1e9), ['1,000,000,000.00', '1,000,000,000.05']);
});

test('scientific notation', () => {
  assert.is(scientific(-1.25e-12, 2), '−1.25×10⁻¹²');
  assert.is(scientific(0, 2), '0');
});

test('figures of one column share their decimals', () => {
  assert.equal([1.04, 4.25, 12.5, NaN].map(alignedFormatter([1.04, 4.25, 12.5, NaN])), ['1.040', '4.250', '12.500', 'n/a']);
  assert.equal([3, 1200].map(alignedFormatter([3, 1200])), ['3', '1,200']);
  assert.equal([1e-9, 1].map(alignedFormatter([1e-9, 1])), ['10⁻⁹', '1']);
  assert.equal([0.0123, 0.5].map(alignedFormatter([0.0123, 0.5], 'percent')), ['1.2%', '50.0%']);
});

test.run();
