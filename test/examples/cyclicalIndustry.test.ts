/** The computations of the study: least squares, the unit-root test, the autoregression, samples, scores, the choice, the interval. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lookAhead } from '../../examples/cyclical-industry/ahead.js';
import { autoregression, differences } from '../../examples/cyclical-industry/autoregression.js';
import { leastSquares } from '../../examples/cyclical-industry/leastSquares.js';
import { FULL, PUBLISHED_GRID, blocksOf, chosenTasks, gridSpace, reseededSpace } from '../../examples/cyclical-industry/plan.js';
import { baselines, bestBaseline, compare, network, originsOf, rowNamed, scoreboard } from '../../examples/cyclical-industry/scores.js';
import { cellResults, luckOf, ranks, selectionOf, settled } from '../../examples/cyclical-industry/selection.js';
import type { CellResult } from '../../examples/cyclical-industry/selection.js';
import { monthlySamples } from '../../examples/cyclical-industry/series.js';
import { testColumns, unitRootTest } from '../../examples/cyclical-industry/stationarity.js';
import type { Common, RunResult, Task } from '../../examples/cyclical-industry/trial.js';
import type { TrialRecord } from '../../src/forecast/index.js';
import { normal, randomStream } from '../../src/random.js';

const test = suite('cyclical industry');

/** Lehmer's generator in (−½, ½), the same in the script that made the expected values. */
function noise(count: number): Float64Array {
  let state = 7;
  return Float64Array.from({ length: count }, () => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5);
}
function summed(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => (sum += value));
}
/** x[t] = ½ x[t−1] + e[t−1], from 0. */
function decaying(e: Float64Array): Float64Array {
  let x = 0;
  return e.map((_, t) => (x = t === 0 ? 0 : 0.5 * x + (e[t - 1] ?? NaN)));
}
function near(actual: number, expected: number, tolerance = 1e-9): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

const random = randomStream(5, 'cyclical industry');
const draws = (count: number): Float64Array => Float64Array.from({ length: count }, () => normal(random));

test('least squares: residuals at right angles to every column, the line it was made of, a column twice', () => {
  const columns = [new Float64Array(17).fill(1), draws(17), draws(17).map((v) => 1e5 + 1e-2 * v), draws(17)];
  const y = draws(17);
  const { coefficients, residualSquares } = leastSquares(columns, y);
  const residuals = y.map((value, t) => value - columns.reduce((sum, column, j) => sum + (coefficients[j] ?? NaN) * (column[t] ?? NaN), 0));
  near(residualSquares, residuals.reduce((sum, r) => sum + r * r, 0), 1e-6);
  for (const column of columns) near(residuals.reduce((sum, r, t) => sum + (r * (column[t] ?? NaN)) / Math.hypot(...column), 0), 0, 1e-8);

  const exact = leastSquares(columns, columns[1]?.map((value, t) => 3 - 2 * value + 0.5 * (columns[3]?.[t] ?? NaN)) ?? y);
  [3, -2, 0, 0.5].forEach((expected, j) => { near(exact.coefficients[j] ?? NaN, expected, 1e-4); });

  const doubled = leastSquares([...columns.slice(0, 2), columns[1] ?? y], y);
  assert.is(doubled.coefficients[2], 0);
  assert.ok(Number.isNaN(doubled.lastT));
});

test('a t-value: slope over its standard error, by the textbook formula', () => {
  const [x, y] = [draws(23), draws(23)];
  const mean = (list: Float64Array): number => list.reduce((a, b) => a + b, 0) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  const sxx = x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
  const slope = x.reduce((sum, v, i) => sum + (v - mx) * ((y[i] ?? NaN) - my), 0) / sxx;
  const rest = y.reduce((sum, v, i) => sum + (v - my - slope * ((x[i] ?? NaN) - mx)) ** 2, 0);
  const fit = leastSquares([new Float64Array(23).fill(1), x], y);
  near(fit.lastT, slope / Math.sqrt(rest / 21 / sxx));
});

