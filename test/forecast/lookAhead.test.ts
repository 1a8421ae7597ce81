/**
 * No look-ahead, for every piece of the pipeline: rows after t are replaced by other numbers, and everything that is
 * computed for origins up to t must stay the same bit for bit. Each check also perturbs row t itself and requires a
 * difference, so that a check that compares nothing cannot pass.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backtest, countSamples } from '../../src/forecast/evaluation/backtest.js';
import { baselineForecaster, baselineForecasts } from '../../src/forecast/baselines/apply.js';
import { drift, movingAverage } from '../../src/forecast/baselines/naive.js';
import { standardBaselines } from '../../src/forecast/baselines/standard.js';
import { residualInterval } from '../../src/forecast/evaluation/interval.js';
import type { WindowModel } from '../../src/forecast/windows/model.js';
import { scaleWindows } from '../../src/forecast/windows/scaledWindows.js';
import { createScaler } from '../../src/forecast/scalers/fromJSON.js';
import type { ScalerKind } from '../../src/forecast/scalers/scaler.js';
import { expandingOrigin, purgeGap, rollingOrigin, rowsOfSamples, splitWindows } from '../../src/forecast/windows/splits.js';
import { directForecaster, holdOtherFeatures, recursiveForecast, recursiveForecaster, sequenceForecaster } from '../../src/forecast/windows/strategies.js';
import { latestWindow, makeWindows } from '../../src/forecast/windows/windows.js';
import { parseCsv } from '../../src/forecast/series/parseCsv.js';
import { column, walk } from './support.js';
import type { Float64NdArray } from '../../src/forecast/series/arrays.js';

const ROWS = 48;
const original = walk(ROWS, 2);
const other = walk(ROWS, 2, 99).map((row) => row.map((v) => 3 * v));
/** Rows up to t are the original ones, the rest are not. */
const knownUpTo = (t: number): number[][] => original.map((row, i) => (i <= t ? row : other[i] ?? row));

/** `compute` must not see rows after t, and must see row t. */
async function blindAfter(t: number, compute: (rows: number[][]) => unknown): Promise<void> {
  const plain = JSON.stringify(await compute(original));
  assert.is(JSON.stringify(await compute(knownUpTo(t))), plain, `something after row ${t} was read`);
  assert.is.not(JSON.stringify(await compute(knownUpTo(t - 1))), plain, `row ${t} was not read: this check sees nothing`);
}

const list = (array: { readonly data: ArrayLike<number> }): number[] => Array.from(array.data);
const kinds: ScalerKind[] = ['standard', 'minMax', 'robust', 'log10', 'logReturn', 'percentChange'];
const spec = { window: 4, horizon: 3, target: 1 };
const head = (array: Float64NdArray, count: number): number[] => Array.from(array.data.subarray(0, (array.data.length / (array.shape[0] ?? 1)) * count));

/** Trained on every number it is given: its forecasts change if any of them does. */
function sensitive(width: number): WindowModel {
  let learned = 0;
  return {
    fit(x, y, { validation }) {
      learned = x.data.reduce((sum, v, i) => sum + v * Math.cos(i), 0) + y.data.reduce((sum, v, i) => sum + v * Math.sin(i + 1), 0)
        + (validation ? validation.y.data.reduce((sum, v, i) => sum + v * Math.cos(2 * i), 0) : 0);
    },
    predict(x) {
      const size = x.data.length / (x.shape[0] ?? 1);
      return Array.from({ length: x.shape[0] ?? 0 }, (_, i) => Array.from({ length: width }, (_, k) =>
        1e-3 * learned + (k + 1) * 0.01 * x.data.subarray(i * size, (i + 1) * size).reduce((sum, v, j) => sum + v * Math.sin(j + k + 1), 0)));
    },
  };
}

test('windows: inputs up to origin t, targets up to t', async () => {
  for (const stride of [1, 2]) {
    for (const t of [20, 31]) {
      await blindAfter(t, (rows) => {
        const windows = makeWindows(rows, { ...spec, stride });
        const inputs = windows.origins.filter((row) => row <= t).length;
        const targets = windows.origins.filter((row) => row + spec.horizon <= t).length;
        return [head(windows.x, inputs), head(windows.y, targets), targets];
      });
    }
  }
});

test('latest window: of the rows up to t', () => blindAfter(20, (rows) => list(latestWindow(rows.slice(0, 21), 5))));

test('splits: where the parts lie depends on the number of rows alone, training ends before what follows', async () => {
  const parts = (rows: number[][]): ReturnType<typeof splitWindows> => splitWindows(makeWindows(rows, spec), { train: 0.6, validation: 0.2, test: 0.2 });
  assert.equal(parts(original).ranges, parts(knownUpTo(5)).ranges);
  const firstValidationOrigin = parts(original).validation.origins[0] ?? NaN;
  await blindAfter(firstValidationOrigin, (rows) => [list(parts(rows).train.x), list(parts(rows).train.y)]);
});

