/** The pieces of the m4-hourly study, and all of it on a panel of five short series. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { averaged, conformalised } from '../../examples/m4-hourly/ensemble.js';
import type { Quantiles } from '../../examples/m4-hourly/ensemble.js';
import member from '../../examples/m4-hourly/member.js';
import { hourlyNetwork } from '../../examples/m4-hourly/network.js';
import { before, readPanel, requirePair, valuesOf } from '../../examples/m4-hourly/panel.js';
import { hourlyReport } from '../../examples/m4-hourly/report.js';
import { runHourly } from '../../examples/m4-hourly/run.js';
import type { HourlyResult } from '../../examples/m4-hourly/run.js';
import { DAY, HORIZON, windowWeight } from '../../examples/m4-hourly/settings.js';
import type { MemberSettings } from '../../examples/m4-hourly/settings.js';
import { cpu } from '../../src/backends/cpu/index.js';
import { UsageError } from '../../src/cli/options.js';
import { Forecaster, inProcess } from '../../src/forecast/index.js';
import { forgetful } from '../../src/forecast/search/journal.js';
import type { ForecastRow } from '../../src/forecast/index.js';
import { normal, randomStream } from '../../src/random.js';
import { assertClose, thrown } from '../support/compare.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-m4-'));
test.after(() => { rmSync(folder, { recursive: true }); });

/** Hours with a day in them, in M4's form: what is known, and what follows. */
function writeFiles(name: string, count = 5, rows = 320): { train: string; test: string } {
  const random = randomStream(3, 'hours');
  const all = Array.from({ length: count }, (_, i) => Array.from({ length: rows + 10 * i + HORIZON }, (_, t) => (100 * (i + 1) * Math.exp(0.3 * Math.sin((2 * Math.PI * t) / DAY) + 0.05 * normal(random))).toFixed(2)));
  const text = (cut: (row: string[]) => string[]): string => ['"V1"', ...all.map((row, i) => [`"H${i + 1}"`, ...cut(row), ...(i === 0 ? ['', ''] : [])].join(','))].join('\n');
  const paths = { train: join(folder, `${name}-train.csv`), test: join(folder, `${name}-test.csv`) };
  writeFileSync(paths.train, text((row) => row.slice(0, -HORIZON)));
  writeFileSync(paths.test, text((row) => row.slice(-HORIZON)));
  return paths;
}

const tiny: MemberSettings = { units: 3, dropout: 0.3, hidden: 4, days: 8, level: 24, steps: 4, batchSize: 8, rate: 0.003, weightDecay: 0.2, samePhase: 0.75 };

test('a window counts by what its errors add to OWA', () => {
  const owa = (2 * Math.LN10) * (100 / 18.383 + 300 / 50 / 2.395); // of a deviation of 2 in log10
  assertClose([windowWeight({ level: 300, deviation: 2, naiveError: 50 })], [Math.sqrt(owa)], 1e-12, 'weight');
});

test('the network starts at 0; without recurrence it reads the last week alone', async () => {
  const spec = { window: 8 * DAY, columns: ['value'], staticColumns: ['a', 'b', 'c'], steps: HORIZON, parameters: 3, seed: 1 };
  const hours = Float64Array.from({ length: 2 * spec.window }, (_, t) => Math.sin(t % spec.window));
  hours[5] = 9; // of the first window alone: more than a week before its end
  const inputs = [{ data: hours, shape: [2, spec.window, 1] }, { data: new Float64Array(6), shape: [2, 3] }];
  for (const units of [3, 0]) {
    const model = hourlyNetwork(spec, { ...tiny, units });
    model.compile({ loss: 'mae', backend: cpu({ dtype: 'float64' }) });
    const first = await model.predict(inputs);
    assert.equal([first.shape, Math.max(...first.data.map(Math.abs))], [[2, HORIZON, 3], 0]);
    const weights = model.getWeights();
    model.setWeights(Object.fromEntries(Object.entries(weights).map(([key, { shape, data }]) => [key, { shape, data: data.map((_, i) => Math.cos(i)) }])));
    const { data } = await model.predict(inputs);
    const half = data.length / 2;
    assert.is(data.slice(0, half).every((value, i) => value === data[half + i]), units === 0);
  }
});

const rowsOf = (values: readonly (readonly [number, number, number])[]): ForecastRow[] => values.map(([low, forecast, high], i) => ({
  series: '', model: 'm', cutoff: '0', date: String(i), step: i + 1, actual: NaN, forecast, quantiles: { '0.025': low, '0.5': forecast, '0.975': high },
}));

test('members are averaged quantile by quantile', () => {
  const { lower, middle, upper } = averaged([rowsOf([[1, 2, 3], [4, 5, 6]]), rowsOf([[3, 6, 11], [0, 1, 2]])]);
  assert.equal([lower, middle, upper].map((list) => Array.from(list)), [[2, 2], [4, 3], [7, 4]]);
});

