/** System 2: the protocol without leaks does not leak, the published one does; the tables say what the forecasts say. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { carried } from '../../examples/rolling-window/carried.js';
import { averaging, inUnit, paired, protocolFigures, stillEverywhere } from '../../examples/rolling-window/figures.js';
import { nextDays } from '../../examples/rolling-window/nextDay.js';
import { expandingSplits, foldSetup, rollingSplits, spanOf } from '../../examples/rolling-window/protocols.js';
import type { Curves, Protocol } from '../../examples/rolling-window/protocols.js';
import type { Figures } from '../../examples/rolling-window/study.js';
import { headline } from '../../examples/rolling-window/verdicts.js';
import type { Claim } from '../../examples/support/claims.js';
import { dieboldMariano } from '../../examples/support/dieboldMariano.js';
import { backtest, describe, explainedVariance, mae, r2, rmse } from '../../src/forecast/index.js';
import type { Fold, FoldResult } from '../../src/forecast/index.js';
import { wasm } from '../../src/index.js';
import { fromHost } from '../../src/ndarrays.js';
import { close, column, identical, walk } from '../forecast/support.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-rolling-'));
test.after(() => { rmSync(folder, { recursive: true }); });

const ROWS = 70;
const WINDOW = 4;
const prices = Float64Array.from(column(walk(ROWS, 1, 9)));
const folds = rollingSplits(ROWS - WINDOW, { train: 22, validation: 6, step: 5 });
const backend = await wasm();

async function run(protocol: Protocol, values: Float64Array, splits: readonly Fold[] = folds): Promise<readonly FoldResult[]> {
  const { series, ...settings } = foldSetup(values, { protocol, window: WINDOW, epochs: 3, seed: 5 }, { backend });
  return (await backtest(series, { ...settings, folds: splits, warmStart: protocol === 'published' })).folds;
}

function reportOf(result: FoldResult | undefined): Curves {
  return result?.fitReport as Curves;
}

/** Predictions made by row `until` at the latest, fold by fold. */
function before(results: readonly FoldResult[], until: number): number[] {
  return results.flatMap(({ origins, predictions }) => [...origins].flatMap((origin, i) => (origin < until ? [predictions.get(i, 0)] : [])));
}

test('splits: the published loop, and expanding windows with the same validation blocks', () => {
  const sizes = { train: 200, validation: 10, step: 1 };
  const splits = rollingSplits(1198, sizes);
  assert.is(splits.length, 988);
  assert.equal(splits[987], { index: 987, train: { start: 987, end: 1187 }, validation: { start: 1187, end: 1197 } });
  const wide = expandingSplits(1198, sizes);
  assert.equal(wide.map(({ validation }) => validation), splits.map(({ validation }) => validation));
  assert.ok(wide.every(({ train: { start, end } }, i) => start === 0 && end === splits[i]?.train.end));
});

test('without leaks: a change from some row on changes no forecast made before it; as published it does', async () => {
  const plain = await run('leakFree', prices);
  const published = await run('published', prices);
  const { min, max } = spanOf(prices);
  // In the middle of a validation block, and in the middle of a training block.
  for (const from of [47, 36]) {
    const within = prices.map((value, row) => (row < from ? value : min + max - value));
    assert.equal(spanOf(within), { min, max });
    const beyond = prices.map((value, row) => (row < from ? value : 3 * value + row));
    for (const changed of [within, beyond]) {
      const again = await run('leakFree', changed);
      identical(before(again, from), before(plain, from));
      assert.ok(before(plain, from).length > 10);
      // Fits whose training rows all lie before are the same to the last epoch.
      plain.forEach(({ fold, fitReport }, k) => { if (fold.train.end + WINDOW <= from) assert.equal(again[k]?.fitReport, fitReport); });
      assert.ok(before(again, ROWS).some((value, i) => value !== before(plain, ROWS)[i]));
    }
    // As published the scored block chooses the epoch, so that its first forecasts know its last days …
    const straddling = folds.findIndex(({ validation: { start, end } }) => start + WINDOW < from && end + WINDOW > from);
    const [known, other] = [reportOf(published[straddling]), reportOf((await run('published', within, folds.slice(0, straddling + 1)))[straddling])];
    assert.equal(other.loss, known.loss);
    assert.not.equal(other.validation, known.validation);
    // … and the scaler knows the highest price to come.
    assert.not.equal(reportOf((await run('published', beyond, folds.slice(0, 1)))[0]).loss, reportOf(published[0]).loss);
  }
});

