/** One object from a table to forecasts: what it learns from, what it refuses, and that a file holds all of it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, FileFormatError, StateError } from '../../../src/errors.js';
import { Forecaster, backtest, countSamples, createScaler, modelForecaster, naiveError, nextDates, recursiveForecaster, residualInterval } from '../../../src/forecast/index.js';
import type { ForecasterFit, ForecasterFitOptions, ForecasterOptions } from '../../../src/forecast/index.js';
import { Adam, Dense, EarlyStopping, LSTM, Sequential, loadModel } from '../../../src/index.js';
import { identical, thrown } from '../support.js';
import { SMALL, changed, dayRows, panelOf, small } from './support.js';

const QUICK = { epochs: 2, batchSize: 16, validation: 0.2, test: 0.2 } as const;

async function fitted(options: Partial<ForecasterOptions> = {}, rows = dayRows(80)): Promise<{ forecaster: Forecaster; fit: ForecasterFit }> {
  const forecaster = new Forecaster({ ...SMALL, ...options });
  return { forecaster, fit: await forecaster.fit(rows, QUICK) };
}

for (const scaler of ['logReturn', 'standard', 'minMax', 'percentChange'] as const) {
  test(`${scaler}: the same as scaler, windows, network and backtest put together by hand`, async () => {
    const rows = dayRows(80);
    const { fit } = await fitted({ scalers: scaler }, rows);
    const values = rows.map(({ Close }) => [Close]);
    const model = new Sequential([new LSTM({ units: 3 }), new Dense({ units: 1 })], { inputShape: [6, 1], seed: 5 });
    model.compile({ optimizer: new Adam(), loss: 'mse' });
    const n = countSamples(80, { window: 6, horizon: 2 }, createScaler(scaler));
    const { train, validation, test: tested } = fit.samples;
    const at = { train: { start: 0, end: train }, validation: { start: train + 1, end: train + 1 + validation } };
    assert.is(train + validation + tested + 2, n);
    const network = modelForecaster(model, { epochs: 2, batchSize: 16, callbacks: [new EarlyStopping({ patience: 5 })] });
    // The scored block watches, as it does in the forecaster: it is the validation block.
    const { folds: [fold] } = await backtest(values, {
      window: 6, horizon: 2, folds: [{ index: 0, ...at }], scaler: () => createScaler(scaler), monitor: 'scored', forecaster: () => recursiveForecaster(network, { horizon: 2 }),
    });
    identical(fit.validation?.predicted.data ?? [], fold?.predictions.data ?? []);
    identical(fit.validation?.actual.data ?? [], fold?.actual.data ?? []);
    identical(fit.validation?.origins ?? [], fold?.origins ?? []);
    const residuals = (fold?.actual.data ?? new Float64Array()).map((value, i) => value - (fold?.predictions.data[i] ?? NaN));
    const { lower } = residualInterval({ data: residuals, shape: [validation, 2] }, fit.interval?.coverage);
    const first = fit.validation?.lower?.get(3, 1) ?? NaN;
    assert.is(first, (fold?.predictions.get(3, 1) ?? NaN) + (lower[1] ?? NaN));
  });
}

test('rows that are not learned from change nothing that is learned, and the forecast knows them', async () => {
  const rows = dayRows(80);
  const { forecaster, fit } = await fitted({ scalers: ['log10', 'standard'] }, rows);
  const last = 6 + fit.samples.train + 2 - 1; // rows that training windows reach
  const { forecaster: other, fit: again } = await fitted({ scalers: ['log10', 'standard'] }, changed(rows, 'Close', last));
  const learned = ({ plan: _, ...rest }: { plan?: unknown }): unknown => rest;
  assert.equal(learned(other.describe().learned as object), learned(forecaster.describe().learned as object), 'scalers, units');
  assert.equal(other.describe().ranges, forecaster.describe().ranges);
  assert.is.not(again.history.history.val_loss?.[0], fit.history.history.val_loss?.[0], 'the validation block is another one');
  assert.is(again.history.history.loss?.[0], fit.history.history.loss?.[0]);
  const within = (await fitted({ scalers: ['log10', 'standard'] }, changed(rows, 'Close', last - 2))).fit;
  assert.is.not(within.history.history.loss?.[0], fit.history.history.loss?.[0]);
  assert.is.not((await other.forecast()).rows[0]?.forecast, (await forecaster.forecast()).rows[0]?.forecast);
});

test('no forecast of a block knows what comes after its origin', async () => {
  const rows = dayRows(80);
  const { forecaster } = await fitted({ past: ['Volume'], scalers: { Close: ['log10', { kind: 'windowStandard', level: 3 }], Volume: 'windowStandard' } }, rows);
  const before = (await forecaster.forecast({ history: rows.slice(0, 60) })).rows;
  for (const column of ['Close', 'Volume'] as const) {
    const after = (await forecaster.forecast({ history: changed(rows, column, 60).slice(0, 60) })).rows;
    assert.equal(after, before);
    const within = (await forecaster.forecast({ history: changed(rows, column, 59).slice(0, 60) })).rows;
    assert.is.not(within[0]?.forecast, before[0]?.forecast, `${column} of the origin is known`);
  }
});

test('dates go on as the table runs: business days, holidays left out', async () => {
  const rows = dayRows(80);
  const { forecaster } = await fitted({ calendar: { holidays: ['2024-04-23'] } }, rows);
  const dates = (await forecaster.forecast()).rows.map(({ date, cutoff, step }) => `${cutoff} ${step} ${date}`);
  assert.equal(dates, ['2024-04-19 1 2024-04-22', '2024-04-19 2 2024-04-24']);
  assert.equal(nextDates(rows.map(({ Day }) => String(Day)), 2), ['2024-04-22', '2024-04-23']);
});

test('several series: one network, each forecast in its own units; lengths may differ', async () => {
  const panel = panelOf([40, 60, 50]);
  const forecaster = new Forecaster({ target: 'value', window: 8, horizon: 4, season: 4, scalers: 'windowStandard', relativeTo: 'season', layers: small, seed: 1 });
  const fit = await forecaster.fit(panel, { validation: 3, test: 1, epochs: 1 });
  assert.equal(fit.samples, { train: 3 * (-1 - 3 - 3 - 3) + 29 + 49 + 39, validation: 9, test: 3 }, 'gaps of horizon − 1 before each block');
  assert.equal(fit.test?.series, ['S0', 'S1', 'S2']);
  assert.equal([...fit.test?.origins ?? []], [35, 55, 45]);
  const { rows } = await forecaster.forecast();
  assert.equal(rows.map(({ series, cutoff, date }) => `${series} ${cutoff} ${date}`).filter((_, i) => i % 4 === 0), ['S0 39 40', 'S1 59 60', 'S2 49 50']);
  for (const { series, forecast } of rows) {
    const scale = 10 ** Number(series.slice(1));
    assert.ok(forecast > 4 * scale && forecast < 16 * scale, `${series}: ${forecast}`);
  }
  // A series that was not learned from.
  const [fresh] = (await forecaster.forecast({ history: new Map([['new', panelOf([40]).get('S0')!]]) })).rows;
  assert.is(fresh?.series, 'new');
  assert.is(fresh?.forecast, rows[0]?.forecast, 'the same window, the same forecast');
});

test('scalers learn from all series together, or from each alone', async () => {
  const options: ForecasterOptions = { target: 'value', window: 5, horizon: 1, layers: small };
  const pooled = new Forecaster(options);
  await pooled.fit(panelOf([30, 30]), { epochs: 1, validation: 0 });
  const own = new Forecaster({ ...options, scaling: 'series' });
  await own.fit(panelOf([30, 30]), { epochs: 1, validation: 0 });
  const names = (forecaster: Forecaster): unknown => (forecaster.describe().learned as { scalers: [string, unknown][] }).scalers.map(([name]) => name);
  assert.equal([names(pooled), names(own)], [['*'], ['S0', 'S1']]);
  await thrown(DataError, () => own.forecast({ history: new Map([['new', panelOf([30]).get('S0')!]]) }));
});

test('known ahead: its coming rows are asked for, and matter; static columns are one number a series', async () => {
  const rows = dayRows(60);
  const forecaster = new Forecaster({ target: 'Close', future: ['Promo'], window: 6, horizon: 2, seed: 2, calendar: { inputs: ['weekday'] } });
  await forecaster.fit(rows, { epochs: 1, validation: 0 });
  const ahead = (promo: number): { Day: string; Promo: number }[] => [{ Day: '2024-03-25', Promo: promo }, { Day: '2024-03-26', Promo: 0 }];
  const [low, high] = [await forecaster.forecast({ future: ahead(0) }), await forecaster.forecast({ future: ahead(2) })];
  assert.is.not(low.rows[0]?.forecast, high.rows[0]?.forecast);
  assert.equal(low.rows.map(({ date }) => date), ['2024-03-25', '2024-03-26']);
  assert.match((await thrown(DataError, () => forecaster.forecast())).message, /future must be 2 rows after 2024-03-22 with 'Promo', got none/);
  assert.match((await thrown(DataError, () => forecaster.forecast({ future: ahead(1).slice(1) }))).message, /got 1/);
  await thrown(DataError, () => forecaster.forecast({ future: [{ Day: '2024-03-25', Promo: 1 }, { Day: '2024-03-26', Promo: null }] }));
  const later = [{ Day: '2024-03-27', Promo: 0 }, { Day: '2024-03-28', Promo: 0 }]; // the 22nd is a Friday: one day may be a holiday, two have to be said
  assert.match((await thrown(DataError, () => forecaster.forecast({ future: later }))).message, /a row for every date, as in the table, got 2024-03-27 after 2024-03-22\. .*calendar\.holidays/);
  const closed = new Forecaster({ ...forecaster.plan, calendar: { holidays: ['2024-03-25', '2024-03-26'] } });
  await closed.fit(rows, { epochs: 1, validation: 0 });
  assert.equal((await closed.forecast({ future: later })).rows.map(({ date }) => date), ['2024-03-27', '2024-03-28']);
  const holed = rows.filter((_, i) => i % 9 !== 4 && i % 9 !== 5); // whose table has gaps may have them ahead
  assert.equal((await forecaster.forecast({ history: holed, future: later })).rows.map(({ date }) => date), ['2024-03-27', '2024-03-28']);
  const { forecaster: plain } = await fitted();
  assert.match((await thrown(ArgumentError, () => plain.forecast({ future: ahead(1) }))).message, /no column of the forecaster is known ahead/);

  const several = new Forecaster({ target: 'value', static: ['size'], window: 5, horizon: 1 });
  await several.fit(panelOf([20, 20]), { epochs: 1, validation: 0 });
  assert.equal((several.describe().learned as { statics: unknown }).statics, [{ center: 0.5, scale: 0.5 }]);
  assert.match((await thrown(DataError, () => new Forecaster({ ...SMALL, static: ['Volume'], layers: undefined }).fit(rows))).message, /static column 'Volume' must be the same in all rows/);
});

test('what does not go together is refused when it is said', async () => {
  const refused = async (options: Partial<ForecasterOptions>, message: RegExp): Promise<void> => {
    assert.match((await thrown(ArgumentError, () => new Forecaster({ ...SMALL, ...options }))).message, message);
  };
  await refused({ past: ['Close'] }, /'Close' twice/);
  await refused({ past: ['Volume'], strategy: 'recursive' }, /'sequence', as nobody knows the coming rows of 'Volume'/);
  await refused({ head: { quantiles: [0.1, 0.5, 0.9] } }, /of quantiles no path can be drawn/);
  await refused({ head: { quantiles: [0.5, 0.1] }, strategy: 'sequence' }, /rising levels/);
  await refused({ head: { quantiles: [0.1, 0.5, 0.8] }, strategy: 'sequence' }, /leave out as much/);
  await refused({ head: { quantiles: [0.1, 0.5, 0.9] }, strategy: 'sequence', coverage: 0.8 }, /coverage must be left off/);
  await refused({ head: 'gaussian', scalers: 'logReturn', strategy: 'sequence' }, /quantile of a sum/);
  await refused({ head: 'gaussian', loss: 'mae' }, /loss must be left off/);
  await refused({ scalers: ['standard', 'logReturn'] }, /begins with logReturn/);
  await refused({ scalers: ['windowStandard', 'standard'] }, /ends with windowStandard/);
  await refused({ scalers: { kind: 'windowStandard', level: 7 } }, /at most the 6 rows/);
  await refused({ scalers: { Volume: 'standard' } }, /of columns among 'Close', got 'Volume'/);
  await refused({ scalers: 'stndard' as 'standard' }, /Did you mean 'standard'/);
  await refused({ relativeTo: 'season', season: 6 }, /season must be below the window/);
  await refused({ model: () => { throw new Error('unused'); } }, /instead of model/);
  await refused({ calendar: { holidays: ['1.1.2024'] } }, /ISO days/);
  await refused({ horizon: 0 }, /horizon/);
  const { forecaster } = await fitted();
  const odd = { foo: 1 } as object;
  for (const call of [() => new Forecaster(SMALL).fit(dayRows(60), odd), () => forecaster.forecast(odd), () => forecaster.forecastsOf('test', odd), () => Forecaster.load(forecaster.toBytes(), odd)]) {
    assert.match((await thrown(ArgumentError, call)).message, /option 'foo' must be/);
  }
  const unfit = async (options: ForecasterFitOptions, message: RegExp): Promise<void> => {
    assert.match((await thrown(ArgumentError, () => new Forecaster(SMALL).fit(dayRows(60), options))).message, message);
  };
  await unfit({ validation: 0.6, test: 0.5 }, /shares with a sum below 1/);
  await unfit({ validation: 1.5 }, /validation must be a whole number/);
  await unfit({ samePhase: 0.5 }, /samePhase must be given with stepsPerEpoch/);
  await unfit({ earlyStopping: 3, validation: 0 }, /earlyStopping must be given with a validation block/);
  await unfit({ weights: { horizon: [1] } }, /weights\.horizon must be 2 numbers/);
});

test('a network that cannot use an input, or says something else, is refused', async () => {
  const rows = dayRows(60);
  const fit = async (options: Partial<ForecasterOptions>): Promise<string> => {
    const error = await new Forecaster({ ...SMALL, ...options }).fit(rows, { epochs: 1 }).then(() => undefined, (reason: unknown) => reason);
    assert.ok(error instanceof Error);
    return error.message;
  };
  assert.match(await fit({ future: ['Promo'] }), /It cannot use 'Promo': add inputs for what is known ahead/);
  assert.match(await fit({ windowStatistics: ['level'] }), /It cannot use 'level'/);
  assert.match(await fit({ layers: () => [new Dense({ units: 1 })] }), /output of the model must be \[1\]/);
  assert.match(await fit({ layers: undefined, model: ({ window }) => new Sequential([new LSTM({ units: 1 })], { inputShape: [window + 1, 1] }) }), /input 0 of the model must be \[6, 1\]/);
});

test('rows further apart than those learned from: the dates are those of the table, and a warning says so', async () => {
  const rows = (n: number, date: (i: number) => Date): { Day: string; Close: number }[] => Array.from({ length: n }, (_, i) => ({ Day: date(i).toISOString().slice(0, 10), Close: 10 + Math.sin(i) }));
  const days = rows(40, (i) => new Date(Date.UTC(2024, 0, 1 + i)));
  const forecaster = new Forecaster({ target: 'Close', window: 6, horizon: 2, layers: small });
  await forecaster.fit(days, { epochs: 1, validation: 0 });
  const own = await forecaster.forecast();
  assert.equal([own.rows.map(({ date }) => date), own.warnings.filter(({ kind }) => kind === 'spacing')], [['2024-02-10', '2024-02-11'], []]);
  const months = await forecaster.forecast({ history: rows(12, (i) => new Date(Date.UTC(2023, i, 1))) });
  assert.equal(months.rows.map(({ date }) => date), ['2024-01-01', '2024-02-01']);
  assert.match(months.warnings[0]?.message ?? '', /^The rows of the table are not as far apart as those that the forecaster has learned from/);
  const holed = await forecaster.forecast({ history: days.filter((_, i) => i % 4 !== 0) });
  assert.equal([holed.rows[0]?.date, holed.warnings.filter(({ kind }) => kind === 'spacing')], ['2024-02-10', []]);
  const said = new Forecaster({ ...forecaster.plan, calendar: { spacing: { unit: 'days', count: 1 } }, layers: small });
  await said.fit(days, { epochs: 1, validation: 0 });
  assert.is((await said.forecast({ history: rows(12, (i) => new Date(Date.UTC(2023, i, 1))) })).rows[0]?.date, '2023-12-02');
});

test('values of any size: a window is measured without a square that leaves the range of numbers', async () => {
  const forecasts = async (size: number): Promise<(number | undefined)[]> => {
    const forecaster = new Forecaster({ target: 'Close', window: 6, horizon: 2, scalers: 'windowStandard', layers: small, seed: 3 });
    await forecaster.fit(dayRows(60).map(({ Day, Close }) => ({ Day, Close: Close * size })), { epochs: 1, validation: 0.3 });
    return (await forecaster.forecast()).rows.flatMap(({ forecast, lower, upper }) => [forecast, lower, upper].map((value) => (value ?? NaN) / size));
  };
  const plain = await forecasts(1);
  for (const size of [2 ** -900, 2 ** 900]) assert.equal(await forecasts(size), plain);
});

test('a table too short is told how many rows it needs, and with those it does', async () => {
  for (const [window, horizon, validation, test] of [[10, 3, 0.15, 0.15], [6, 2, 0.2, 0], [2, 1, 0.15, 0.15], [4, 3, 5, 2], [5, 2, 0, 0]] as const) {
    const fit = async (rows: number): Promise<unknown> => new Forecaster({ target: 'value', window, horizon, layers: small }).fit(panelOf([rows]), { epochs: 1, validation, test });
    const needed = Number(/at least (\d+) rows/.exec((await thrown(DataError, () => fit(window))).message)?.[1]);
    await thrown(DataError, () => fit(needed - 1));
    for (const more of [0, 1, 2, 3]) await fit(needed + more);
  }
});

test('tables that do not do are refused: too short, no dates for calendar inputs, values that a scaler cannot take', async () => {
  const forecaster = new Forecaster(SMALL);
  assert.match((await thrown(DataError, () => forecaster.fit(dayRows(7)))).message, /table must be at least \d+ rows for window 6 and horizon 2, validation 0\.15, got 7 rows/);
  assert.match((await thrown(DataError, () => forecaster.fit(dayRows(9), { validation: 0.3 }))).message, /at least \d+ rows .* validation 0\.3, got/);
  assert.match((await thrown(DataError, () => new Forecaster({ ...SMALL, scalers: 'log10' }).fit(changed(dayRows(40), 'Close', 0).map((row) => ({ ...row, Close: -1 }))))).message, /column 'Close' must be above 0/);
  const noDates = dayRows(40).map(({ Close }) => ({ Close }));
  assert.match((await thrown(DataError, () => new Forecaster({ ...SMALL, dateColumn: false, calendar: { inputs: ['hour'] }, layers: undefined }).fit(noDates))).message, /with dates, of which hour are made/);
  await thrown(StateError, () => new Forecaster(SMALL).forecast());
  await thrown(StateError, () => new Forecaster(SMALL).toBytes());
});

test('saved and loaded in another process it forecasts the same to the last bit, and network readers read the file too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bptt-forecaster-'));
  try {
    const path = join(folder, 'f.safetensors');
    const { forecaster } = await fitted({ scalers: ['logReturn', 'standard'], calendar: { holidays: ['2024-04-22'] } });
    await forecaster.save(path);
    const ours = (await forecaster.forecast()).rows;
    const entry = pathToFileURL(join(import.meta.dirname, '../../../src/forecast/index.js')).href;
    const code = `const { Forecaster } = await import('${entry}'); console.log(JSON.stringify((await (await Forecaster.load(process.argv[1])).forecast()).rows));`;
    const theirs = execFileSync(process.execPath, ['--input-type=module', '-e', code, path], { encoding: 'utf8' });
    assert.is(theirs.trim(), JSON.stringify(ours));
    assert.is((await loadModel(path)).countParams(), forecaster.model.countParams());

    const loaded = await Forecaster.load(path);
    assert.equal(loaded.describe(), forecaster.describe());
    assert.equal((await loaded.forecast({ history: dayRows(80) })).rows, ours);
    assert.equal(loaded.toBytes(), forecaster.toBytes());
    await thrown(StateError, () => loaded.forecastsOf('test'));
    assert.match((await thrown(StateError, () => loaded.fit(dayRows(80)))).message, /new Forecaster\(loaded\.plan\)/);
    const again = await fitted({ ...loaded.plan, layers: SMALL.layers });
    assert.equal((await again.forecaster.forecast()).rows, ours, 'options of a file make the same forecaster');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('rows without dates are numbered on after loading', async () => {
  const forecaster = new Forecaster({ target: 'value', window: 5, horizon: 1, layers: small });
  await forecaster.fit(panelOf([30]), { epochs: 1 });
  const [row] = (await (await Forecaster.load(forecaster.toBytes())).forecast()).rows;
  assert.equal([row?.cutoff, row?.date], ['29', '30']);
});

test('a file that is none of a forecaster is refused', async () => {
  const { forecaster } = await fitted();
  const { model } = forecaster;
  const bare = model.clone().toBytes();
  assert.match((await thrown(FileFormatError, () => Forecaster.load(bare))).message, /a network alone.*loadModel reads it/);
  const whole = forecaster.toBytes();
  for (const spoil of [
    { version: 2 }, { options: { target: 'Close' } }, { options: undefined }, { learned: {} }, { history: [{}] }, { trained: null }, { ranges: 7 }, { interval: { kind: 'residuals' } },
  ]) {
    const copy = await loadModel(whole);
    copy.metadata.forecaster = { ...(copy.metadata.forecaster as object), ...spoil };
    await thrown(FileFormatError, () => Forecaster.load(copy.toBytes()));
  }
  // A step of no days could be followed for ever.
  const copy = await loadModel(whole);
  const { learned } = copy.metadata.forecaster as { learned: object };
  copy.metadata.forecaster = { ...(copy.metadata.forecaster as object), learned: { ...learned, spacing: { unit: 'days', count: 0 } } };
  assert.is((await thrown(FileFormatError, () => Forecaster.load(copy.toBytes()))).argument, 'spacing');
  await thrown(ArgumentError, () => new Forecaster({ target: 'value', window: 5, calendar: { spacing: { unit: 'days', count: 0 } } }));
});

test('errors of one series are left as they are; those of several are measured by their naive error', async () => {
  const panel = panelOf([60, 60]);
  const forecaster = new Forecaster({ target: 'value', window: 6, horizon: 1, season: 4, scalers: 'windowStandard', layers: small });
  const { validation, interval } = await forecaster.fit(panel, { epochs: 1, validation: 20 });
  assert.is(interval?.count, 40);
  const width = (series: string): number => {
    const i = validation?.series.indexOf(series) ?? 0;
    return (validation?.upper?.get(i, 0) ?? NaN) - (validation?.lower?.get(i, 0) ?? NaN);
  };
  const unit = (name: string): number => naiveError(panel.get(name)!.columns.value!.slice(0, 60 - 20), 4);
  assert.ok(Math.abs(width('S1') / width('S0') / (unit('S1') / unit('S0')) - 1) < 1e-9);
});

test.run();