for (const kind of kinds) {
  test(`${kind}: what is learned and what is scaled up to t`, async () => {
    const t = 25;
    await blindAfter(t, (rows) => {
      if (kind === 'percentChange') {
        const scaler = createScaler(kind).fit(rows.slice(0, t + 1));
        return [scaler, head(scaler.transform(makeWindows(rows, { window: 4 }).x), t - 2)];
      }
      const scaler = createScaler(kind).fit(rows.slice(0, t + 1));
      return [scaler, head(scaler.transform(rows), kind === 'logReturn' ? t : t + 1)];
    });
  });

  test(`${kind}: scaled samples and forecasts in original units`, async () => {
    const train = { start: 0, end: 12 };
    const lost = kind === 'logReturn' ? 1 : 0;
    const lastTrainingRow = rowsOfSamples(train, spec).end - 1 + lost;
    await blindAfter(lastTrainingRow, (rows) => {
      const scaled = scaleWindows(rows, { ...spec, train, scaler: createScaler(kind) });
      const known = scaled.windows.origins.filter((row) => row <= lastTrainingRow).length;
      const flat = Array.from({ length: known }, () => [0.1, 0.2, 0.3]);
      const samples = { start: 0, end: known };
      return [head(scaled.windows.x, known), head(scaled.windows.y, 12), list(scaled.inverse(flat, samples)), Array.from(scaled.previous(samples))];
    });
  });
}

for (const [name, baseline] of Object.entries({ ...standardBaselines({ season: 2 }), movingAverage: movingAverage(4) })) {
  test(`${name}: forecasts from origins up to t`, async () => {
    const t = 30;
    await blindAfter(t, (rows) => list(baselineForecasts(baseline, column(rows, 1), [10, 17, t], 6)));
  });
  test(`${name} on windows: forecasts from origins up to t`, async () => {
    const t = 30;
    await blindAfter(t, async (rows) => {
      const windows = makeWindows(rows, { ...spec, window: 8 });
      const forecaster = baselineForecaster(baseline, { target: 1 });
      await forecaster.fit(windows.x, windows.y, {});
      const known = windows.origins.filter((row) => row <= t).length;
      return list(await forecaster.predict(windows.x) as Float64NdArray).slice(0, 3 * known);
    });
  });
}

const model = sensitive(1);
test('recursive forecast: one true window and nothing after it', () => blindAfter(22, async (rows) => {
  const { x, origins } = makeWindows(rows, spec);
  const forecast = await recursiveForecast((windows) => model.predict(windows), x, { horizon: 9, target: 1, nextRow: holdOtherFeatures(1) });
  return head(forecast, origins.filter((row) => row <= 22).length);
}));

const strategies: Record<string, () => WindowModel> = {
  recursive: () => recursiveForecaster(sensitive(1), { horizon: 3, target: 1, nextRow: holdOtherFeatures(1) }),
  direct: () => directForecaster(() => sensitive(1), { horizon: 3 }),
  sequence: () => sequenceForecaster(sensitive(3), { horizon: 3 }),
};

for (const [name, create] of Object.entries(strategies)) {
  for (const kind of [undefined, ...kinds]) {
    test(`backtest, ${name}, ${kind ?? 'no scaler'}: forecasts from origins up to t, over rolling and expanding folds`, async () => {
      const scaler = kind && ((): ReturnType<typeof createScaler> => createScaler(kind));
      const n = countSamples(ROWS, spec, scaler?.());
      const options = { train: 14, validation: 4, step: 3, gap: purgeGap(spec) };
      for (const folds of [rollingOrigin(n, options), expandingOrigin(n, options)]) {
        for (const monitor of [0, 3]) {
          const t = 30;
          await blindAfter(t, async (rows) => {
            const result = await backtest(rows, { ...spec, folds, monitor, scaler, forecaster: create, baselines: { drift: drift() } });
            return result.folds.map((fold) => {
              const known = fold.origins.filter((row) => row <= t).length;
              // scores need the targets: they count only when those are known too
              const scored = (fold.origins.at(-1) ?? NaN) + spec.horizon <= t;
              return [Array.from(fold.origins), head(fold.predictions, known), Array.from(fold.previous.subarray(0, known)), scored && [fold.score, fold.baselines]];
            });
          });
        }
      }
    });
  }
}

test('interval: from residuals known at t', () => blindAfter(29, (rows) => {
  const residuals = rows.slice(0, 30).map((row, i) => (row[0] ?? NaN) - (i > 0 ? rows[i - 1]?.[0] ?? NaN : 0));
  const { lower, upper } = residualInterval(residuals.slice(11), 0.9);
  return [Array.from(lower), Array.from(upper), residuals];
}));

test('CSV: carrying forward fills a cell from earlier dates only', async () => {
  const t = 20;
  const day = (i: number): string => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
  const text = (rows: number[][]): string => ['date,a,b', ...rows.map(([a, b], i) => `${day(i)},${i % 4 === 1 ? '' : a},${i % 5 === 2 ? 'NA' : b}`).reverse()].join('\n');
  await blindAfter(t, async (rows) => {
    const table = parseCsv(text(rows), { missing: 'carryForward' });
    const known = table.dates.filter((date) => date <= day(t)).length;
    return Object.values(table.columns).map((values) => Array.from(values.subarray(0, known)));
  });
});

test.run();