test('without leaks: the held back samples are trained on in no split, and each split has a model of its own', async () => {
  const alone = await run('leakFree', prices, folds.slice(3, 4));
  const all = await run('leakFree', prices);
  identical(alone[0]!.predictions.data, all[3]!.predictions.data);
  // A held-back target may choose the epoch, but gives no gradient.
  const { train } = folds[0]!;
  const seen = prices.slice(0, train.end + WINDOW);
  const { min, max } = spanOf(seen);
  const held = seen.length - 1 - [...seen].reverse().findIndex((value) => value > min && value < max);
  assert.ok(held >= seen.length - 10);
  const [first] = await run('leakFree', prices.map((value, row) => (row === held ? (value + max) / 2 : value)), folds.slice(0, 1));
  assert.equal(reportOf(first).loss, reportOf(all[0]).loss);
  assert.not.equal(reportOf(first).validation, reportOf(all[0]).validation);
  // As published every split goes on from the one before.
  const chain = await run('published', prices);
  const [second] = await run('published', prices, folds.slice(1, 2));
  assert.ok(second!.predictions.data.some((value, i) => value !== chain[1]!.predictions.data[i]));
});

test('the carried model: a killed run goes on to the same bits, without training anew what is saved', async () => {
  const path = join(folder, 'kept');
  let fits = 0;
  let served = 0;
  const chain = async (until: number): Promise<readonly FoldResult[]> => {
    const { series, ...settings } = foldSetup(prices, { protocol: 'published', window: WINDOW, epochs: 2, seed: 5 }, {
      backend, keep: (model, fitter) => carried(model, fitter, { path, backend, every: 2, onServed: () => { served++; } }),
      onFit: () => { if (++fits > until) throw new Error('killed'); },
    });
    return (await backtest(series, { ...settings, folds, warmStart: true })).folds;
  };
  const whole = await chain(Infinity);
  assert.is(fits, folds.length);
  for (const ending of ['jsonl', 'safetensors']) rmSync(`${path}.${ending}`);
  for (const [stop, due] of [[1, 2], [5, 6], [3, 4]] as const) {
    fits = 0;
    const error = await chain(stop).then(() => undefined, (reason: unknown) => reason);
    assert.match(String(error), 'killed');
    assert.is(fits, due);
  }
  fits = served = 0;
  const resumed = await chain(Infinity);
  assert.is(fits + served, folds.length);
  // Killed in fits 2, 6 and 4 of what was left: 4 and 2 more are on file.
  assert.is(fits, folds.length - 6);
  resumed.forEach((fold, i) => {
    identical(fold.predictions.data, whole[i]!.predictions.data);
    assert.equal([fold.fitReport, fold.inSample], [whole[i]!.fitReport, whole[i]!.inSample]);
  });
});

