import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ShapeError } from '../../../src/errors.js';
import { StandardScaler } from '../../../src/forecast/scalers/affine.js';
import { scaleWindows } from '../../../src/forecast/windows/scaledWindows.js';
import { createScaler } from '../../../src/forecast/scalers/fromJSON.js';
import type { ScalerKind } from '../../../src/forecast/scalers/scaler.js';
import { makeWindows } from '../../../src/forecast/windows/windows.js';
import { close, column, identical, strided, thrown, walk } from '../support.js';

const rows = walk(40, 3);
const prices = column(rows, 1);
const kinds: (ScalerKind | undefined)[] = [undefined, 'standard', 'minMax', 'robust', 'log10', 'logReturn', 'percentChange'];

for (const kind of kinds) {
  for (const stride of [1, 3]) {
    test(`${kind ?? 'no scaler'}, stride ${stride}: targets come back in original units from their own rows`, () => {
      const scaler = kind && createScaler(kind);
      const lost = kind === 'logReturn' ? 1 : 0;
      const data = scaleWindows(strided(rows), { window: 5, horizon: 3, stride, target: 1, train: { start: 0, end: 4 }, scaler });
      const count = Math.floor((40 - lost - 8) / stride) + 1;
      assert.equal([data.windows.x.shape, data.windows.y.shape], [[count, 5, 3], [count, 3]]);
      identical(data.windows.origins, Array.from({ length: count }, (_, i) => i * stride + 4 + lost));
      const samples = { start: 2, end: count };
      const expected = Array.from(data.windows.origins).slice(2).flatMap((row) => prices.slice(row + 1, row + 4));
      identical(data.actual(samples).data, expected);
      identical(data.previous(samples), Array.from(data.windows.origins).slice(2).map((row) => prices[row] ?? NaN));
      close(data.inverse(data.windows.y.lo(2, 0), samples).data, expected, 1e-10);
    });
  }

  test(`${kind ?? 'no scaler'}: the latest window is what the next sample would be`, () => {
    const scaler = kind && createScaler(kind);
    const options = { window: 5, horizon: 2, target: 1, train: { start: 0, end: 9 } };
    const all = scaleWindows(rows, { ...options, scaler });
    const known = scaleWindows(rows.slice(0, 38), { ...options, scaler: kind && createScaler(kind) });
    const last = all.windows.origins.length - 1;
    const lastSample = { start: last, end: last + 1 };
    identical(known.latest.data, all.windows.x.data.subarray(last * 15));
    const forecast = all.windows.y.lo(last, 0);
    identical(known.inverseLatest(forecast).data, all.inverse(forecast, lastSample).data);
  });
}

test('the scaler learns from the rows of the training samples, targets included, and no others', () => {
  const scaler = new StandardScaler();
  // samples 2 … 5 of window 4, horizon 2, stride 2: rows 4 … 15
  scaleWindows(rows, { window: 4, horizon: 2, stride: 2, train: { start: 2, end: 6 }, scaler });
  assert.equal(scaler.toJSON(), new StandardScaler().fit(rows.slice(4, 16)).toJSON());
});

test('a row scaler gives the windows of the scaled series', () => {
  const scaler = new StandardScaler();
  const data = scaleWindows(rows, { window: 4, target: 2, train: { start: 0, end: 20 }, scaler });
  const expected = makeWindows(scaler.transform(rows), { window: 4, target: 2 });
  identical(data.windows.x.data, expected.x.data);
  identical(data.windows.y.data, expected.y.data);
});

test('wrong sizes are refused', async () => {
  const data = scaleWindows(rows, { window: 4, train: { start: 0, end: 20 } });
  await thrown(ShapeError, () => data.inverse([[1], [2]], { start: 0, end: 3 }));
  await thrown(ShapeError, () => data.inverseLatest([[1, 2]]));
  await thrown(ShapeError, () => scaleWindows(rows, { window: 4, train: { start: 0, end: 37 } }));
  await thrown(ShapeError, () => scaleWindows(rows, { window: 4, train: { start: 3, end: 3 } }));
});

test.run();
