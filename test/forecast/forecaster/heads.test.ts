/** What each head says, against closed forms: networks whose outputs are their biases, so that every figure can be worked out by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normalQuantile } from '../../../src/distributions.js';
import { Forecaster } from '../../../src/forecast/index.js';
import type { Forecast, ForecasterOptions, NetworkSpec, WindowFacts } from '../../../src/forecast/index.js';
import { Add, Dense, Flatten, Input, Model, Reshape } from '../../../src/index.js';
import type { Applicable } from '../../../src/layers/layer.js';
import { deviation, mean } from '../../../src/statistics.js';
import { close } from '../support.js';
import { panelOf } from './support.js';

const biased = ({ steps, parameters }: NetworkSpec): Applicable[] => [
  new Flatten(), new Dense({ units: steps * parameters, name: 'out' }), ...(parameters > 1 ? [new Reshape({ targetShape: [steps, parameters] })] : []),
];
const values = Array.from({ length: 60 }, (_, i) => 20 + 5 * Math.sin(i) + (i % 4));
const table = values.map((y) => ({ y }));

/** A fitted forecaster whose network says these numbers, whatever it sees; without a validation block, so that nothing corrects its bounds. */
async function saying(outputs: readonly number[], options: Partial<ForecasterOptions>): Promise<Forecaster> {
  const forecaster = new Forecaster({ target: 'y', dateColumn: false, window: 8, layers: biased, ...options });
  await forecaster.fit(table, { epochs: 1, validation: 0 });
  const kernel = forecaster.model.getWeights()['out/kernel'];
  assert.ok(kernel);
  forecaster.model.setWeights({ 'out/kernel': { data: new Float32Array(kernel.data.length), shape: kernel.shape }, 'out/bias': [...outputs] });
  return forecaster;
}

const points = ({ rows }: Forecast): number[] => rows.map(({ forecast }) => forecast);
const [center, scale] = [mean(values), deviation(values)];
const softplus = (x: number): number => Math.log1p(Math.exp(x));

test('point: the number, unscaled', async () => {
  const forecaster = await saying([0.5, -1], { horizon: 2, strategy: 'sequence' });
  const forecast = await forecaster.forecast();
  close(points(forecast), [center + 0.5 * scale, center - scale]);
  assert.is(forecast.rows[0]?.lower, undefined, 'no validation block, no bounds');
});

test('a window is measured by the mean of its last rows and the deviation of all of them', async () => {
  const forecaster = await saying([0, 1], { horizon: 2, strategy: 'sequence', scalers: { kind: 'windowStandard', level: 3 } });
  const level = mean(values.slice(-3));
  close(points(await forecaster.forecast()), [level, level + deviation(values.slice(-8))]);
});

test('quantiles: by level, in order where they cross', async () => {
  const forecaster = await saying([-1, 0, 2, 3, 1, -1], { horizon: 2, head: { quantiles: [0.1, 0.5, 0.9] }, strategy: 'sequence' });
  const { rows } = await forecaster.forecast();
  const at = (z: number): number => center + z * scale;
  close(rows.flatMap(({ quantiles = {}, lower = NaN, upper = NaN, forecast }) => [quantiles['0.1'] ?? NaN, quantiles['0.5'] ?? NaN, quantiles['0.9'] ?? NaN, lower, forecast, upper]), [
    at(-1), at(0), at(2), at(-1), at(0), at(2), at(-1), at(1), at(3), at(-1), at(1), at(3),
  ]);
});

