import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { ArgumentError, DataError, FileFormatError, ShapeError, StateError } from '../../../src/errors.js';
import { MinMaxScaler, RobustScaler, StandardScaler } from '../../../src/forecast/scalers/affine.js';
import { Log10Scaler, LogReturnScaler } from '../../../src/forecast/scalers/log.js';
import { PercentChangeScaler } from '../../../src/forecast/scalers/percentChange.js';
import { createScaler, scalerFromJSON } from '../../../src/forecast/scalers/fromJSON.js';
import type { Scaler, ScalerKind } from '../../../src/forecast/scalers/scaler.js';
import { close, column, identical, strided, thrown, walk } from '../support.js';

const rows = [[1, 10], [2, 30], [4, 20], [9, 60]];

test('standard: mean 0 and deviation 1 with divisor n, by hand', () => {
  const scaled = new StandardScaler().fit(rows).transform([[4, 30], [9, 60]]);
  // column 0: mean 4, variance (9 + 4 + 0 + 25) / 4; column 1: mean 30, variance (400 + 0 + 100 + 900) / 4
  close(scaled.data, [0, 0, 5 / Math.sqrt(9.5), 30 / Math.sqrt(350)]);
  assert.equal(scaled.shape, [2, 2]);
});

test('min-max: training rows fill the range, later rows may leave it', () => {
  close(new MinMaxScaler().fit(rows).transform([[1, 10], [9, 60], [17, 35]]).data, [0, 0, 1, 1, 2, 0.5]);
  close(new MinMaxScaler({ range: [-1, 3] }).fit(rows).transform([[1, 10], [9, 60], [5, 35]]).data, [-1, -1, 3, 3, 1, 1]);
});

test('robust: median and quartiles, by hand', () => {
  // column 0: median 3, quartiles 1.75 and 5.25; column 1: median 25, quartiles 17.5 and 37.5
  close(new RobustScaler().fit(rows).transform([[10, 45]]).data, [7 / 3.5, 1]);
});

test('log10 and log return, by hand', () => {
  close(new Log10Scaler().fit(rows).transform([[100, 0.1]]).data, [2, -1]);
  const returns = new LogReturnScaler().fit(rows).transform(rows);
  assert.equal(returns.shape, [3, 2]);
  close(returns.data, [Math.log(2), Math.log(3), Math.log(2), Math.log(2 / 3), Math.log(9 / 4), Math.log(3)]);
});

test('log return: predictions continue from the last known price', () => {
  const scaler = new LogReturnScaler().fit(rows);
  const prices = scaler.inverse([[Math.log(2), Math.log(3)], [Math.log(0.5), 0]], { column: 1, reference: [10, 8] });
  close(prices.data, [20, 60, 4, 4]);
});

test('percentage change: n = p / p0 − 1 in each window and column', () => {
  const scaler = new PercentChangeScaler().fit(rows);
  const windows = [[[2, 10], [3, 5]], [[4, 20], [1, 30]]];
  close(scaler.transform(windows).data, [0, 0, 0.5, -0.5, 0, 0, -0.75, 0.5]);
  const reference = scaler.reference(windows, 1);
  identical(reference, [10, 20]);
  close(scaler.transformTarget([[15, 20], [10, 20]], reference).data, [0.5, 1, -0.5, 0]);
  close(scaler.inverse([[0.5, 1], [-0.5, 0]], { reference }).data, [15, 20, 10, 20]);
});

const positiveRows = fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 4 })).chain(([n, f]) =>
  fc.array(fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { minLength: f, maxLength: f }), { minLength: n, maxLength: n }));

for (const kind of ['standard', 'minMax', 'robust', 'log10'] as const) {
  test(`${kind}: inverse(transform(x)) = x, for all columns, one column, strided views, and after JSON`, () => {
    fc.assert(fc.property(positiveRows, (x) => {
      const scaler = createScaler(kind).fit(x);
      const scaled = scaler.transform(x);
      const scale = Math.max(...x.flat());
      close(scaler.inverse(scaled).data, x.flat(), 1e-10 * scale);
      identical(scaler.transform(strided(x)).data, scaled.data);
      identical(scalerFromJSON(JSON.parse(JSON.stringify(scaler))).transform(x).data, scaled.data);
      x[0]?.forEach((_, j) => {
        const predictions = column(x, j).map((_, i) => [scaled.get(i, j)]);
        const whole = scaler.inverse(scaled);
        identical(scaler.inverse(predictions, { column: j }).data, column(x, j).map((_, i) => whole.get(i, j)));
      });
    }));
  });
}

