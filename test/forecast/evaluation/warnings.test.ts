import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ShapeError } from '../../../src/errors.js';
import { collapseRatio, forecastWarnings, lagCorrelations } from '../../../src/forecast/evaluation/warnings.js';
import { close, column, thrown, walk } from '../support.js';

const price = column(walk(301));
const actual = price.slice(1);
const previous = price.slice(0, -1);
const kinds = (predicted: readonly number[]): string[] => forecastWarnings(actual, predicted, previous).map((warning) => warning.kind);

test('a copy of the last value lags, also damped, shifted, or noisy', () => {
  assert.equal(kinds(previous), ['lag']);
  assert.equal(kinds(previous.map((v) => 0.7 * v + 30)), ['lag']);
  assert.equal(kinds(previous.map((v, i) => v + 0.2 * Math.sin(i * i))), ['lag']);
});

test('a forecast that is merely bad does not: a correlation of chance is none', () => {
  const slow = Array.from({ length: 60 }, (_, i) => 60 + 40 * Math.sin(i / 9));
  const before = [60, ...slow.slice(0, -1)];
  const noise = slow.map((_, i) => 60 + 40 * Math.sin(5 * i * i));
  const figures = lagCorrelations(slow, noise, before);
  assert.ok(figures.previous > figures.actual && figures.previous < 2 / Math.sqrt(59));
  assert.equal(forecastWarnings(slow, noise, before), []);
});

test('a forecast that knows something does not', () => {
  assert.equal(kinds(actual), []);
  assert.equal(kinds(previous.map((v, i) => v + 0.3 * ((actual[i] ?? NaN) - v))), []);
});

test('a flat line collapses, with its figure in the sentence', () => {
  const flat = actual.map((v) => 50 + 0.02 * v);
  const [warning] = forecastWarnings(actual, flat, previous);
  assert.is(warning?.kind, 'collapse');
  close([warning?.figure ?? NaN], [0.02], 1e-9);
  assert.is(warning?.message, 'The forecast is nearly constant: it varies 2.0 % as much as what it forecasts.');
  assert.equal(forecastWarnings(actual, flat, previous, { collapseBelow: 0.01 }), []);
  assert.equal(kinds(actual.map(() => 60)), ['collapse']);
});

test('the figures by hand', () => {
  close([collapseRatio([1, 5], [2, 3])], [0.25]);
  assert.ok(Number.isNaN(collapseRatio([2, 2], [1, 3])));
  // changes: predicted 1, 3, 2; previous 2, 5, 2; actual 3, 1, 2
  const figures = lagCorrelations(Float64Array.of(0, 3, 4, 6), Float64Array.of(5, 6, 9, 11), Float64Array.of(0, 2, 7, 9));
  close([figures.previous, figures.actual], [3 / Math.sqrt(12), -1]);
});

test('each step ahead is looked at on its own', () => {
  const pairs = actual.map((v) => [v, v]);
  const predicted = actual.map((v, i) => [v, previous[i] ?? NaN]);
  const [warning, ...others] = forecastWarnings(pairs, predicted, previous);
  assert.is(others.length, 0);
  assert.equal([warning?.kind, warning?.horizon], ['lag', 2]);
  assert.match(warning?.message ?? '', /The forecast \(2 steps ahead\) follows the last known value: its changes correlate 1\.00 with those already seen/);
});

test('shapes must agree', async () => {
  await thrown(ShapeError, () => forecastWarnings([1, 2], [1], [1, 2]));
});

test.run();
