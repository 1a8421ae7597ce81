import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { backtest } from '../../../src/forecast/evaluation/backtest.js';
import { baselineForecaster } from '../../../src/forecast/baselines/apply.js';
import { drift, movingAverage, noChange } from '../../../src/forecast/baselines/naive.js';
import { ses } from '../../../src/forecast/baselines/smoothing.js';
import { backtestRows, baselineRows, forecastCsv, forecastRows } from '../../../src/forecast/evaluation/forecastTable.js';
import type { ForecastRow } from '../../../src/forecast/evaluation/forecastTable.js';
import { residualInterval } from '../../../src/forecast/evaluation/interval.js';
import { scoreTable } from '../../../src/forecast/evaluation/scoreTable.js';
import { parseCsv } from '../../../src/forecast/series/parseCsv.js';
import { rollingOrigin } from '../../../src/forecast/windows/splits.js';
import { close, column, thrown, walk } from '../support.js';

const values = column(walk(40));
const dates = values.map((_, i) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10));
const run = (): ReturnType<typeof backtest> => backtest(values, {
  window: 6, horizon: 2, folds: rollingOrigin(33, { train: 15, validation: 5, gap: 1 }), forecaster: () => baselineForecaster(movingAverage(3)), baselines: { drift: drift(), noChange: noChange() },
});

test('a block becomes rows by origin and step, with bounds and quantiles', () => {
  const rows = forecastRows({
    model: 'm', series: 's', dates, origins: [2, 5], actual: [[1, 2], [3, 4]], forecast: [[5, 6], [7, 8]], lower: [[0, 0], [0, 0]], upper: [[9, 9], [9, 9]],
    quantiles: { 0.1: [[1, 1], [1, 1]], 0.9: [[8, 8], [8, 8]] },
  });
  assert.is(rows.length, 4);
  assert.equal(rows[3], { series: 's', model: 'm', cutoff: '2024-01-06', date: '2024-01-08', step: 2, actual: 4, forecast: 8, lower: 0, upper: 9, quantiles: { 0.1: 1, 0.9: 8 } });
  assert.equal(forecastRows({ model: 'm', origins: [4], actual: [1], forecast: [2] }), [{ series: '', model: 'm', cutoff: '4', date: '5', step: 1, actual: 1, forecast: 2 }]);
});

test('a backtest as a table: the model, no-change, then the baselines, on the same values', async () => {
  const result = await run();
  const rows = backtestRows(result, { series: 'walk', dates, model: 'average', interval: residualInterval(Array.from({ length: 19 }, (_, i) => [i - 9, i - 9])) });
  const { folds } = result;
  assert.equal([...new Set(rows.map(({ model }) => model))], ['average', 'noChange', 'drift']);
  assert.is(rows.length, 3 * folds.length * 5 * 2);
  for (const row of rows) {
    const origin = dates.indexOf(row.cutoff);
    assert.is(row.date, dates[origin + row.step]);
    assert.is(row.actual, values[origin + row.step]);
    if (row.model === 'noChange') assert.is(row.forecast, values[origin]);
    if (row.model === 'average') close([row.forecast, row.upper ?? NaN], [values.slice(origin - 2, origin + 1).reduce((a, b) => a + b) / 3, row.forecast + 9]);
    else assert.is(row.lower, undefined);
  }
  const scores = scoreTable(rows);
  const pooled = folds.flatMap(({ predictions, actual }) => Array.from(actual.data, (v, i) => Math.abs(v - (predictions.data[i] ?? NaN))));
  close([scores[0]?.mae ?? NaN], [pooled.reduce((a, b) => a + b) / pooled.length]);
  const alone = baselineRows(drift(), values, { model: 'drift', series: 'walk', dates, horizon: 2, origins: folds.flatMap(({ origins }) => [...origins]) });
  assert.equal(alone, rows.filter(({ model }) => model === 'drift'));
});

test('a baseline that knows its errors has bounds, another has none', () => {
  const origins = [20, 25, 30];
  const [first] = baselineRows(ses(), values, { model: 'ses', origins, horizon: 3, coverage: 0.9 });
  const { lower, upper } = ses().fit(values.slice(0, 21)).interval(3, 0.9);
  assert.equal([first?.lower, first?.upper, first?.actual], [lower[0], upper[0], values[21]]);
  assert.is(baselineRows(movingAverage(2), values, { model: 'average', origins, horizon: 3, coverage: 0.9 })[0]?.lower, undefined);
});