test('intervals are widened by what 95 % of the series needed, each in its own unit', () => {
  const count = 40;
  const units = Float64Array.from({ length: count }, (_, i) => 10 ** (i % 3));
  const flat = (of: (series: number, step: number) => number): Float64Array => Float64Array.from({ length: count * HORIZON }, (_, k) => of(Math.floor(k / HORIZON), k % HORIZON));
  const bounds: Quantiles = { lower: flat(() => -1), middle: flat(() => 0), upper: flat(() => 1) };
  // Series i is off by (i + 1)/100 units at each step more than the last one: of 40 the ⌈41 · 0.95⌉ = 39th counts.
  const actual = flat((i, step) => 1 + (units[i] ?? NaN) * ((i + 1) / 100) * (step + 1));
  const { lower, middle, upper } = conformalised(actual, bounds, bounds, units);
  assert.equal(middle, bounds.middle);
  assertClose(upper, flat((i, step) => 1 + (units[i] ?? NaN) * 0.39 * (step + 1)), 1e-9, 'upper');
  assertClose(lower, flat((i, step) => -1 - (units[i] ?? NaN) * 0.39 * (step + 1)), 1e-9, 'lower');
});

test('files: series of different lengths; what does not fit is said', async () => {
  const files = writeFiles('lengths');
  const [train, following] = [await readPanel(files.train), await readPanel(files.test)];
  requirePair(train, following);
  assert.equal([...train.values()].map(({ rows }) => rows), [320, 330, 340, 350, 360]);
  assert.equal([...before(train, HORIZON).values()].map(({ rows }) => rows), [272, 282, 292, 302, 312]);
  assert.equal(valuesOf(before(train, HORIZON)).get('H2'), valuesOf(train).get('H2')?.slice(0, -HORIZON));
  assert.match(thrown(UsageError, () => { requirePair(train, new Map([...following].reverse())); }).message, /series 1 differs/);
  assert.match(thrown(UsageError, () => { requirePair(train, train); }).message, /48 values of each series, got 320 of H1/);
  try {
    await readPanel(join(folder, 'none.csv'));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, UsageError);
  }
});

test('the whole study: ensembles, baselines, scores, report; one seed, one result', async () => {
  const files = writeFiles('study', 20);
  const go = async (name: string, seed: number): Promise<HourlyResult> => runHourly({
    ...files, plan: { recurrent: [tiny, { ...tiny, days: 9 }], dense: [{ ...tiny, units: 0 }] }, runner: inProcess(member), out: folder, seed, backend: 'wasm', journal: forgetful, progress: { write: () => true }, signal: new AbortController().signal,
  });
  const result = await go('first', 1);
  const { scores, validation, ensembles: { recurrent, dense } } = result;
  assert.equal(scores.map(({ model }) => model), ['recurrent', 'dense', 'noChange', 'seasonal', 'drift', 'naive2', 'ses', 'holt', 'dampedTrend', 'comb', 'theta', 'autoregression']);
  assert.equal(validation.map(({ model, series, count }) => [model, series, count]), [['recurrent', 20, 20 * HORIZON], ['dense', 20, 20 * HORIZON]]);
  // Four steps from the seasonal naive forecast: not far from it.
  const [ours, , , seasonal] = scores;
  assert.ok(Math.abs((ours?.smape ?? NaN) - (seasonal?.smape ?? NaN)) < 1.5, `${ours?.smape} ${seasonal?.smape}`);
  assert.ok((ours?.coverage ?? 0) > 0.85 && (ours?.msis ?? 0) > 0, `${ours?.coverage}`);
  assert.ok(recurrent.forecast.lower.every((low, i) => low <= (recurrent.forecast.upper[i] ?? NaN)));
  assert.is(recurrent.memberSeconds.length, 4);
  // One member alone: what it was trained on is what was known at its origin.
  const panel = await readPanel(files.train);
  for (const [name, history, said] of [['dense-1', panel, dense.forecast], ['dense-1-held', before(panel, HORIZON), dense.validation]] as const) {
    const { rows } = await (await Forecaster.load(join(folder, `${name}.safetensors`))).forecast({ history });
    assert.equal(said.middle, Float64Array.from(rows, ({ forecast }) => forecast), name);
  }

  const report = hourlyReport({ headline: result.headline, met: result.met, test: scores, validation, block: result.block, forecast: recurrent.forecast, facts: [['seed', '1']], settings: {} });
  for (const text of ['ours without recurrence', 'seasonal naive', 'ES-RNN, the winner (published)', 'Series H2<', '9.328']) assert.ok(report.includes(text), text);

  assert.equal((await go('again', 1)).ensembles.recurrent.forecast, recurrent.forecast);
  assert.not.equal((await go('other', 2)).ensembles.recurrent.forecast.middle, recurrent.forecast.middle);
});

test.run();