test('unit-root test: statistics of numpy\'s least squares, critical values of the tables, and the right side', () => {
  const walk = summed(noise(90)).map((value, t) => value + 0.02 * t);
  const back = decaying(noise(90));
  const integrated = summed(back);
  const golden = [
    [walk, 'constant', 0, -2.1164818286413656], [walk, 'trend', 0, -2.014899655649879], [back, 'constant', 0, -6.009628860210314], [back, 'trend', 0, -6.05556218389611],
    [integrated, 'constant', 1, -2.175710198131844], [integrated, 'trend', 1, -1.8305020730848844],
  ] as const;
  for (const [series, around, lags, statistic] of golden) {
    const result = unitRootTest(series, around);
    assert.is(result.lags, lags);
    near(result.statistic, statistic, 1e-8);
    assert.is(result.observations, 89 - lags);
    assert.is(result.stationary, series === back);
  }
  // MacKinnon's table for 100 observations: −2.89 and −3.45.
  near(unitRootTest(noise(101), 'constant', 0).critical, -2.8909, 1e-4);
  near(unitRootTest(noise(101), 'trend', 0).critical, -3.4553, 1e-4);
  assert.ok(Number.isNaN(unitRootTest(new Float64Array(40).fill(3), 'constant').statistic));
  assert.is(unitRootTest(new Float64Array(40).fill(3), 'constant').stationary, false);
});

test('columns: only the known months are tested, the others counted where they leave the range', () => {
  const values = summed(noise(80));
  const later = Float64Array.from(values, (value, t) => (t < 60 ? value : t < 67 ? 1e3 : values[3] ?? NaN));
  const [row] = testColumns({ a: later }, ['a'], 60);
  assert.is(row?.outside, 7);
  near(row?.level.statistic ?? NaN, unitRootTest(values.slice(0, 60), 'trend').statistic);
});

test('autoregression: numpy\'s coefficients continued, and nothing after the known months', () => {
  const levels = summed(decaying(noise(90)));
  const model = autoregression(levels);
  assert.is(model.lags, 1);
  [3.374955828564779, 3.4432782302757863, 3.499722015826749, 3.5512983412804067].forEach((expected, k) => { near(model.fit(levels).forecast(4)[k] ?? NaN, expected, 1e-8); });
  // A pure trend goes on, whatever the lags.
  const line = autoregression(Float64Array.from({ length: 40 }, (_, t) => 5 + 3 * t));
  Array.from(line.fit(Float64Array.from([1, 2])).forecast(3)).forEach((value, k) => { near(value, 2 + 3 * (k + 1)); });
  assert.equal(Array.from(differences(Float64Array.from([1, 4, 2]))), [3, -2]);
});

test('samples: nothing of a month after the known ones reaches training, on levels and on changes', () => {
  const [rows, known, window, horizon] = [47, 31, 5, 3];
  const [a, b] = [draws(rows).map((v) => 50 + v), draws(rows)];
  const frame = (columns: Record<string, Float64Array>) => ({ rows, dates: [], times: new Float64Array(), columns });
  for (const view of ['levels', 'changes'] as const) {
    const options = { columns: ['b', 'a'], view, known, window, horizon };
    const one = monthlySamples(frame({ a, b }), options);
    const shift = (list: Float64Array): Float64Array => list.map((v, t) => (t < known ? v : v + 9));
    const two = monthlySamples(frame({ a: shift(a), b: shift(b) }), options);
    assert.is(one.trained, known - (view === 'changes' ? 1 : 0) - window - horizon + 1);
    assert.equal(Array.from(one.x.data.subarray(0, one.trained * window * 2)), Array.from(two.x.data.subarray(0, one.trained * window * 2)));
    assert.equal(Array.from(one.y.data.subarray(0, one.trained * horizon)), Array.from(two.y.data.subarray(0, one.trained * horizon)));
    assert.is.not(one.y.data.at(-1), two.y.data.at(-1));
    assert.is((one.origins[one.trained - 1] ?? NaN) + horizon, known - 1);
    // True targets come back as the months after the origin.
    one.inverse(one.y).forEach((values, i) => { values.forEach((value, k) => { near(value, b[(one.origins[i] ?? NaN) + 1 + k] ?? NaN); }); });
    // The window of the last month ends where that of the newest sample would.
    assert.equal(one.latest.shape, [1, window, 2]);
    const nothing = one.inverseLatest([[0, 0, 0]]);
    const seen = b.subarray(0, known);
    const mean = (list: Float64Array): number => list.reduce((sum, v) => sum + v, 0) / list.length;
    nothing.forEach((value, k) => { near(value, view === 'levels' ? mean(seen) : (b.at(-1) ?? NaN) + (k + 1) * mean(differences(seen))); });
  }
});

