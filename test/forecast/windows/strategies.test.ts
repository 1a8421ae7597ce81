import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../../src/errors.js';
import type { FitContext, WindowModel } from '../../../src/forecast/windows/model.js';
import { modelForecaster } from '../../../src/forecast/windows/model.js';
import { directForecaster, holdOtherFeatures, recursiveForecast, recursiveForecaster, sequenceForecaster } from '../../../src/forecast/windows/strategies.js';
import { makeWindows } from '../../../src/forecast/windows/windows.js';
import { tensor } from '../../../src/ndarrays.js';
import type { TensorLike } from '../../../src/tensor.js';
import type { Float64NdArray } from '../../../src/forecast/series/arrays.js';
import { close, strided, thrown, walk } from '../support.js';

const values = (value: TensorLike): Float64Array => tensor(value, { dtype: 'float64' }).data;
/** One step: 2 · newest − oldest, of column `target`. */
const extrapolate = (target = 0) => (x: Float64NdArray): number[][] =>
  Array.from({ length: x.shape[0] ?? 0 }, (_, i) => [2 * x.get(i, (x.shape[1] ?? 0) - 1, target) - x.get(i, 0, target)]);

test('recursive: each forecast becomes the newest row, by hand', async () => {
  // window 3, 6, 7: 2·7 − 3 = 11; window 6, 7, 11: 16; window 7, 11, 16: 25; window 11, 16, 25: 39
  const out = await recursiveForecast(extrapolate(), [[[3], [6], [7]], [[1], [1], [2]]], { horizon: 4 });
  assert.equal(out.shape, [2, 4]);
  close(out.data, [11, 16, 25, 39, 3, 5, 8, 13]);
});

test('recursive: other features are held only when asked for', async () => {
  const windows = [[[1, 3], [2, 6]]];
  await thrown(ArgumentError, () => recursiveForecast(extrapolate(1), windows, { horizon: 2, target: 1 }));
  const seen: number[][] = [];
  const spy = (x: Float64NdArray): number[][] => { seen.push(Array.from(x.data)); return extrapolate(1)(x); };
  close((await recursiveForecast(spy, windows, { horizon: 2, target: 1, nextRow: holdOtherFeatures(1) })).data, [9, 12]);
  assert.equal(seen, [[1, 3, 2, 6], [2, 6, 2, 9]]);
});

test('recursive: a model of all features, and a caller that knows the next rows', async () => {
  const both = (x: Float64NdArray): number[][] => [[x.get(0, 1, 0) + 1, x.get(0, 1, 1) * 2]];
  close((await recursiveForecast(both, [[[0, 0], [1, 1]]], { horizon: 3, target: 1 })).data, [2, 4, 8]);
  const calendar = (prediction: Float64Array, last: Float64Array, step: number, sample: number): number[] => [prediction[0] ?? NaN, (last[1] ?? NaN) + 10 * step + sample];
  const sum = (x: Float64NdArray): number[][] => [0, 1].map((i) => [x.get(i, 1, 0) + x.get(i, 1, 1)]);
  // sample 0: 1 + 2 = 3, next features 2 + 10 = 12: 3 + 12 = 15; sample 1: 4 + 5 = 9, next 5 + 11 = 16: 25
  close((await recursiveForecast(sum, [[[0, 0], [1, 2]], [[0, 0], [4, 5]]], { horizon: 2, nextRow: calendar })).data, [3, 15, 9, 25]);
});

test('recursive: a window shorter than the horizon runs on forecasts alone, and input stays as it was', async () => {
  const view = strided([[3], [6]]);
  const window = tensor([[[3], [6]]], { dtype: 'float64' });
  close((await recursiveForecast(extrapolate(), window, { horizon: 6 })).data, [9, 12, 15, 18, 21, 24]);
  close(window.data, [3, 6]);
  assert.is(view.get(0, 0), 3);
});

