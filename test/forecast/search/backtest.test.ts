import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../../src/errors.js';
import { backtest, countSamples } from '../../../src/forecast/evaluation/backtest.js';
import { parallelBacktest } from '../../../src/forecast/search/backtest.js';
import { foldFromJSON, foldToJSON } from '../../../src/forecast/search/foldJson.js';
import { inProcess } from '../../../src/forecast/search/trial.js';
import { expandingOrigin } from '../../../src/forecast/windows/splits.js';
import type { JsonValue } from '../../../src/layers/layer.js';
import { fromHost } from '../../../src/tensor.js';
import program, { rows, setup } from '../../node/searchFolds.js';
import { identical, thrown } from '../support.js';

const folds = expandingOrigin(countSamples(90, { window: 6, horizon: 2 }), { train: 30, validation: 5, step: 7, gap: 1 });
const runner = inProcess(program);

for (const options of [{}, { refit: 3 }, { refit: 'never' }, { warmStart: true }, { refit: 2, warmStart: true, restart: 4 }] as const) {
  test(`the same as backtest, bit for bit: ${JSON.stringify(options)}`, async () => {
    const { series: _, ...settings } = setup(-1);
    const expected = await backtest(rows, { ...settings, ...options, folds });
    const { failures, ...result } = await parallelBacktest({ ...options, folds, runner });
    assert.equal(failures, []);
    assert.equal(result, expected);
    result.folds.forEach((fold, i) => identical(fold.predictions.data, expected.folds[i]?.predictions.data ?? []));
  });
}

test('policies differ where they should', async () => {
  const skills = await Promise.all([{}, { refit: 3 }, { warmStart: true }].map(async (options) => (await parallelBacktest({ ...options, folds, runner })).summary.model.rmse.mean));
  assert.is(new Set(skills).size, 3);
});

test('a chain that fails is told, the others are summarised', async () => {
  const { failures, folds: results } = await parallelBacktest({ folds, runner, refit: 2, parameters: { failing: 2 } });
  assert.equal(failures, [{ folds: [2, 3], reason: 'RangeError: fold 2 fails' }]);
  assert.equal(results.map(({ fold }) => fold.index), folds.map(({ index }) => index).filter((index) => index !== 2 && index !== 3));
  const error = await thrown(DataError, () => parallelBacktest({ folds: folds.slice(2, 3), runner, parameters: { failing: 2 } }));
  assert.match(error.message, /fold 2 fails/);
});

test('results come through JSON to the last bit: NaN, infinities, negative zero', async () => {
  const { folds: [fold] } = await parallelBacktest({ folds: folds.slice(0, 1), runner });
  assert.ok(fold);
  if (!fold) return;
  const odd = { ...fold, predictions: fromHost(Float64Array.of(-0, 0.1 + 0.2, 5e-324, -1 / 3), [2, 2]), origins: Int32Array.of(7, 8), score: { ...fold.score, r2: NaN, mape: Infinity, skill: -Infinity } };
  const back = foldFromJSON(JSON.parse(JSON.stringify(foldToJSON(odd))) as JsonValue);
  identical(back.predictions.data, odd.predictions.data);
  assert.equal(back.predictions.shape, [2, 2]);
  assert.ok(Object.is(back.score.r2, NaN));
  assert.ok(fold.inSample);
  assert.equal([back.inSample, back.fitReport], [fold.inSample, fold.fitReport]);
  assert.equal([back.score.mape, back.score.skill, back.score.noChange], [Infinity, -Infinity, odd.score.noChange]);
});

test.run();
