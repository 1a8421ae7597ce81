/** Forecasts from past origins: which they are, what they know, what stands beside them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, StateError } from '../../../src/errors.js';
import { Forecaster, adaptiveIntervals, baselineRows, drift, noChange, scoreTable } from '../../../src/forecast/index.js';
import type { ForecastRow } from '../../../src/forecast/index.js';
import { identical, thrown } from '../support.js';
import { SMALL, changed, dayRows, panelOf, small } from './support.js';

const QUICK = { epochs: 1, batchSize: 16, validation: 0.2, test: 0.2 } as const;
const of = (rows: readonly ForecastRow[], model: string): ForecastRow[] => rows.filter((row) => row.model === model);

test('as it was fitted: the test block as a long table, no-change and baselines on the same values', async () => {
  const rows = dayRows(80);
  const forecaster = new Forecaster({ ...SMALL, name: 'small' });
  const fit = await forecaster.fit(rows, QUICK);
  const { rows: table, forecasts } = await forecaster.backtest({ baselines: { drift: drift() } });
  assert.equal(of(table, 'small'), fit.test?.rows);
  identical(forecasts.predicted.data, fit.test?.predicted.data ?? []);
  const values = rows.map(({ Close }) => Close);
  const dates = rows.map(({ Day }) => String(Day));
  for (const [model, baseline] of Object.entries({ noChange: noChange(), drift: drift() })) {
    assert.equal(of(table, model), baselineRows(baseline, values, { model, origins: forecasts.origins, horizon: 2, dates, series: '' }));
  }
  assert.equal(scoreTable(table).map(({ model }) => model), ['small', 'noChange', 'drift'], 'scored side by side');
  const every = (await forecaster.backtest({ stride: 3 })).forecasts;
  assert.equal([...every.origins], [...fit.test?.origins ?? []].filter((_, i) => i % 3 === 0));
  const last = (await forecaster.backtest({ origins: 2, stride: 4 })).forecasts;
  assert.equal([...last.origins], [73, 77]);
});

test('what was learned from is not forecast; a loaded one needs a table, and later rows', async () => {
  const rows = dayRows(80);
  const forecaster = new Forecaster(SMALL);
  const fit = await forecaster.fit(rows, QUICK);
  const { test: tested } = fit.samples;
  await forecaster.backtest({ origins: tested });
  // The origin before, in the gap, would be scored on the validation block's last value.
  assert.match((await thrown(ArgumentError, () => forecaster.backtest({ origins: tested + 1 }))).message, /after the rows that were fitted/);
  await thrown(DataError, () => forecaster.backtest({ origins: 100 }));
  const untested = new Forecaster(SMALL);
  await untested.fit(rows, { epochs: 1 });
  assert.match((await thrown(DataError, () => untested.backtest())).message, /the test block must be at least one window/);

  const loaded = await Forecaster.load(forecaster.toBytes());
  await thrown(StateError, () => loaded.backtest({ origins: 3 }));
  await thrown(ArgumentError, () => loaded.backtest({ table: rows }));
  const here = await forecaster.backtest({ origins: 4 });
  assert.equal((await loaded.backtest({ table: rows, origins: 4 })).rows, here.rows);
  await thrown(ArgumentError, () => loaded.backtest({ table: rows, origins: tested + 1 }));
  await thrown(StateError, () => loaded.backtest({ table: rows, origins: 2, refit: 1 }));
  await thrown(StateError, () => new Forecaster(SMALL).backtest());
});

test('fitted anew: each fit knows the rows up to its first origin, no forecast those after its own', async () => {
  const rows = dayRows(60);
  const options = { origins: 4, refit: 2, fit: { epochs: 1, validation: 0.2 } } as const;
  const run = async (table: typeof rows): Promise<readonly ForecastRow[]> => (await new Forecaster(SMALL).backtest({ ...options, table })).rows;
  const plain = of(await run(rows), 'model');
  // Origins 54 … 57; the second fit stands at 56.
  assert.equal([...new Set(plain.map(({ cutoff }) => cutoff))], rows.slice(54, 58).map(({ Day }) => Day));
  const alone = new Forecaster(SMALL);
  await alone.fit(rows.slice(0, 55), { epochs: 1, validation: 0.2 });
  const [first] = (await alone.forecast()).rows;
  assert.is(plain[0]?.forecast, first?.forecast);
  assert.is(plain[0]?.lower, first?.lower);
  for (const [from, same] of [[58, 8], [57, 6], [56, 4], [55, 2], [54, 0]] as const) {
    const other = of(await run(changed(rows, 'Close', from)), 'model');
    other.forEach(({ forecast, lower }, i) => {
      assert.is(forecast === plain[i]?.forecast && lower === plain[i]?.lower, i < same, `row ${i} of rows changed from ${from}`);
    });
  }
  const done: string[] = [];
  await new Forecaster(SMALL).backtest({ ...options, table: rows, onFold: (i, n) => { done.push(`${i}/${n}`); } });
  assert.equal(done, ['1/2', '2/2']);
});

test('several series, fitted anew: series by series, in order', async () => {
  const forecaster = new Forecaster({ target: 'value', window: 5, horizon: 2, scalers: 'windowStandard', layers: small });
  const { rows, forecasts } = await forecaster.backtest({ table: panelOf([40, 30]), origins: 3, stride: 2, refit: 1, fit: { epochs: 1, validation: 0.3 } });
  assert.equal(of(rows, 'model').filter(({ step }) => step === 1).map(({ series, cutoff }) => `${series} ${cutoff}`), ['S0 33', 'S0 35', 'S0 37', 'S1 23', 'S1 25', 'S1 27']);
  assert.equal(of(rows, 'model').map(({ forecast }) => forecast), [...forecasts.predicted.data]);
  assert.equal(of(rows, 'model').map(({ actual }) => actual), of(rows, 'noChange').map(({ actual }) => actual));
});

test('adaptive bounds are those of adaptiveIntervals over validation and test block', async () => {
  const forecaster = new Forecaster(SMALL);
  const { validation, test: tested, interval } = await forecaster.fit(dayRows(120), QUICK);
  const { forecasts, rows } = await forecaster.backtest({ adaptive: { rate: 0.05 } });
  const [actual, predicted] = [validation, tested].reduce<[number[], number[]]>(([a, p], block) => [[...a, ...block?.actual.data ?? []], [...p, ...block?.predicted.data ?? []]], [[], []]);
  const shape = [actual.length / 2, 2];
  const found = adaptiveIntervals({ data: actual, shape }, { data: predicted, shape }, { data: predicted, shape }, { coverage: interval?.coverage, rate: 0.05 });
  const from = (validation?.origins.length ?? 0) * 2;
  identical(forecasts.lower?.data ?? [], found.lower.data.slice(from));
  identical(forecasts.upper?.data ?? [], found.upper.data.slice(from));
  assert.equal(of(rows, 'model').map(({ upper }) => upper), [...forecasts.upper?.data ?? []]);
  await thrown(ArgumentError, () => forecaster.backtest({ fit: { epochs: 1 } }));
  await thrown(ArgumentError, () => forecaster.backtest({ refit: 1 }));
});

test.run();