test('recursive: a model may keep the windows it was given', async () => {
  const kept: Float64NdArray[] = [];
  await recursiveForecast((windows) => { kept.push(windows); return extrapolate()(windows); }, [[[3], [6]]], { horizon: 3 });
  assert.equal(kept.map((windows) => Array.from(windows.data)), [[3, 6], [6, 9], [9, 12]]);
});

test('recursive: a wrong prediction or row is refused', async () => {
  await thrown(ShapeError, () => recursiveForecast(() => [[1], [2]], [[[1], [2]]], { horizon: 1 }));
  await thrown(ShapeError, () => recursiveForecast(() => [[1, 2, 3]], [[[1], [2]]], { horizon: 1 }));
  await thrown(ShapeError, () => recursiveForecast(() => [[1]], [[[1, 5], [2, 6]]], { horizon: 1, nextRow: () => [1] }));
});

/** Records what it is trained on and predicts a constant. */
function probe(constant: number, width = 1): WindowModel & { seen: { y: number[]; shape: number[]; validation?: number[] }[] } {
  const seen: { y: number[]; shape: number[]; validation?: number[] }[] = [];
  return {
    seen,
    fit(_x, y, { validation }: FitContext) {
      seen.push({ y: Array.from(y.data), shape: [...y.shape], ...(validation && { validation: Array.from(validation.y.data) }) });
    },
    predict: (x) => Array.from({ length: x.shape[0] ?? 0 }, () => new Array<number>(width).fill(constant)),
  };
}

const { x, y } = makeWindows(walk(8, 1), { window: 3, horizon: 3 });
const stepOf = (k: number): number[] => [0, 1, 2].map((i) => y.get(i, k));

test('direct: model k is trained on step k alone and answers for it', async () => {
  const models = [probe(10), probe(20), probe(30)];
  const direct = directForecaster((horizon) => models[horizon - 1] ?? probe(0), { horizon: 3 });
  await direct.fit(x, y, { validation: { x, y } });
  models.forEach((model, k) => assert.equal(model.seen, [{ y: stepOf(k), shape: [3, 1], validation: stepOf(k) }]));
  close(values(await direct.predict(x)), [10, 20, 30, 10, 20, 30, 10, 20, 30]);
  await thrown(ShapeError, () => directForecaster(() => probe(1), { horizon: 2 }).fit(x, y, {}));
});

test('recursive forecaster: trained on step 1 only', async () => {
  const model = probe(7);
  const recursive = recursiveForecaster(model, { horizon: 3 });
  await recursive.fit(x, y, { validation: { x, y } });
  assert.equal(model.seen, [{ y: stepOf(0), shape: [3, 1], validation: stepOf(0) }]);
  close(values(await recursive.predict(x)), new Array<number>(9).fill(7));
});

test('sequence output: one model, h outputs, and no other number of them', async () => {
  const model = probe(4, 3);
  const sequence = sequenceForecaster(model, { horizon: 3 });
  await sequence.fit(x, y, {});
  assert.equal(model.seen, [{ y: Array.from(y.data), shape: [3, 3] }]);
  close(values(await sequence.predict(x)), new Array<number>(9).fill(4));
  await thrown(ShapeError, () => sequenceForecaster(probe(1, 2), { horizon: 3 }).predict(x));
});

test('a network becomes a forecaster; its options go to fit, validation with them only when there is some', async () => {
  const calls: object[] = [];
  const network = {
    fit(_x: unknown, _y: unknown, options: { epochs: number; validationData?: unknown }) { calls.push(Object.keys(options)); return Promise.resolve({}); },
    predict: (input: Float64NdArray) => Promise.resolve(input),
  };
  const forecaster = modelForecaster(network, { epochs: 3 });
  await forecaster.fit(x, y, {});
  await forecaster.fit(x, y, { validation: { x, y } });
  assert.equal(calls, [['epochs'], ['epochs', 'validationData']]);
  assert.is(await forecaster.predict(x), x);
});

test.run();