const run = (forecasts: (origin: number) => number[], origins: readonly number[]): RunResult =>
  ({ loss: 0, origins, forecasts: origins.map(forecasts), future: [], curve: [1, 1], backend: '' });

test('scores: the block and nothing else, network and baselines from the same origins', () => {
  const target = draws(60).map((v, t) => 10 + v + t / 10);
  assert.equal(originsOf({ start: 40, end: 45 }, 3), [39, 40, 41]);
  const own = network('network', run((origin) => [1, 2, 3].map((k) => (target[origin + k] ?? NaN) + k / 2), Array.from({ length: 50 }, (_, i) => i + 7)));
  const board = scoreboard(target, [own, ...baselines(target, 40)], { start: 40, end: 45 }, 3);
  const [first] = board.rows;
  near(first?.rmse ?? NaN, Math.sqrt((0.25 + 1 + 2.25) / 3));
  [0.5, 1, 1.5].forEach((expected, k) => { near(first?.byStep[k] ?? NaN, expected); });
  assert.equal(rowNamed(board, 'no-change').forecasts[1], [target[40], target[40], target[40]]);
  assert.equal(rowNamed(board, 'seasonal-naive').forecasts[2], [target[30], target[31], target[32]]);
  assert.is(rowNamed(board, 'no-change').skill, 0);
  assert.ok(bestBaseline(board).baseline && board.rows.filter(({ baseline }) => baseline).every(({ rmse }) => rmse >= bestBaseline(board).rmse));
  assert.ok(compare(board, rowNamed(board, 'no-change'), rowNamed(board, 'network')) === -compare(board, rowNamed(board, 'network'), rowNamed(board, 'no-change')));
  // The autoregression learned from the first 40 months alone.
  const changed = target.map((v, t) => (t === 44 ? v + 5 : v));
  assert.equal(scoreboard(changed, baselines(changed, 40), { start: 40, end: 44 }, 3).rows[2]?.forecasts, scoreboard(target, baselines(target, 40), { start: 40, end: 44 }, 3).rows[2]?.forecasts);
});

const cell = (units: number, validation: number, rest: number, repeat = 0): CellResult =>
  ({ units, rate: 0.001, repeat, fit: 0, validation, test: rest, seconds: 1, curve: [], settled: true });

test('the choice is made on the validation block, the claim on the test block', () => {
  const chosen = selectionOf([cell(1, 3, 5), cell(2, 1, 4), cell(3, 2, 9), cell(4, 4, 2)]);
  assert.is(chosen.byValidation.units, 2);
  assert.is(chosen.byTest.units, 4);
  assert.is(chosen.placeOfByTest, 4);
  assert.is(chosen.meanTest, 5);
  near(chosen.rankCorrelation, -0.4);
  assert.equal(ranks([5, 1, 5, 0]), [3.5, 2, 3.5, 1]);
});

test('luck: the winner of a seed, and the same cell with the others', () => {
  const luck = luckOf([cell(1, 0, 1), cell(2, 0, 5), cell(1, 0, 6, 1), cell(2, 0, 3, 1), cell(1, 0, 8, 2), cell(2, 0, 9, 2)], 'test');
  assert.equal([luck.seeds, luck.cells], [3, 2]);
  near(luck.claimed, (1 + 3 + 8) / 3);
  near(luck.redrawn, ((6 + 8) / 2 + (5 + 9) / 2 + (1 + 6) / 2) / 3);
  near(luck.average, 32 / 6);
  near(luck.betweenSeeds, Math.sqrt((13 + 28 / 3) / 2));
  near(luck.betweenCells, Math.sqrt(2 * (1 / 3) ** 2));
  assert.is(settled([9, 5, 3, 2, 1, 1, 1, 1, 1, 1.04]), true);
  assert.is(settled([9, 5, 3, 2, 1, 1, 1, 1, 1, 0.94]), false);
});

