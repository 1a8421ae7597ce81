/** Scalers on numbers that rounding treats badly. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { DataError } from '../../../src/errors.js';
import { MinMaxScaler, RobustScaler, StandardScaler } from '../../../src/forecast/scalers/affine.js';
import { scalerFromJSON } from '../../../src/forecast/scalers/fromJSON.js';
import { Log10Scaler, LogReturnScaler } from '../../../src/forecast/scalers/log.js';
import { PercentChangeScaler } from '../../../src/forecast/scalers/percentChange.js';
import type { RowScaler } from '../../../src/forecast/scalers/scaler.js';
import { CONSTANTS, centred, offsets, relative, scales } from '../../support/numbers.js';
import { forAll } from '../../support/property.js';
import { identical, thrown } from '../support.js';

const rows = (values: readonly number[]): number[][] => values.map((value) => [value]);

const AFFINE: readonly [string, () => RowScaler, number][] = [
  ['standard', () => new StandardScaler(), 0],
  ['minMax', () => new MinMaxScaler(), 0],
  ['minMax to −1 … 1', () => new MinMaxScaler({ range: [-1, 1] }), -1],
  ['minMax to 0.1 … 0.9', () => new MinMaxScaler({ range: [0.1, 0.9] }), 0.1],
  ['robust', () => new RobustScaler(), 0],
];

for (const [name, make, offset] of AFFINE) {
  test(`${name}: a constant maps to the offset and back exactly, its neighbours keep their distance`, async () => {
    await forAll(fc.tuple(CONSTANTS, fc.integer({ min: 1, max: 300 })), 200, ([value, count]) => {
      const scaler = make().fit(rows(new Array<number>(count).fill(value)));
      assert.is(scaler.transform([[value]]).get(0, 0), offset);
      identical(scaler.inverse([[offset]]).data, [value]);
    });
    for (const value of [0.1, 14.62, 1 / 3]) {
      const scaler = make().fit(rows(Array.from({ length: 100 }, (_, i) => (i % 3 ? value : value * (1 + Number.EPSILON)))));
      relative(scaler.transform([[value + 0.01]]).get(0, 0) - offset, 0.01, 1e-12, 'a hundredth above');
      relative(scaler.transform([[value]]).get(0, 0), offset, Number.EPSILON, 'the value itself', Math.max(1, value));
    }
  });

  test(`${name}: does not ask for the offset and the unit of the data`, async () => {
    await forAll(fc.tuple(centred, offsets, scales), 200, ([x, shift, scale]) => {
      const moved = x.map((value) => (value + shift) * scale);
      // What is left of x where it was shifted: the digits that a large offset took are not the scaler's to bring back.
      const kept = moved.map((value) => value / scale - shift);
      const quartiles = name === 'robust' ? 100 : 1; // a narrow box may hold half of a wide spread
      const tolerance = quartiles * 1e-14 * (1 + 100 * Math.abs(shift));
      if (tolerance > 0.05) return;
      const [a, b] = [make().fit(rows(moved)).transform(rows(moved)), make().fit(rows(kept)).transform(rows(kept))];
      a.data.forEach((value, i) => { relative(value, b.data[i] ?? NaN, tolerance, 'scaled', 1 + Math.max(...b.data.map(Math.abs))); });
    });
  });

  test(`${name}: back again within a few roundings, from JSON too`, async () => {
    await forAll(fc.tuple(centred, offsets, scales), 200, ([x, shift, scale]) => {
      const moved = x.map((value) => (value + shift) * scale);
      const scaler = make().fit(rows(moved));
      const z = scaler.transform(rows(moved));
      const size = Math.max(...moved.map(Math.abs));
      scaler.inverse(z).data.forEach((value, i) => { relative(value, moved[i] ?? NaN, 1e-14, 'back', size); });
      identical(scalerFromJSON(JSON.parse(JSON.stringify(scaler))).transform(rows(moved)).data, z.data);
    });
  });

  test(`${name}: a range that float64 cannot hold is refused`, async () => {
    const error = await thrown(DataError, () => make().fit([[1, 1.7e308], [2, -1.7e308]]));
    assert.match(error.message, 'column 1');
  });
}

test('the bank rate of the issue: constant at 0.1 in training, it does not blow up the test rows', () => {
  for (const rate of [0.1, 0.125]) {
    const scaler = new StandardScaler().fit(Array.from({ length: 200 }, (_, i) => [100 + Math.sin(i), rate]));
    relative(scaler.transform([[100, rate + 0.15]]).get(0, 1), 0.15, 1e-12, 'rate');
  }
});

test('robust: equal quartiles leave the outliers their distance', () => {
  const scaler = new RobustScaler().fit(rows([0.3, 0.1 + 0.2, 0.3, 0.3, 0.3, 0.1 + 0.2, 0.3, 5]));
  relative(scaler.transform([[5]]).get(0, 0), 4.7, 1e-14, 'outlier');
});

test('logReturn: small returns keep their digits, large ones do not overflow', () => {
  const returnOf = (before: number, after: number): number => new LogReturnScaler().fit([[1]]).transform([[before], [after]]).get(0, 0);
  relative(returnOf(14.62, 14.62 + 2 ** -46), 2 ** -46 / 14.62, 1e-14, 'a return of 1e-15');
  relative(returnOf(1e-200, 1e200), 400 * Math.LN10, 1e-14, 'up by 1e400');
  relative(returnOf(1e200, 1e-200), -400 * Math.LN10, 1e-14, 'down by 1e400');
  relative(returnOf(5e-324, 1), 1074 * Math.LN2, 1e-14, 'from the smallest number');
  relative(returnOf(3, 1), -Math.log(3), 1e-15, 'a third');
});

test('log10: there and back from the smallest to the largest number', () => {
  const scaler = new Log10Scaler().fit([[1]]);
  const values = [1e-300, 1e-200, 0.1, 14.62, 1e200, 1e308];
  scaler.inverse(scaler.transform(rows(values))).data.forEach((value, i) => { relative(value, values[i] ?? NaN, 1e-13, 'back'); });
});

test('percentChange: a first value that is 0 but for rounding is refused, a small one is not', async () => {
  const scaler = new PercentChangeScaler().fit([[1]]);
  await thrown(DataError, () => scaler.transform([rows([0.1 + 0.2 - 0.3, 1, 2])]));
  await thrown(DataError, () => scaler.transform([rows([0, 0])]));
  await thrown(DataError, () => scaler.transformTarget([[1, 2]], [1e-17]));
  const tiny = rows([1e-200, 2e-200, 1e-200 * (1 + 2 ** -40)]);
  const change = scaler.transform([tiny]);
  identical([change.get(0, 1, 0)], [1]);
  relative(change.get(0, 2, 0), ((tiny[2]?.[0] ?? NaN) - 1e-200) / 1e-200, 1e-15, 'a small change');
});

test.run();
