import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, StateError } from '../../src/errors.js';
import { backtest, countSamples } from '../../src/forecast/evaluation/backtest.js';
import { gridSearch, randomSearch } from '../../src/forecast/search/search.js';
import { parallelBacktest } from '../../src/forecast/search/backtest.js';
import { inProcess } from '../../src/forecast/search/trial.js';
import type { TrialTask } from '../../src/forecast/search/trial.js';
import { rollingOrigin } from '../../src/forecast/windows/splits.js';
import { threadPool, threads } from '../../src/node/pool.js';
import type { ThreadOptions } from '../../src/node/pool.js';
import { trialFile } from '../../src/node/trials.js';
import { identical, soon, thrown } from '../forecast/support.js';
import { rows, setup } from './searchFolds.js';
import program from './searchTrials.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-pool-'));
const worker = new URL('./searchTrials.js', import.meta.url);
const log = join(folder, 'spun');
process.env.TRIAL_SPIN = log;
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
  assert.is(trials[3]?.reason, 'the thread ended: Error: exit code 7');
  assert.is(trials[4]?.reason, 'the thread ended: Error: nobody catches this');
  assert.ok(best);
});

test('a module that cannot be used ends the search at once, and is no fault of the trials', async () => {
  for (const [module, lines, message] of [['./nothing.js', 0, /nothing\.js', which is not there/], ['../forecast/support.js', 2, /default export is no function/]] as const) {
    const runner = threads({ worker: new URL(module, import.meta.url), workers: 2 });
    const path = join(folder, module.replace(/\W/g, '_'));
    const error = await thrown(ArgumentError, () => gridSearch({ space: { x: [1, 2, 3] }, runner, journal: trialFile(path) }));
    assert.match(error.message, message);
    assert.is(existsSync(path) ? readFileSync(path, 'utf8').split('\n').length : 0, lines, 'nothing but the plan is recorded');
    await runner.close();
  }
  for (const wrong of [{ worker, workers: 0 }, { worker, threads: 2 }, { worker: './trial.js' }, { worker: new URL('https://example.org/trial.js') }, {}]) {
    assert.throws(() => threads(wrong as ThreadOptions), (error: unknown) => error instanceof ArgumentError);
  }
});

test('a module that has changed since the search began is not run', async () => {
  const runner = threadPool(worker, 1, () => Promise.resolve('0123'));
  const error = await thrown(ArgumentError, () => gridSearch({ space: { x: [1] }, runner }));
  assert.match(error.message, /a trial module, got other code than is asked for: [0-9a-f]{64} instead of 0123/);
  await runner.close();
});

test('a search is not continued with other code', async () => {
  const module = join(folder, 'own.mjs');
  const path = join(folder, 'own.jsonl');
  const search = async (): Promise<unknown> => {
    const runner = threads({ worker: pathToFileURL(module), workers: 1 });
    try {
      return (await gridSearch({ space: { x: [1, 2] }, runner, journal: trialFile(path) })).best?.value;
    } finally {
      await runner.close();
    }
  };
  writeFileSync(join(folder, 'helper.mjs'), 'export const offset = 3;');
  writeFileSync(module, "import { offset } from './helper.mjs'; export default ({ parameters }) => ({ loss: parameters.x + offset });");
  assert.is(await search(), 4);
  assert.is(await search(), 4);
  writeFileSync(join(folder, 'helper.mjs'), 'export const offset = 5;');
  assert.match((await thrown(ArgumentError, search)).message, /trials with the code/);
});

/** Bytes that spinning trials have written: they grow as long as one spins. */
const spun = (): number => (existsSync(log) ? statSync(log).size : 0);

/** Resolves when a trial spins. */
async function spinning(): Promise<void> {
  for (const before = spun(); spun() === before;) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('an abort ends trials under way, whatever they do; the next search starts', async () => {
  for (const end of ['', 'spin']) {
    const stop = new AbortController();
    const endless = gridSearch({ space: { wait: [end ? 0 : 1e6], end: [end], x: [1, 2, 3] }, runner: pool, signal: stop.signal });
    if (end) await spinning();
    stop.abort(new Error('enough'));
    assert.is((await thrown(Error, () => endless)).message, 'enough');
    const before = spun();
    // The pool is as good as new.
    assert.is((await soon(gridSearch({ space: { x: [1, 2] }, runner: pool }))).trials.filter(({ status }) => status === 'done').length, 2);
    assert.is(spun(), before, 'no thread is left spinning');
  }
});

test('a trial out of time is ended on its thread, and the search goes on', async () => {
  const { trials } = await gridSearch({ space: { end: ['', 'spin', ''], x: [2] }, runner: pool, trialTimeout: 3 });
  assert.equal(trials.map(({ status, reason }) => [status, reason]), [['done', undefined], ['failed', 'Overtime: not finished after 3 s (trialTimeout)'], ['done', undefined]]);
  const before = spun();
  await gridSearch({ space: { x: [1, 2] }, runner: pool });
  assert.is(spun(), before);
});

test('the time of a trial begins when it has a thread', async () => {
  const runner = threads({ worker, workers: 1 });
  const task = (index: number): TrialTask => ({ id: String(index), index, seed: 1, parameters: { wait: 150 }, timeout: 3 });
  await runner.submit({ ...task(0), timeout: undefined });
  const outcomes = await Promise.all([1, 2, 3, 4, 5, 6].map((index) => runner.submit(task(index))));
  assert.equal(outcomes.map(({ status }) => status), new Array(6).fill('done'));
  await runner.close();
});

test('a pool that is closed ends what runs, and takes nothing more', async () => {
  const runner = threads({ worker, workers: 1 });
  const search = thrown(StateError, () => gridSearch({ space: { end: ['spin'], x: [1, 2] }, runner }));
  await spinning();
  await runner.close();
  assert.match((await search).message, /got closed/);
  const before = spun();
  await thrown(StateError, () => gridSearch({ space: { x: [1] }, runner }));
  assert.is(spun(), before);
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