test('tables: units, dollars, days, and the same whether the protocol speaks in dollars or in scaled units', async () => {
  const results = await run('leakFree', prices);
  const { min, max } = spanOf(prices);
  const range = max - min;
  const figures = protocolFigures(results, 'leakFree', prices);
  const scaled = results.map((fold) => ({
    ...fold, predictions: fromHost(fold.predictions.data.map((v) => (v - min) / range), fold.predictions.shape),
    score: { ...fold.score, ...inUnit(fold.score, range), noChange: { ...fold.score.noChange, ...inUnit(fold.score.noChange, range) } },
    inSample: { ...fold.inSample!, ...inUnit(fold.inSample!, range), noChange: { ...fold.inSample!.noChange, ...inUnit(fold.inSample!.noChange, range) } },
  }));
  const other = protocolFigures(scaled, 'published', prices);
  close([other.validation.rmse.mean, other.pooled.dollars.model.mae, other.statistic, other.train.mae.max], [figures.validation.rmse.mean, figures.pooled.dollars.model.mae, figures.statistic, figures.train.mae.max], 1e-9);

  const each = results.map(({ actual, predictions }) => rmse(actual, predictions) / range);
  close([figures.validation.rmse.mean, figures.validation.rmse.std, figures.validation.rmse.q75], [describe(each).mean, describe(each).std, describe(each).q75]);
  const targets = results.flatMap(({ actual }) => [...actual.data]);
  const said = results.flatMap(({ predictions }) => [...predictions.data]);
  const { model } = figures.pooled.dollars;
  close([model.rmse, model.mae, model.r2, model.explainedVariance], [rmse(targets, said), mae(targets, said), r2(targets, said), explainedVariance(targets, said)], 1e-9);
  close([figures.pooled.model.mse], [model.mse / range ** 2]);

  // Blocks of 6 with a step of 5: every sixth day is forecast twice.
  assert.equal([...new Set(figures.days.map(({ forecasts }) => forecasts.length))], [1, 2]);
  const losses = figures.days.map(({ forecasts, actual, previous }) => forecasts.reduce((sum, f) => sum + Math.abs(f - actual), 0) / forecasts.length - Math.abs(actual - previous));
  close([figures.statistic], [dieboldMariano(Float64Array.from(losses), 9)]);
  for (const { row, actual, previous } of figures.days) assert.equal([actual, previous], [prices[row], prices[row - 1]]);
  assert.is(figures.beaten, results.filter(({ score }) => score.rmse < score.noChange.rmse).length / results.length);

  const averaged = averaging(figures.days)!;
  const twice = figures.days.filter(({ forecasts }) => forecasts.length === 2);
  close([averaged.averaged.rmse, averaged.models], [rmse(twice.map(({ actual }) => actual), twice.map(({ forecasts: [a = NaN, b = NaN] }) => (a + b) / 2)), 2]);
  close([averaged.single.mae], [mae(twice.flatMap(({ actual }) => [actual, actual]), twice.flatMap(({ forecasts }) => forecasts))]);
  assert.is(averaging(figures.days.filter(({ forecasts }) => forecasts.length === 1)), undefined);
  assert.equal(paired(figures.splits, figures.splits.slice(2, 4)).a, figures.splits.slice(2, 4));

  const long = Float64Array.from({ length: 64 }, (_, i) => (i < 60 ? 100 : [110, 100, 200, 120][i - 60]!));
  close([stillEverywhere(long).rmse, stillEverywhere(long).mae], [Math.sqrt((100 + 100 + 1e4 + 6400) / 4) / 100, 0.5]);
});

test('the next day: mean and spread of the models, interval from the errors before', async () => {
  const results = await run('leakFree', prices);
  const { days } = protocolFigures(results, 'leakFree', prices);
  const fold = (origin: number, forecast: number): FoldResult => ({ ...results[0]!, origins: Int32Array.of(origin), predictions: fromHost(Float64Array.of(forecast), [1, 1]) });
  const last = ROWS - 1;
  const { last: known, after, coverage, residuals } = nextDays([fold(last - 1, 50), fold(last - 1, 54), fold(last, 60), fold(last, 61)], days, prices);
  assert.equal([known.average, known.previous, known.actual, after.average, after.previous], [52, prices[last - 1], prices[last], 60.5, prices[last]]);
  close([known.spread], [Math.sqrt(8)]);
  assert.ok(Number.isNaN(after.actual));
  const errors = days.filter(({ row }) => row < last).map(({ actual, forecasts }) => actual - forecasts.reduce((a, b) => a + b) / forecasts.length);
  assert.equal([residuals, coverage], [errors.length, 0.9]);
  for (const edge of [known.lower - 52, known.upper - 52]) assert.ok(errors.some((error) => Math.abs(error - edge) < 1e-9));
});