test('cells of the grid: errors on what was learned, on the validation and on the test block; a failed one is left out', () => {
  const target = draws(120);
  const origins = Array.from({ length: 108 }, (_, i) => i + 11);
  const result = run((origin) => [(target[origin + 1] ?? NaN) + (origin + 1 < 80 ? 1 : origin + 1 < 100 ? 2 : 3)], origins);
  const record = { index: 0, rung: 0, seed: 1, reports: [], seconds: 4, parameters: { units: 7, rate: 0.1, task: { known: 80, horizon: 1, view: 'levels' } } };
  const [one, ...more] = cellResults([{ ...record, status: 'done', result }, { ...record, status: 'failed' }] as TrialRecord[], target, blocksOf(120));
  assert.is(more.length, 0);
  near(one?.fit ?? NaN, 1);
  near(one?.validation ?? NaN, 2);
  near(one?.test ?? NaN, 3);
});

test('six months: intervals from the errors of both blocks around the forecast, directions counted', () => {
  const target = Float64Array.from({ length: 120 }, (_, t) => t);
  const blocks = blocksOf(120);
  const later = (origin: number, error: (origin: number, k: number) => number): number[] => Array.from({ length: 6 }, (_, k) => origin + 1 + k + error(origin, k));
  const from = (start: number): number[] => Array.from({ length: 15 }, (_, i) => start - 1 + i);
  const runs = {
    validation: run((origin) => later(origin, (o, k) => (k + 1) * (o - 86)), from(80)), test: run((origin) => later(origin, (o) => 2 * (o - 106)), from(100)),
    end: { ...run(() => [], []), future: [1, 2, 3, 4, 5, 6] },
  };
  const result = lookAhead(target, [], runs, blocks);
  assert.equal([result.coverage, result.residuals, result.origins, result.ups], [0.9, 30, 30, 30]);
  assert.equal(result.forecast, [1, 2, 3, 4, 5, 6]);
  // The 90 % interval of 30 errors takes all of them: −14 … 14 one month ahead, −42 … 42 six.
  assert.equal([result.lower[0], result.upper[0]], [1 - 14, 1 + 14]);
  assert.equal([result.lower[5], result.upper[5]], [6 - 42, 6 + 42]);
  // −7 … 7 of the validation block, one month ahead, against −14, −12, … 14.
  assert.equal(result.check, { coverage: 0.8, inside: 15 * 6 - 8, of: 90 });
  // Six months on the change is 6 + error: wrong where the error is −6 or below.
  assert.equal(result.directions.map(({ name }) => name), ['network', 'seasonal-naive', 'autoregression']);
  assert.is(result.directions[0]?.right, 30 - 7 - 5);
  assert.is(result.directions[1]?.right, 0);
});

test('the plan: 30 cells, the largest first, learning from nothing but the months before the validation block', () => {
  const blocks = blocksOf(120);
  assert.equal(blocks, { validation: 80, test: 100, end: 120 });
  assert.throws(() => blocksOf(75), /at least 76 months/);
  const space = gridSpace(FULL, {} as Common, blocks);
  assert.equal([...(space.units as number[])].sort((a, b) => b - a), space.units);
  assert.is((space.units as number[]).length * (space.rate as number[]).length, 30);
  assert.equal(PUBLISHED_GRID.map((row) => row.length), [6, 6, 6, 6, 6]);
  assert.equal(space.task, [{ known: 80, horizon: 1, view: 'levels' }]);
  assert.ok((reseededSpace(FULL, {} as Common, blocks).task as Task[]).every(({ known, repeat }) => known === 80 && (repeat ?? 0) > 0));
  const tasks = chosenTasks(FULL, blocks);
  assert.is(new Set(tasks.map((task) => JSON.stringify(task))).size, 10);
  assert.equal(tasks.filter(({ horizon }) => horizon === 6).map(({ known }) => known).sort(), [100, 120, 80]);
});

test.run();
