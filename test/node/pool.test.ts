import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { backtest, countSamples } from '../../src/forecast/evaluation/backtest.js';
import { gridSearch, randomSearch } from '../../src/forecast/search/search.js';
import { parallelBacktest } from '../../src/forecast/search/backtest.js';
import { inProcess } from '../../src/forecast/search/trial.js';
import { rollingOrigin } from '../../src/forecast/windows/splits.js';
import { threads } from '../../src/node/pool.js';
import { trialFile } from '../../src/node/trials.js';
import { identical, thrown } from '../forecast/support.js';
import { rows, setup } from './searchFolds.js';
import program from './searchTrials.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-pool-'));
const worker = new URL('./searchTrials.js', import.meta.url);
const pool = threads({ worker, workers: 2 });
test.after(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Lines in the order of the trials, without what the clock wrote and what makes each run another. */
function timeless(path: string): string[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  return lines.sort((a, b) => Number(a.index ?? -1) - Number(b.index ?? -1) || Number(a.rung) - Number(b.rung)).map((line) => JSON.stringify({ ...line, seconds: undefined, run: undefined, code: undefined }));
}

test('one worker, two workers and no worker write the same results', async () => {
  for (const prune of [undefined, { rule: 'halving', rungs: [1, 3], factor: 2 } as const]) {
    const search = async (name: string, runner = pool): Promise<string[]> => {
      const path = join(folder, `${name} ${prune?.rule}`);
      await randomSearch({ space: { x: { uniform: [0, 4] }, y: { integer: [0, 9] } }, trials: 9, seed: 21, prune, runner, journal: trialFile(path) });
      return timeless(path);
    };
    const single = threads({ worker, workers: 1 });
    const [one, two, none] = [await search('one', single), await search('two'), await search('none', inProcess(program))];
    await single.close();
    assert.is(one.length, prune ? 1 + 9 + 5 + 3 : 10);
    assert.equal(two, one);
    assert.equal(none, one);
  }
});

test('NaN, an error and the end of the thread are recorded, and the search goes on', async () => {
  const { trials, best } = await gridSearch({ space: { end: ['', 'NaN', 'throw', 'exit', 'crash', ''], x: [2] }, runner: pool });
  assert.equal(trials.map(({ status }) => status), ['done', 'failed', 'failed', 'failed', 'failed', 'done']);
  assert.is(trials[1]?.reason, 'loss is NaN');
  assert.is(trials[2]?.reason, 'RangeError: no 2');
  assert.is(trials[3]?.reason, 'Error: process.exit(7) in a trial');
  assert.is(trials[4]?.reason, 'the thread ended: Error: nobody catches this');
  assert.ok(best);
});

test('a module that cannot be used ends the search at once, and is no fault of the trials', async () => {
  for (const [module, message] of [['./nothing.js', /Cannot find module/], ['../forecast/support.js', /default export is no function/]] as const) {
    const runner = threads({ worker: new URL(module, import.meta.url), workers: 2 });
    const path = join(folder, module.replace(/\W/g, '_'));
    const error = await thrown(ArgumentError, () => gridSearch({ space: { x: [1, 2, 3] }, runner, journal: trialFile(path) }));
    assert.match(error.message, message);
    assert.is(readFileSync(path, 'utf8').split('\n').length, 2, 'nothing but the plan is recorded');
    await runner.close();
  }
  assert.throws(() => threads({ worker, workers: 0 }), (error: unknown) => error instanceof ArgumentError);
});

test('an abort ends trials under way', async () => {
  const stop = new AbortController();
  const endless = { space: { wait: [1e6], x: [1, 2, 3] }, runner: pool, signal: stop.signal };
  setTimeout(() => stop.abort(new Error('enough')), 20);
  assert.is((await thrown(Error, () => gridSearch(endless))).message, 'enough');
  // The pool is as good as new.
  assert.is((await gridSearch({ space: { x: [1, 2] }, runner: pool })).trials.filter(({ status }) => status === 'done').length, 2);
});

test('a backtest on two threads, resumed in the middle, equals the one in this process bit for bit', async () => {
  const folds = rollingOrigin(countSamples(90, { window: 6, horizon: 2 }), { train: 30, validation: 5, step: 6, gap: 1 });
  const runner = threads({ worker: new URL('./searchFolds.js', import.meta.url), workers: 2 });
  const { series: _, ...settings } = setup(-1);
  for (const options of [{}, { warmStart: true, restart: 2 }]) {
    const expected = await backtest(rows, { ...settings, ...options, folds });
    const path = join(folder, `folds ${options.restart}`);
    const stop = new AbortController();
    const error = await thrown(Error, () => parallelBacktest({ ...options, folds, runner, journal: trialFile(path), signal: stop.signal, onTrial: () => stop.abort() }));
    assert.is(error.name, 'AbortError');
    let ran = 0;
    const { failures, ...result } = await parallelBacktest({ ...options, folds, runner, journal: trialFile(path), onTrial: () => ran++ });
    assert.ok(ran > 0 && ran < folds.length);
    assert.equal(failures, []);
    assert.equal(result, expected);
    result.folds.forEach((fold, i) => identical(fold.predictions.data, expected.folds[i]?.predictions.data ?? []));
    await thrown(ArgumentError, () => parallelBacktest({ ...options, folds: folds.slice(1), runner, journal: trialFile(path) }));
  }
  await runner.close();
});

test.run();