for (const head of ['gaussian', 'studentT'] as const) {
  test(`${head}: the median is the mean parameter, bounds are quantiles of the distribution`, async () => {
    const outputs = head === 'gaussian' ? [0.25, 0.7] : [0.25, 0.7, 1.5];
    const forecaster = await saying(outputs, { head, coverage: 0.8 });
    const [row] = (await forecaster.forecast()).rows;
    const sigma = softplus(Math.fround(0.7)) + 1e-3;
    assert.ok(Math.abs((row?.forecast ?? NaN) - (center + 0.25 * scale)) < 1e-9);
    const reach = ((row?.upper ?? NaN) - (row?.forecast ?? NaN)) / scale;
    if (head === 'gaussian') assert.ok(Math.abs(reach - sigma * normalQuantile(0.9)) < 1e-9, `${reach}`);
    else assert.ok(reach > sigma * normalQuantile(0.9) && reach < sigma * 1.7, `tails heavier than normal: ${reach}`);
    assert.ok(Math.abs((row?.upper ?? NaN) + (row?.lower ?? NaN) - 2 * (row?.forecast ?? NaN)) < 1e-8, 'symmetric');
  });
}

test('of a logarithm, quantiles are those of the values', async () => {
  const logs = values.map(Math.log10);
  const forecaster = await saying([0, 1], { head: 'gaussian', scalers: ['log10', 'standard'], coverage: 0.9 });
  const [row] = (await forecaster.forecast()).rows;
  const sigma = (softplus(1) + 1e-3) * deviation(logs);
  close([row?.lower ?? NaN, row?.forecast ?? NaN, row?.upper ?? NaN], [-1, 0, 1].map((side) => 10 ** (mean(logs) + side * sigma * normalQuantile(0.95))), 1e-9);
});

test('sampled paths of a random walk: spread grows with the root of the steps; the same seed draws the same', async () => {
  const sigma = softplus(-3) + 1e-3;
  const forecaster = await saying([0, -3], { head: 'gaussian', scalers: 'logReturn', horizon: 4, coverage: 0.9 });
  const count = 3000;
  const { rows, paths } = await forecaster.forecast({ paths: count, seed: 9 });
  const drawn = paths?.get('');
  assert.equal(drawn?.shape, [count, 4]);
  const last = values.at(-1) ?? NaN;
  rows.forEach(({ forecast, lower = NaN, upper = NaN }, k) => {
    const returns = Float64Array.from({ length: count }, (_, path) => Math.log((drawn?.get(path, k) ?? NaN) / last));
    const expected = Math.sqrt(k + 1) * sigma;
    assert.ok(Math.abs(deviation(returns) / expected - 1) < 0.06, `step ${k + 1}: ${deviation(returns) / expected}`);
    assert.ok(Math.abs(Math.log(forecast / last)) < 0.1 * expected);
    assert.ok(Math.abs(Math.log(upper / lower) / (2 * expected * normalQuantile(0.95)) - 1) < 0.1);
  });
  assert.equal((await forecaster.forecast({ paths: count, seed: 9 })).rows, rows);
  assert.is.not((await forecaster.forecast({ paths: count, seed: 10 })).rows[0]?.forecast, rows[0]?.forecast);
});

test('relative to the season, a network that says 0 is the seasonal naive forecast, in any units', async () => {
  for (const strategy of ['sequence', 'recursive'] as const) {
    for (const scalers of ['standard', 'windowStandard', ['log10', { kind: 'windowStandard', level: 3 }]] as const) {
      const steps = strategy === 'sequence' ? 7 : 1;
      const forecaster = await saying(new Array<number>(steps).fill(0), { horizon: 7, season: 3, relativeTo: 'season', strategy, scalers });
      close(points(await forecaster.forecast()), Array.from({ length: 7 }, (_, k) => values[57 + (k % 3)] ?? NaN), 1e-9);
    }
  }
});

