/** Searches over a queue that are stopped, or whose trials are out of time: nothing goes on, nothing stays. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gridSearch } from '../../src/forecast/search/search.js';
import { redisQueue } from '../../src/node/redis.js';
import { trialFile } from '../../src/node/trials.js';
import { thrown } from '../forecast/support.js';
import { RedisStage, until } from './redisServer.js';

const stage = new RedisStage();
const { folder } = stage;
const worker = new URL('./searchTrials.js', import.meta.url);
await stage.server();

test.after(() => stage.close());

test('an abort ends trials on the workers, whatever they do, and leaves no job; the next search starts', async () => {
  await stage.worker('abort', 'abort');
  const runner = await redisQueue({ url: stage.url, name: 'abort', worker, ahead: 3 });
  const stop = new AbortController();
  const search = gridSearch({ space: { x: [1, 2, 3, 4, 5], end: ['spin'] }, runner, signal: stop.signal });
  await until(() => stage.spun('abort') > 0);
  stop.abort(new Error('enough'));
  assert.is((await thrown(Error, () => search)).message, 'enough');
  await until(async () => (await stage.jobsLeft('abort')) === 0, 20);
  const before = stage.spun('abort');
  const { trials } = await gridSearch({ space: { x: [1, 2] }, runner });
  assert.equal(trials.map(({ status }) => status), ['done', 'done']);
  assert.is(stage.spun('abort'), before, 'no thread is left spinning');
  assert.is(await stage.jobsLeft('abort'), 0);
  await runner.close();
});

test('an aborted search goes on where it broke off', async () => {
  const options = { space: { x: [1, 2, 3, 4, 5, 6], wait: [20] }, journal: trialFile(join(folder, 'goes-on.jsonl')) };
  await stage.worker('goes-on', 'goes-on');
  const first = await redisQueue({ url: stage.url, name: 'goes-on', worker, ahead: 3 });
  const stop = new AbortController();
  const done: number[] = [];
  const onTrial = ({ index }: { index: number }): void => {
    done.push(index);
    stop.abort(new Error('enough'));
  };
  await thrown(Error, () => gridSearch({ ...options, runner: first, signal: stop.signal, onTrial }));
  await first.close();
  const before = stage.started('goes-on').length;
  const runner = await redisQueue({ url: stage.url, name: 'goes-on', worker });
  const { trials } = await gridSearch({ ...options, runner });
  await runner.close();
  assert.equal(trials.map(({ status }) => status), new Array(6).fill('done'));
  assert.equal(stage.started('goes-on').slice(before).sort(), [0, 1, 2, 3, 4, 5].filter((index) => !done.includes(index)));
  assert.is(await stage.jobsLeft('goes-on'), 0);
});

test('a trial out of time is ended on the worker, and the search goes on', async () => {
  await stage.worker('late', 'late');
  const runner = await redisQueue({ url: stage.url, name: 'late', worker });
  const { trials } = await gridSearch({ space: { end: ['', 'spin', ''], x: [2] }, runner, trialTimeout: 2 });
  assert.equal(trials.map(({ status, reason }) => [status, reason]), [['done', undefined], ['failed', 'Overtime: not finished after 2 s (trialTimeout)'], ['done', undefined]]);
  await runner.close();
});

test.run();
