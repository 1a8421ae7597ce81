import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { mase, naiveError, naiveRmsError, owa, rmsse } from '../../../src/forecast/evaluation/scaledMetrics.js';
import { msis } from '../../../src/forecast/evaluation/intervalScores.js';
import { close, thrown } from '../support.js';

test('RMSSE divides by the naive RMS error of the training series, at its season', () => {
  close([naiveRmsError([1, 3, 2, 5])], [Math.sqrt(14 / 3)]);
  close([naiveRmsError([1, 3, 2, 5], 2)], [Math.sqrt(2.5)]);
  close([rmsse([3, 7], [2, 5], { training: [1, 3, 2, 5] })], [Math.sqrt(2.5 / (14 / 3))]);
  close([rmsse([3, 7], [2, 5], { training: [1, 3, 2, 5], season: 2 })], [1]);
  close([rmsse([3, 7], [2, 5], { naiveRmsError: 5 })], [Math.sqrt(2.5) / 5]);
});

test('OWA of M4 Hourly as the competition printed it', () => {
  const naive2 = { smape: 18.383, mase: 2.395 };
  assert.is(owa(naive2, naive2), 1);
  assert.is(owa({ smape: 9.328, mase: 0.893 }, naive2).toFixed(3), '0.440');
  assert.is(owa({ smape: 18.138, mase: 2.455 }, naive2).toFixed(3), '1.006');
  assert.is(owa({ smape: 13.912, mase: 1.193 }, naive2).toFixed(3), '0.627');
});

test('a training series that repeats itself but for rounding: 0 for no error but rounding, else infinite', () => {
  const training = [0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2];
  assert.equal([naiveError(training), naiveRmsError(training)], [0, 0]);
  assert.equal([rmsse([0.3], [0.1 + 0.2], { training }), rmsse([0.3], [0.4], { training })], [0, Infinity]);
  assert.equal([mase([0.3], [0.1 + 0.2], { training }), mase([0.3], [0.4], { training })], [0, Infinity]);
  assert.is(msis([0.3], [0.2], [0.4], 0.9, { training }), Infinity);
});

test('squares of large and small numbers stay finite', () => {
  close([rmsse([3e200, 7e200], [2e200, 5e200], { training: [1e200, 3e200, 2e200, 5e200], season: 2 })], [1]);
  close([rmsse([3e-200, 7e-200], [2e-200, 5e-200], { training: [1e-200, 3e-200, 2e-200, 5e-200], season: 2 })], [1]);
});

test('a scale of another kind, or none, is refused by name', async () => {
  assert.match((await thrown(ArgumentError, () => rmsse([1], [2], { naiveRmsError: -1 }))).message, /scale must be \{ training, season \} or \{ naiveRmsError \}/);
  // @ts-expect-error the unit of MASE is not that of RMSSE
  await thrown(ArgumentError, () => rmsse([1], [2], { naiveError: 1 }));
  // @ts-expect-error nothing at all
  await thrown(ArgumentError, () => rmsse([1], [2], {}));
  await thrown(ArgumentError, () => mase([1], [2], { naiveError: NaN }));
  await thrown(DataError, () => rmsse([1], [2], { training: [1, 2], season: 2 }));
  await thrown(ArgumentError, () => rmsse([1], [2], { training: [1, 2], season: 0.5 }));
  await thrown(ShapeError, () => rmsse([1], [2, 3], { naiveRmsError: 1 }));
});

test.run();
