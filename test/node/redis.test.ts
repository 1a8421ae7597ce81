/** Trials over a real Redis server, started here, and worker processes that die. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, BackendError } from '../../src/errors.js';
import { gridSearch, randomSearch } from '../../src/forecast/search/search.js';
import { inProcess } from '../../src/forecast/search/trial.js';
import type { TrialRecord } from '../../src/forecast/search/trial.js';
import { redisQueue } from '../../src/node/redis.js';
import { joinQueue } from '../../src/node/redisWorker.js';
import { trialFile } from '../../src/node/trials.js';
import { thrown } from '../forecast/support.js';
import { RedisStage, prints, until } from './redisServer.js';
import program from './searchTrials.js';

const stage = new RedisStage();
const { folder } = stage;
const worker = new URL('./searchTrials.js', import.meta.url);

test.before(async () => { await stage.server(); });
test.after(() => stage.close());

const timeless = (trials: readonly TrialRecord[]): unknown => JSON.parse(JSON.stringify(trials.map((trial) => ({ ...trial, seconds: 0 }))));

test('two workers, one killed in the middle of a trial: no trial is lost, the results are those of one process', async () => {
  const options = { space: { x: { uniform: [0, 4] }, wait: [8], end: ['', '', 'NaN'] }, trials: 24, seed: 4 } as const;
  const one = await stage.worker('kill', 'one', { hang: 2 });
  await stage.worker('kill', 'two');
  const runner = await redisQueue({ url: stage.url, name: 'kill', worker });
  let finished = 0;
  const search = randomSearch({ ...options, runner, journal: trialFile(join(folder, 'kill.jsonl')), onTrial: () => { finished++; } });
  await until(() => stage.started('one').length >= 2 || finished >= options.trials);
  one.kill('SIGKILL');
  assert.ok(finished < options.trials);
  const { trials } = await search;
  await runner.close();
  const torn = stage.started('one').filter((index) => stage.started('two').includes(index));
  assert.is(torn.length, 1, 'the trial that was under way ran again, and no other');
  assert.is(torn[0], stage.started('one')[1]);
  assert.equal([...new Set([...stage.started('one'), ...stage.started('two')])].sort((a, b) => a - b), [...new Array(options.trials).keys()]);
  const alone = await randomSearch({ ...options, runner: inProcess(program) });
  assert.equal(timeless(trials), timeless(alone.trials));
  assert.ok(trials.some(({ status }) => status === 'failed'));
});

test('a module that the worker cannot use ends the search', async () => {
  await stage.worker('wrong', 'four');
  const runner = await redisQueue({ url: stage.url, name: 'wrong', worker: new URL('../forecast/support.js', import.meta.url) });
  assert.match((await thrown(BackendError, () => gridSearch({ space: { x: [1, 2] }, runner }))).message, /default export is no function/);
  await runner.close();
  for (const [where, message] of [['../../../../outside.js', /below the working directory/], ['./nothing.js', /which is not there/]] as const) {
    assert.match((await thrown(ArgumentError, () => redisQueue({ url: stage.url, worker: new URL(where, import.meta.url) }))).message, message);
  }
});

test('unknown options, and values that make no sense, are refused before a connection is made', async () => {
  const queues: readonly Readonly<Record<string, unknown>>[] = [{ queue: 'x' }, { ahead: 0 }, { ahead: 1.5 }, { name: 'a:b' }, { name: '' }, { worker: './a.js' }, { tls: { ca: 'x' } }, { url: 3 }];
  for (const wrong of queues) await thrown(ArgumentError, () => redisQueue({ url: 'redis://127.0.0.1:1', worker, ...wrong }));
  const joins: readonly Readonly<Record<string, unknown>>[] = [{ queue: 'x' }, { workers: 0 }, { workers: NaN }, { patience: 0 }, { patience: NaN }, { name: 'a:b' }, { worker }];
  for (const wrong of joins) await thrown(ArgumentError, () => joinQueue({ url: 'redis://127.0.0.1:1', ...wrong }));
});

test('BullMQ that is not installed: an error that says what to install', async () => {
  const hook = `export const resolve = (name, context, next) => { if (name === 'bullmq') throw new Error("Cannot find package 'bullmq'"); return next(name, context); };`;
  const script = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    const { redisQueue } = await import('${new URL('../../src/node/index.js', import.meta.url).href}');
    await redisQueue({ url: '${stage.url}', worker: new URL('${worker.href}') }).catch((error) => console.log(String(error)));`;
  const child = stage.start(process.execPath, ['--input-type=module', '--eval', script]);
  await prints(child, "BackendError: redisQueue: package 'bullmq' must be installed, got Error: Cannot find package 'bullmq'. Run npm install bullmq ioredis");
});

test.run();
