/** Searches and workers that are to end while Redis is away. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gridSearch } from '../../src/forecast/search/search.js';
import { redisQueue } from '../../src/node/redis.js';
import { thrown } from '../forecast/support.js';
import { RedisStage, until } from './redisServer.js';

const stage = new RedisStage();
const worker = new URL('./searchTrials.js', import.meta.url);
let server = await stage.server();

test.after(() => stage.close());

test('a search is stopped, and a runner closed, while Redis is away', async () => {
  const runner = await redisQueue({ url: stage.url, name: 'away', worker });
  const stop = new AbortController();
  const search = thrown(Error, () => gridSearch({ space: { x: [1] }, runner, signal: stop.signal }));
  await until(async () => (await stage.jobsLeft('away')) === 1);
  await new Promise((resolve) => { server.on('close', resolve); server.kill('SIGKILL'); });
  stop.abort(new Error('enough'));
  assert.is((await search).message, 'enough');
  await runner.close();
  server = await stage.server();
});

test('a worker that is asked to end while Redis is away ends', async () => {
  const child = await stage.worker('gone', 'gone');
  await new Promise((resolve) => { server.on('close', resolve); server.kill('SIGKILL'); });
  child.kill('SIGTERM');
  await until(() => child.exitCode !== null || child.signalCode !== null, 20);
  assert.equal([child.exitCode, child.signalCode], [0, null]);
  server = await stage.server();
});

test.run();
