/** Columns by name: everything that takes a target takes its name, and means what its place means. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  StandardScaler, backtest, baselineForecaster, countSamples, createScaler, holdOtherFeatures, latestWindow, makeWindows, noChange, purgeGap, recursiveForecast,
  recursiveForecaster, rollingOrigin, rowsOfSamples, runFold, scaleWindows, toSeries,
} from '../../../src/forecast/index.js';
import type { Frame } from '../../../src/forecast/index.js';
import { ArgumentError, ShapeError } from '../../../src/errors.js';
import { thrown } from '../../support/compare.js';
import { walk } from '../support.js';

const names = ['Open', 'High', 'Close'];
const rows = Array.from({ length: 40 }, (_, i) => [100 + i, 200 + 3 * i, 300 + Math.sin(i)]);
const frame: Frame = { rows: 40, dates: [], times: new Float64Array(), columns: Object.fromEntries(names.map((name, j) => [name, Float64Array.from(rows, (row) => row[j] ?? NaN)])) };

const same = (a: unknown, b: unknown): void => { assert.equal(JSON.stringify(a), JSON.stringify(b)); };
async function say(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    assert.instance(error, ArgumentError, String(error));
    return (error as ArgumentError).message;
  }
  return 'nothing was thrown';
}

test('windows: a name is the place it names, in a Frame and among columns', () => {
  for (const [target, place] of [['Close', 2], ['Open', 0], [['High', 'Open'], [1, 0]], [['Close', 0], [2, 0]]] as const) {
    const expected = makeWindows(rows, { window: 4, horizon: 2, target: place });
    same(makeWindows(frame, { window: 4, horizon: 2, target }), expected);
    same(makeWindows(rows, { window: 4, horizon: 2, target, columns: names }), expected);
  }
  same(makeWindows(frame, { window: 4 }), makeWindows(rows, { window: 4 }));
  same(makeWindows([1, 2, 3, 4], { window: 2, target: 'price', columns: ['price'] }), makeWindows([1, 2, 3, 4], { window: 2 }));
});

test('of a Frame, columns are those to take, in their order', () => {
  const columns = ['Close', 'Open'];
  same(makeWindows(frame, { window: 3, target: 'Open', columns }), makeWindows(toSeries(frame, columns), { window: 3, target: 1 }));
  same(latestWindow(frame, 3, { columns }), latestWindow(toSeries(frame, columns), 3));
  same(latestWindow(frame, 3), latestWindow(rows, 3));
});

test('scaled windows, backtests, baselines and strategies take names', async () => {
  const options = { window: 4, horizon: 2, train: { start: 0, end: 20 } };
  const scaled = (given: typeof frame | typeof rows, target: string | number, columns?: string[]): unknown => {
    const made = scaleWindows(given, { ...options, target, ...(columns && { columns }), scaler: new StandardScaler() });
    return [made.windows, made.latest, made.actual(options.train), made.previous(options.train), made.inverseLatest([[0, 1]])];
  };
  same(scaled(frame, 'Close'), scaled(rows, 2));
  same(scaled(rows, 'Close', names), scaled(rows, 2));

  const spec = { window: 4, target: 'Close', columns: names };
  const folds = rollingOrigin(countSamples(40, spec), { train: 20, validation: 5, gap: purgeGap(spec) });
  assert.is(rowsOfSamples({ start: 0, end: 1 }, spec).end, 5);
  const settings = { scaler: () => createScaler('standard'), baselines: { noChange: noChange() } };
  const byPlace = { ...settings, window: 4, target: 2, forecaster: () => baselineForecaster(noChange(), { target: 2 }) };
  const byName = { ...settings, ...spec, forecaster: () => baselineForecaster(noChange(), { target: 'Close', columns: names }) };
  const expected = await backtest(rows, { ...byPlace, folds });
  same(await backtest(frame, { ...byName, folds }), expected);
  same(await backtest(rows, { ...byName, folds }), expected);
  same(await runFold(frame, folds[1]!, byName), expected.folds[1]);

  const { x } = makeWindows(rows, { window: 4 });
  const predict = (): number[][] => Array.from({ length: x.shape[0] ?? 0 }, (_, i) => [i]);
  const named = { horizon: 3, target: 'High', columns: names };
  const ahead = await recursiveForecast(predict, x, { horizon: 3, target: 1, nextRow: holdOtherFeatures(1) });
  same(await recursiveForecast(predict, x, { ...named, nextRow: holdOtherFeatures('High', { columns: names }) }), ahead);
  const model = { fit: () => undefined, predict };
  same(await recursiveForecaster(model, { ...named, nextRow: holdOtherFeatures('High', { columns: names }) }).predict(x), ahead);
  same([...holdOtherFeatures('High', { columns: names })(Float64Array.of(7), Float64Array.of(1, 2, 3), 1, 0) as Float64Array], [1, 7, 3]);
});

test('a name where none are known, and an unknown one, are refused before anything runs', async () => {
  const train = { start: 0, end: 9 };
  const folds = rollingOrigin(36, { train: 20, validation: 5 });
  const never = (): never => { throw new Error('asked for a forecaster'); };
  const model = { fit: () => undefined, predict: never };
  const all: readonly [string, (target: string, columns?: string[]) => unknown][] = [
    ['makeWindows', (target, columns) => makeWindows(rows, { window: 3, target, ...(columns && { columns }) })],
    ['makeWindows', (target, columns) => makeWindows(rows, { window: 3, target: ['Open', target].slice(columns ? 0 : 1), ...(columns && { columns }) })],
    ['scaleWindows', (target, columns) => scaleWindows(rows, { window: 3, train, target, ...(columns && { columns }) })],
    ['backtest', (target, columns) => backtest(rows, { window: 3, folds, forecaster: () => ({ ...model, fit: never }), target, ...(columns && { columns }) })],
    ['baselineForecaster', (target, columns) => baselineForecaster(noChange(), { target, ...(columns && { columns }) })],
    ['recursiveForecaster', (target, columns) => recursiveForecaster(model, { horizon: 2, target, ...(columns && { columns }) })],
    ['recursiveForecast', (target, columns) => recursiveForecast(model.predict, [[[1, 2, 3]]], { horizon: 2, target, ...(columns && { columns }) })],
    ['holdOtherFeatures', (target, columns) => holdOtherFeatures(target, { ...(columns && { columns }) })],
  ];
  for (const [operation, run] of all) {
    const nameless = await say(() => run('Clsoe'));
    assert.ok(nameless.startsWith(`${operation}: target must be the place of a column: the series has no names, got 'Clsoe'.`), nameless);
    assert.match(nameless, "a Frame, as readCsv gives it, or with columns: ['Open', 'Close']");
    assert.match(await say(() => run('Clsoe', names)), `${operation}: target must be among 'Open', 'High', 'Close', got 'Clsoe'. Did you mean 'Close'?`);
    assert.match(await say(() => run('toString', names)), "got 'toString'");
  }
  assert.match(await say(() => makeWindows(frame, { window: 3, target: 'close' })), "Did you mean 'Close'?");
  assert.match(await say(() => makeWindows(frame, { window: 3, columns: ['Opne'] })), "columns must be among 'Open', 'High', 'Close', got 'Opne'. Did you mean 'Open'?");
  assert.match(await say(() => toSeries(frame, ['clsoe'])), "Did you mean 'Close'?");
  assert.match(await say(() => makeWindows(frame, { window: 3, target: 3 })), 'a column from 0 to 2, got 3');
  assert.match(await say(() => makeWindows(rows, { window: 3, columns: ['a', 'b', 'a'] })), "a list of different names, got 'a' twice");
  // @ts-expect-error JavaScript callers may give one name
  assert.match(await say(() => makeWindows(rows, { window: 3, columns: 'Open' })), 'columns must be a list of names');
  assert.match(thrown(ShapeError, () => makeWindows(walk(9), { window: 2, columns: names })).message, '1 names, one for each column of the series, got 3');
});

test.run();