test('CSV that our own reader reads back, every number to the last bit', () => {
  const rows = [
    ...forecastRows({ model: 'a, "b"', series: ' x', dates, origins: [1, 2], actual: [[0.1 + 0.2, 1e-7], [3, 4]], forecast: [[1 / 3, 6], [7, 8]], lower: [[0, 0], [0, 0]], upper: [[9, 9], [9, 9]] }),
    ...forecastRows({ model: 'plain', dates, origins: [1, 2], actual: [[0.1 + 0.2, 1e-7], [3, 4]], forecast: [[1e21, -6], [7, 8]], quantiles: { 0.9: [[1, 1], [1, 1]], 0.05: [[0, 0], [0, 0]] } }),
  ];
  const csv = forecastCsv(rows);
  assert.is(csv.split('\n')[0], 'series,model,cutoff,date,step,actual,forecast,lower,upper,q0.05,q0.9');
  assert.is(csv.split('\n')[1], '" x","a, ""b""",2024-01-02,2024-01-03,1,0.30000000000000004,0.3333333333333333,0,9,,');
  assert.is(csv.split('\n')[5], ',plain,2024-01-02,2024-01-03,1,0.30000000000000004,1e+21,,,0,1');
  const table = parseCsv(csv, { dateColumn: 'date', series: { model: 'a, "b"' }, columns: ['step', 'actual', 'forecast', 'upper'], order: 'unsorted', duplicates: 'report' });
  assert.equal([table.dates, Array.from(table.columns.actual ?? []), table.columns.forecast?.[0]], [['2024-01-03', '2024-01-04', '2024-01-04', '2024-01-05'], [0.1 + 0.2, 1e-7, 3, 4], 1 / 3]);
  assert.is(forecastCsv([]), 'series,model,cutoff,date,step,actual,forecast\n');
});

test('scores of two series are means over the series; OWA is over Naive2', () => {
  const row = (series: string, model: string, step: number, actual: number, forecast: number): ForecastRow => ({ series, model, cutoff: '1', date: String(1 + step), step, actual, forecast });
  const rows = [
    row('a', 'net', 1, 10, 12), row('a', 'net', 2, 20, 20), row('b', 'net', 1, 100, 90),
    row('a', 'naive2', 1, 10, 14), row('a', 'naive2', 2, 20, 20), row('b', 'naive2', 1, 100, 80),
  ];
  const training = { a: [1, 3, 5, 9], b: [10, 20, 40, 30] };
  const [net, naive] = scoreTable(rows, { training, season: 2 });
  close([net?.mae ?? NaN, net?.smape ?? NaN], [(1 + 10) / 2, ((200 * 2) / 22 / 2 + (200 * 10) / 190) / 2]);
  close([net?.mase ?? NaN, naive?.mase ?? NaN], [(1 / 5 + 10 / 20) / 2, (2 / 5 + 20 / 20) / 2]);
  close([net?.owa ?? NaN, naive?.owa ?? NaN], [((net?.smape ?? NaN) / (naive?.smape ?? NaN) + 0.35 / 0.7) / 2, 1]);
  assert.equal([net?.series, net?.count, net?.model, 'coverage' in (net ?? {})], [2, 3, 'net', false]);
  assert.is(scoreTable(rows, { training, reference: 'theta' })[0]?.owa, undefined);
});

test('bounds and quantiles are scored where every row has them', () => {
  const block = { origins: [1, 2], actual: [4, 8], forecast: [5, 5], lower: [3, 3], upper: [6, 6] };
  const rows = [...forecastRows({ model: 'a', ...block, quantiles: { 0.25: [3, 3], 0.75: [6, 6] } }), ...forecastRows({ model: 'b', origins: [1, 2], actual: [4, 8], forecast: [4, 4] })];
  const [a, b] = scoreTable(rows, { coverage: 0.8, training: [1, 2, 4] });
  close([a?.coverage ?? NaN, a?.width ?? NaN, a?.winkler ?? NaN, a?.msis ?? NaN], [0.5, 3, 13, 13 / 1.5]);
  close([a?.wql ?? NaN], [(2 * (0.25 * (1 + 5)) / 12 + (2 * (0.25 * 2 + 0.75 * 2)) / 12) / 2]);
  assert.equal([b?.coverage, b?.wql, b?.mase], [undefined, undefined, (4 / 2) / 1.5]);
});

test('models that forecast other values are not compared, and what is missing is named', async () => {
  const one = forecastRows({ model: 'a', origins: [1, 2], actual: [4, 8], forecast: [5, 5] });
  const other = forecastRows({ model: 'b', origins: [1, 3], actual: [4, 8], forecast: [5, 5] });
  assert.match((await thrown(DataError, () => scoreTable([...one, ...other]))).message, /for 'b' as for 'a'/);
  await thrown(DataError, () => scoreTable([]));
  assert.match((await thrown(DataError, () => scoreTable(one, { training: { x: [1, 2] } }))).message, /values of series ''/);
  await thrown(ShapeError, () => forecastRows({ model: 'a', origins: [1], actual: [4, 8], forecast: [5, 5] }));
  await thrown(ShapeError, () => forecastRows({ model: 'a', origins: [1, 2], actual: [4, 8], forecast: [[5, 5]] }));
  await thrown(ArgumentError, () => forecastRows({ model: 'a', origins: [1], actual: [4], forecast: [5], lower: [1] }));
  await thrown(ArgumentError, () => forecastRows({ model: 'a', origins: [39], actual: [4], forecast: [5], dates }));
  await thrown(ShapeError, () => baselineRows(drift(), values, { model: 'd', origins: [38], horizon: 2 }));
});

test.run();
