import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { MinMaxScaler } from '../../../src/forecast/scalers/affine.js';
import { backtest, countSamples } from '../../../src/forecast/evaluation/backtest.js';
import type { WindowModel } from '../../../src/forecast/windows/model.js';
import { foldChains } from '../../../src/forecast/windows/refit.js';
import type { RefitOptions } from '../../../src/forecast/windows/refit.js';
import { rollingOrigin } from '../../../src/forecast/windows/splits.js';
import { identical, thrown, walk } from '../support.js';

const folds = rollingOrigin(40, { train: 12, validation: 4, step: 4 });
const shown = (options: RefitOptions): string[] =>
  foldChains(folds, options).map((chain) => chain.map(({ fold, fit }) => `${fit ? 'fit ' : ''}${fold.index}:${fold.train.start}`).join(' '));

test('chains: fits, training ranges, and what depends on what', () => {
  assert.is(folds.length, 7);
  assert.equal(shown({}), ['fit 0:0', 'fit 1:4', 'fit 2:8', 'fit 3:12', 'fit 4:16', 'fit 5:20', 'fit 6:24']);
  assert.equal(shown({ refit: 3 }), ['fit 0:0 1:0 2:0', 'fit 3:12 4:12 5:12', 'fit 6:24']);
  assert.equal(shown({ refit: 'never' }), ['fit 0:0 1:0 2:0 3:0 4:0 5:0 6:0']);
  assert.equal(shown({ refit: 2, warmStart: true }), ['fit 0:0 1:0 fit 2:8 3:8 fit 4:16 5:16 fit 6:24']);
  assert.equal(shown({ refit: 2, warmStart: true, restart: 4 }), ['fit 0:0 1:0 fit 2:8 3:8', 'fit 4:16 5:16 fit 6:24']);
  for (const { validation, index } of foldChains(folds, { refit: 3 }).flat().map(({ fold }) => fold)) assert.equal(validation, folds[index]?.validation);
});

test('settings that make no sense are refused', () => {
  for (const options of [{ refit: 0 }, { refit: 1.5 }, { restart: 2 }, { warmStart: true, refit: 2, restart: 3 }]) {
    assert.throws(() => foldChains(folds, options), (error: unknown) => error instanceof ArgumentError);
  }
});

/** Forecasts the mean of its training targets plus the number of fits so far. */
function counting(log: string[]): (fold: { readonly index: number }) => WindowModel {
  return ({ index }) => {
    let level = 0;
    let fits = 0;
    log.push(`new ${index}`);
    return {
      fit: (_, y) => {
        fits++;
        level = y.data.reduce((sum, v) => sum + v, 0) / y.data.length;
        log.push(`fit ${y.shape[0]}`);
      },
      predict: (x) => Array.from({ length: x.shape[0] ?? 0 }, () => [level + fits]),
    };
  };
}

const rows = walk(60, 1);
const spec = { window: 5 };
const real = rollingOrigin(countSamples(60, spec), { train: 20, validation: 5, step: 5 });
const run = (options: RefitOptions, log: string[] = []): ReturnType<typeof backtest> =>
  backtest(rows, { ...spec, ...options, folds: real, scaler: () => new MinMaxScaler(), forecaster: counting(log) });

test('a model that is not refitted keeps its scaler too: the first fold decides all', async () => {
  const log: string[] = [];
  const every = await run({});
  const never = await run({ refit: 'never' }, log);
  assert.equal(log, ['new 0', 'fit 20']);
  identical(never.folds[0]?.predictions.data ?? [], every.folds[0]?.predictions.data ?? [1]);
  // One level, one scaler: in original units every forecast of every fold is the same number.
  for (const { predictions, fold } of never.folds) {
    assert.equal(fold.train, real[0]?.train);
    assert.is(new Set(predictions.data).size, 1);
    assert.is(predictions.data[0], never.folds[0]?.predictions.data[0]);
  }
  // What is scored does not depend on the policy.
  never.folds.forEach(({ actual }, i) => identical(actual.data, every.folds[i]?.actual.data ?? []));
});

test('a warm start hands the same model on, a cold start makes a new one', async () => {
  const [cold, warm, restarted]: string[][] = [[], [], []];
  await run({ refit: 2 }, cold);
  await run({ refit: 2, warmStart: true }, warm);
  await run({ refit: 2, warmStart: true, restart: 4 }, restarted);
  assert.is(real.length, 7);
  assert.equal(cold, ['new 0', 'fit 20', 'new 2', 'fit 20', 'new 4', 'fit 20', 'new 6', 'fit 20']);
  assert.equal(warm, ['new 0', 'fit 20', 'fit 20', 'fit 20', 'fit 20']);
  assert.equal(restarted, ['new 0', 'fit 20', 'fit 20', 'new 4', 'fit 20', 'fit 20']);
});

test('an abort before the first fold is heeded', async () => {
  await thrown(Error, () => backtest(rows, { ...spec, folds: real, forecaster: counting([]), signal: AbortSignal.abort() }));
});

test.run();
