import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../../src/errors.js';
import { applyInterval, residualInterval } from '../../../src/forecast/evaluation/interval.js';
import { forecastWarnings } from '../../../src/forecast/evaluation/warnings.js';
import type { WarningOptions } from '../../../src/forecast/evaluation/warnings.js';
import { normal, randomStream } from '../../../src/random.js';
import { close, thrown } from '../support.js';

const random = randomStream(9, 'warnings test');
const n = 60;
const actual = Array.from({ length: n }, () => [normal(random), normal(random)]);
const predicted = actual.map((row) => row.map((v) => v + 0.2 * normal(random)));
const previous = actual.map(() => 0);
const warn = (options: WarningOptions): ReturnType<typeof forecastWarnings> => forecastWarnings(actual, predicted, previous, options);

test('inputs outside the training range, by column', () => {
  const training = Array.from({ length: 100 }, (_, i) => [i, i % 10]);
  assert.equal(warn({ inputs: { training, used: training.slice(50) } }), []);
  const used = Array.from({ length: 20 }, (_, i) => [90 + i, i === 0 ? 11 : 5]);
  const [warning, ...others] = warn({ inputs: { training, used, columns: ['level', 'phase'] } });
  assert.equal([warning?.kind, warning?.horizon, others.length], ['range', 0, 0], 'one row in twenty is few');
  close([warning?.figure ?? NaN], [0.5]);
  assert.is(warning?.message, '50 % of the rows of level that were forecast from lie outside the training range, 0 to 99.');
});

test('a validation block that is biased against the test block, at the step where it is', () => {
  const block = (shift: number): WarningOptions => ({ validation: { actual: actual.map(([a = 0, b = 0]) => [a, b + shift]), predicted } });
  assert.equal(warn(block(0)), []);
  const found = warn(block(-0.5));
  assert.equal(found.map(({ kind, horizon }) => [kind, horizon]), [['bias', 2]]);
  assert.ok((found[0]?.figure ?? 0) > 1.5);
  assert.match(found[0]?.message ?? '', /^Residuals of the validation block \(2 steps ahead\) are off .* Intervals made from them lie to one side\.$/);
  assert.equal(warn({ validation: { actual: [[1, 1], [0, 2]], predicted: [[1, 0.9], [0, 1.8]] } }), [], 'two values prove little');
});

test('a forecast outside its own interval says which side, and why', () => {
  const residuals = Array.from({ length: 39 }, (_, i) => [0.1 * (i - 19), 1 + 0.01 * i]);
  const interval = residualInterval(residuals, 0.8);
  const found = warn({ interval: { ...applyInterval(predicted, interval), count: interval.count, coverage: interval.coverage } });
  assert.equal(found.map(({ kind, horizon, figure }) => [kind, horizon, figure]), [['outside', 2, 1]]);
  assert.is(found[0]?.message, '100 % of the forecasts (2 steps ahead) lie outside their own interval, most of them below it: where the interval comes from, values were nearly always higher than forecast.');
});

test('a forecast that only rounding puts outside its interval lies within it', () => {
  const beside = (shift: number): WarningOptions => ({ interval: { lower: predicted.map((row) => row.map((value) => value - 9)), upper: predicted.map((row) => row.map((value) => value - Math.abs(value) * shift)) } });
  assert.equal(warn(beside(4e-16)), []);
  assert.equal(warn(beside(1e-12)).map(({ kind }) => kind), ['outside', 'outside']);
});

test('figures have five digits, and the minus sign of print', () => {
  const [warning] = warn({ inputs: { training: [-1.23456789e-8, 91226593958225.78], used: [1e20] } });
  assert.match(warning?.message ?? '', /range, −1\.2346e−8 to 91227000000000\.$/);
});

test('an interval that ends at its extreme residuals', () => {
  const bounds = { lower: predicted.map(() => [-9, -9]), upper: predicted.map(() => [9, 9]) };
  assert.equal(warn({ interval: { ...bounds, count: 39, coverage: 0.9 } }), []);
  const [warning] = warn({ interval: { ...bounds, count: 38, coverage: 0.9 } });
  assert.equal([warning?.kind, warning?.horizon, warning?.figure], ['fewResiduals', 0, 38]);
  assert.match(warning?.message ?? '', /^The interval of 90 % rests on 38 residuals/);
  assert.equal(warn({ interval: bounds }), []);
});

test('wrong shapes and unknown names are refused', async () => {
  await thrown(ShapeError, () => warn({ inputs: { training: [[1, 2]], used: [[1]] } }));
  await thrown(ShapeError, () => warn({ validation: { actual: [1], predicted: [1] } }));
  await thrown(ShapeError, () => warn({ interval: { lower: [1], upper: [2] } }));
  // @ts-expect-error a name that there is not
  await thrown(ArgumentError, () => warn({ inputs: { train: [[1, 2]], used: [[1, 2]] } }));
});

test.run();