test('logReturn: inverse(transform(x)) = x from the first row on, strided and after JSON', () => {
  fc.assert(fc.property(positiveRows, (x) => {
    const scaler = new LogReturnScaler().fit(x);
    const returns = scaler.transform(strided(x));
    close(scaler.inverse(returns, { reference: x[0] ?? [] }).data, x.slice(1).flat(), 1e-9);
    identical(scalerFromJSON(JSON.parse(JSON.stringify(scaler))).transform(x).data, returns.data);
  }));
});

test('percentChange: inverse undoes windows of several features', () => {
  fc.assert(fc.property(positiveRows, (x) => {
    const scaler = new PercentChangeScaler().fit(x);
    close(scaler.inverse(scaler.transform([x]), { reference: [x[0] ?? []] }).data, x.flat(), 1e-9);
  }));
});

test('a row scaler reads the last axis as features, whatever the rank', () => {
  const scaler = new StandardScaler().fit(rows);
  const windows = scaler.transform([rows, rows]);
  assert.equal(windows.shape, [2, 4, 2]);
  identical(windows.data.subarray(8), scaler.transform(rows).data);
});

test('a constant training column maps to a constant and back', () => {
  for (const kind of ['standard', 'minMax', 'robust'] as const) {
    const scaler = createScaler(kind).fit([[5, 1], [5, 2]]);
    const scaled = scaler.transform([[5, 1], [7, 2]]);
    assert.is(scaled.get(0, 0), 0);
    close(scaler.inverse(scaled).data, [5, 1, 7, 2]);
  }
});

test('input is never changed', () => {
  const x = strided(walk(6, 2));
  const before = Float64Array.from(x.data);
  for (const kind of ['standard', 'minMax', 'robust', 'log10', 'logReturn'] as const) createScaler(kind).fit(x).transform(x);
  identical(x.data, before);
});

test('before fit everything is a StateError', async () => {
  const kinds: ScalerKind[] = ['standard', 'minMax', 'robust', 'log10', 'logReturn', 'percentChange'];
  for (const kind of kinds) {
    const scaler: Scaler = createScaler(kind);
    await thrown(StateError, () => scaler.transform(kind === 'percentChange' ? [rows] : rows));
    await thrown(StateError, () => scaler.inverse(rows, { column: 0, reference: [1, 1, 1, 1] }));
    await thrown(StateError, () => scaler.toJSON());
  }
});

test('a second fit forgets the first', () => {
  const scaler = new MinMaxScaler().fit(rows).fit([[0], [10]]);
  close(scaler.transform([[5]]).data, [0.5]);
});

test('wrong input is refused by name', async () => {
  const scaler = new StandardScaler().fit(rows);
  await thrown(ShapeError, () => scaler.transform([[1, 2, 3]]));
  await thrown(ShapeError, () => scaler.transform([1, 2]));
  await thrown(ShapeError, () => scaler.inverse([[1]], { column: 2 }));
  await thrown(DataError, () => scaler.fit([[1, NaN]]));
  await thrown(DataError, () => new Log10Scaler().fit([[0]]));
  await thrown(DataError, () => new LogReturnScaler().fit([[1], [-1]]));
  await thrown(ShapeError, () => new LogReturnScaler().fit(rows).transform([[1, 2]]));
  await thrown(ArgumentError, () => new LogReturnScaler().fit(rows).inverse([[1, 2]], { column: 0 }));
  await thrown(ShapeError, () => new LogReturnScaler().fit(rows).inverse([[1, 2]], { column: 0, reference: [1, 2] }));
  await thrown(ArgumentError, () => new PercentChangeScaler().fit(rows).inverse([[1, 2]]));
  await thrown(DataError, () => new PercentChangeScaler().fit(rows).transform([[[0, 1], [1, 2]]]));
  await thrown(ArgumentError, () => new MinMaxScaler({ range: [1, 1] }));
});

test('an option where a scaler has none is refused', async () => {
  for (const Scaler of [StandardScaler, RobustScaler, Log10Scaler, LogReturnScaler, PercentChangeScaler]) {
    // @ts-expect-error JavaScript callers may pass anything
    const error = await thrown(ArgumentError, () => new Scaler({ with_mean: false }));
    assert.match(error.message, /Scaler: option 'with_mean' must be left out, got an option where there is none\.$/);
  }
});

test('JSON that is not a scaler is refused', async () => {
  for (const json of [null, 3, {}, { kind: 'median' }, { kind: 'standard', center: [1], scale: [] }, { kind: 'standard', center: [1], scale: [0] },
    { kind: 'standard', center: ['1'], scale: [1] }, { kind: 'minMax', center: [1], scale: [1] }, { kind: 'minMax', range: [1, 0], center: [1], scale: [1] }, { kind: 'log10', features: 0 }]) {
    await thrown(FileFormatError, () => scalerFromJSON(json));
  }
});

test.run();