test('the headline says first who wins, and only what the statistics say', async () => {
  const figures = protocolFigures(await run('leakFree', prices), 'leakFree', prices);
  const say = (published: number, leakFree: number): string =>
    headline({ published: { ...figures, statistic: published }, leakFree: { ...figures, statistic: leakFree } } as Figures).split('"')[0]!;
  assert.match(say(3, 6), /^No-change wins, under the published protocol and without its leaks\./);
  assert.match(say(-3, -2.1), /^The network beats no-change under both protocols\./);
  assert.match(say(3, 0), /^No-change is not beaten, neither/);
  assert.match(say(-3, 1), /^No-change is not beaten without leaks; under the published protocol, which leaks, the network beats it\./);
  assert.match(say(-3, 4), /^No-change wins without leaks; under the published protocol, which leaks, the network beats it\./);
  assert.match(say(1, 4), /^No-change wins without leaks; under the published protocol, which leaks, it is not beaten\./);
  assert.match(say(1, -3), /^The network beats no-change without leaks, though not/);
});

test('the headline tells what the leaks are worth where the warm start was run', async () => {
  const figures = protocolFigures(await run('leakFree', prices), 'leakFree', prices);
  const say = (t: number): string => {
    const published = { splits: 5, rolling: 0.02, other: 0.03, still: 0.01, t };
    return headline({ published: figures, leakFree: figures, warm: figures, warmAgainst: { published, fresh: published } } as Figures);
  };
  assert.match(say(0.4), /RMSE 0\.03000 against 0\.02000 as published \(paired t 0\.4: the leaks make no difference that shows\) and 0\.01000 of no-change\.$/);
  assert.match(say(3), /the leaks flatter it/);
  assert.match(say(-3), /do not even help/);
});

test('the command: tables, report, figures and plots, from a file of its own journals', () => {
  const args = ['--step', '500', '--epochs', '1', '--workers', '2', '--out', 'out'];
  const command = (): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [fileURLToPath(new URL('../../examples/rolling-window.js', import.meta.url)), ...args], { cwd: folder, encoding: 'utf8' });
  const { status, stdout, stderr } = command();
  assert.is(status, 0, stderr);
  assert.match(stdout, /A quick run/);
  assert.match(stdout, /without leaks +2 /);
  assert.match(stdout, /no-change +2 /);
  const names = readdirSync(join(folder, 'out'));
  for (const name of ['report.html', 'results.json', 'trials', 'errors.svg', 'losses.svg', 'epochs.svg']) assert.ok(names.includes(name), name);
  const results = (): { figures: Figures; claims: readonly Claim[]; run: { resumed: { trials: number } } } =>
    JSON.parse(readFileSync(join(folder, 'out', 'results.json'), 'utf8')) as ReturnType<typeof results>;
  const first = results();
  assert.equal([first.figures.published.splits.length, first.figures.expanding.splits.length, first.figures.comparable], [2, 1, false]);
  assert.ok(first.claims.filter(({ claim }) => claim.includes('table')).every(({ verdict }) => verdict === 'cannot be told'));
  const html = readFileSync(join(folder, 'out', 'report.html'), 'utf8');
  assert.not.match(html.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\/|<(link|iframe|img|object)\b|\b(src|href)=/);
  for (const part of ['No-change', 'Table 3', 'Without leaks', 'Explained variance', '0.01821']) assert.ok(html.includes(part), part);
  assert.ok(!readdirSync(join(folder, 'out', 'trials')).some((name) => name.startsWith('carried')));
  assert.is(command().status, 0);
  const second = results();
  assert.is(second.run.resumed.trials, 2 + 1 + 1 + 1 + 6);
  assert.equal({ ...second.figures, times: 0 }, { ...first.figures, times: 0 });
});

test.run();