test('measures of the window go into the network; the level and scale of each window are undone', async () => {
  const forecaster = new Forecaster({
    target: 'y', dateColumn: false, window: 8, horizon: 4, season: 3, strategy: 'sequence', scalers: 'windowStandard', windowStatistics: ['level', 'deviation', 'change', 'seasonalChange'],
    model: ({ window, columns, staticColumns, steps }) => {
      const [history, measures] = [Input({ shape: [window, columns.length] }), Input({ shape: [staticColumns.length] })];
      const unseen = new Dense({ units: steps, kernelInitializer: 'zeros', name: 'unseen' }).apply(new Flatten().apply(history));
      const told = new Dense({ units: steps, name: 'out' }).apply(measures);
      return new Model({ inputs: [history, measures], outputs: new Add().apply([unseen, told]) });
    },
  });
  await forecaster.fit(table, { epochs: 1, validation: 0 });
  const unit = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 1 : 0)));
  const still = forecaster.model.getWeights()['unseen/kernel'];
  forecaster.model.setWeights({ 'out/kernel': unit, 'out/bias': [0, 0, 0, 0], 'unseen/bias': [0, 0, 0, 0], 'unseen/kernel': { data: new Float32Array(still?.data.length ?? 0), shape: still?.shape ?? [] } });
  const window = values.slice(-8);
  const [level, spread] = [mean(window), deviation(window)];
  const gap = (lag: number): number => mean(window.slice(lag).map((value, i) => Math.abs(value - (window[i] ?? NaN)) / spread));
  close(points(await forecaster.forecast()).map((value) => (value - level) / spread), [level, Math.log(spread), Math.log(gap(1)), Math.log(gap(3))], 1e-5);
});

test('windows that are drawn: series alike often, whole seasons before the end where that is said; facts for their weights', async () => {
  const facts: WindowFacts[] = [];
  const panel = panelOf([40, 80]);
  const forecaster = new Forecaster({ target: 'value', window: 6, horizon: 2, season: 4, scalers: ['log10', 'windowStandard'], strategy: 'sequence', layers: biased, seed: 4 });
  const weigh = (fact: WindowFacts): number => {
    facts.push(fact);
    return 1;
  };
  await forecaster.fit(panel, { epochs: 2, stepsPerEpoch: 25, batchSize: 8, validation: 0, samePhase: 1, weights: { window: weigh } });
  assert.is(facts.length, 400);
  const share = facts.filter(({ series }) => series === 'S0').length / 400;
  assert.ok(share > 0.4 && share < 0.6, `half of them, though S1 has twice as many: ${share}`);
  for (const { series, origin, level, deviation: spread, naiveError } of facts) {
    const own = panel.get(series)?.columns.value ?? new Float64Array();
    assert.is((own.length - 1 - origin) % 4, 0);
    assert.ok(origin >= 5 && origin <= own.length - 3);
    const logs = own.slice(origin - 5, origin + 1).map(Math.log10);
    close([level, spread], [10 ** mean(logs), deviation(logs)], 1e-9);
    close([naiveError], [mean(own.slice(4).map((value, i) => Math.abs(value - (own[i] ?? NaN))))]);
  }
  const before = facts.length;
  await forecaster.fit(panel, { epochs: 1, stepsPerEpoch: 25, batchSize: 8, validation: 0, weights: { window: weigh } });
  assert.ok(facts.slice(before).some(({ series, origin }) => ((panel.get(series)?.rows ?? 0) - 1 - origin) % 4 !== 0), 'all origins else');
});

test('a step ahead, or a window, that counts nothing teaches nothing', async () => {
  const run = async (horizon: readonly number[]): Promise<number[]> => {
    const forecaster = new Forecaster({ target: 'y', dateColumn: false, window: 8, horizon: 2, strategy: 'sequence', layers: ({ steps }) => [new Flatten(), new Dense({ units: steps, name: 'out' })], seed: 6 });
    const start: number[][] = [];
    await forecaster.fit(table, { epochs: 1, validation: 0, weights: { horizon }, onStart: ({ model }) => { start.push([...model.getWeights()['out/bias']?.data ?? []]); } });
    return [...forecaster.model.getWeights()['out/bias']?.data ?? []].map((bias, i) => bias - (start[0]?.[i] ?? NaN));
  };
  const [first = NaN, second = NaN] = await run([0, 3]);
  assert.is(first, 0);
  assert.is.not(second, 0);
});

test.run();
