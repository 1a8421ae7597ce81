/** What goes wrong around a queue: other programs, other runs, lost jobs, wrong answers. */
import { Queue, Worker } from 'bullmq';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, BackendError, DataError } from '../../src/errors.js';
import { gridSearch } from '../../src/forecast/search/search.js';
import { redisQueue } from '../../src/node/redis.js';
import { trialFile } from '../../src/node/trials.js';
import { thrown } from '../forecast/support.js';
import { RedisStage, prints, until } from './redisServer.js';

const stage = new RedisStage();
const { folder } = stage;
const worker = new URL('./searchTrials.js', import.meta.url);
/** Modules of this test must lie below the working directory. */
const modules = mkdtempSync(join(process.cwd(), 'dist', 'test-modules-'));
let server = await stage.server();

test.after(async () => {
  await stage.close();
  rmSync(modules, { recursive: true });
});

/** A search in a process of its own that is killed when its trials have run and it has taken none of their results. */
async function killedSearch(name: string, module: string, path: string): Promise<void> {
  const script = `
    const at = (place) => import(new URL(place, ${JSON.stringify(new URL('../../src/', import.meta.url).href)}).href);
    const [{ gridSearch }, { redisQueue, trialFile }] = await Promise.all([at('forecast/index.js'), at('node/index.js')]);
    const runner = await redisQueue({ url: '${stage.url}', name: '${name}', worker: new URL(${JSON.stringify(pathToFileURL(module).href)}) });
    const submit = runner.submit;
    runner.submit = (task, signal) => { void submit(task, signal); console.log('submitted ' + task.index); return new Promise(() => setInterval(() => undefined, 1000)); };
    await gridSearch({ space: { x: [1, 2, 3] }, seed: 1, runner, journal: trialFile(${JSON.stringify(path)}) });`;
  const child = stage.start(process.execPath, ['--input-type=module', '--eval', script]);
  await prints(child, 'submitted 2');
  // Until all of them are in the queue, where no worker is yet.
  await until(async () => (await stage.jobsLeft(name)) === 3);
  await new Promise((resolve) => { child.on('close', resolve); child.kill('SIGKILL'); });
}

test('results of another run, another module or other code are never taken; those of the same run are', async () => {
  const [one, two] = [join(modules, 'one.mjs'), join(modules, 'two.mjs')];
  const text = `import program from ${JSON.stringify('../test/node/searchTrials.js')};\nexport default program;\n`;
  writeFileSync(one, text);
  cpSync(one, two);
  const path = join(folder, 'same.jsonl');
  const paths = ['other-run', 'other-module', 'other-code'].map((name) => join(folder, `${name}.jsonl`));
  await killedSearch('taken', one, path);
  await stage.worker('taken', 'taken');
  await until(async () => {
    const queue = new Queue('taken', { connection: { url: stage.url } });
    const { completed = 0 } = await queue.getJobCounts('completed');
    await queue.close();
    return completed === 3;
  });
  assert.equal(stage.started('taken').sort(), [0, 1, 2]);

  const search = async (module: string, file: string): Promise<number> => {
    const before = stage.started('taken').length;
    const runner = await redisQueue({ url: stage.url, name: 'taken', worker: pathToFileURL(module) });
    try {
      await gridSearch({ space: { x: [1, 2, 3] }, seed: 1, runner, journal: trialFile(file) });
    } finally {
      await runner.close();
    }
    return stage.started('taken').length - before;
  };
  assert.is(await search(one, paths[0] ?? ''), 3, 'another run of the same search');
  assert.is(await search(two, paths[1] ?? ''), 3, 'the same words in another module');
  cpSync(path, paths[2] ?? '');
  writeFileSync(one, `${text}// changed\n`);
  // The same file, so the same run: but the code is another.
  assert.match((await thrown(ArgumentError, () => search(one, paths[2] ?? ''))).message, /trials with the code/);
  const [first = '', ...rest] = readFileSync(paths[2] ?? '', 'utf8').split('\n');
  const { code: _, ...header } = JSON.parse(first) as Record<string, unknown>;
  writeFileSync(paths[2] ?? '', [JSON.stringify(header), ...rest].join('\n'));
  assert.is(await search(one, paths[2] ?? ''), 3, 'a file that does not say its code');
  writeFileSync(one, text);
  assert.is(await search(one, path), 0, 'the run itself finds its outcomes');
});

test('a worker whose code is not that of the search does not run it', async () => {
  const module = join(modules, 'changed.mjs');
  const text = "export default () => ({ loss: 1 });\n";
  writeFileSync(module, text);
  const runner = await redisQueue({ url: stage.url, name: 'changed', worker: pathToFileURL(module) });
  writeFileSync(module, text.replace('1', '2'));
  await stage.worker('changed', 'changed');
  assert.match((await thrown(BackendError, () => gridSearch({ space: { x: [1] }, runner }))).message, /other code than is asked for/);
  await runner.close();
  // The worker goes on, with the code as it is now.
  const again = await redisQueue({ url: stage.url, name: 'changed', worker: pathToFileURL(module) });
  assert.is((await gridSearch({ space: { x: [1] }, runner: again })).best?.value, 2);
  await again.close();
});

test('an answer that is no outcome, or says that it is of another trial, ends the search by name', async () => {
  const answers: unknown[] = [{ status: 'done', value: 1 }, { status: 'done', value: 1, result: { loss: 1 }, reports: [], seconds: 0, index: 7 }, 'done', null];
  const stranger = new Worker('stranger', () => Promise.resolve(answers[0]), { connection: { url: stage.url, maxRetriesPerRequest: null } });
  const runner = await redisQueue({ url: stage.url, name: 'stranger', worker: new URL(worker) });
  while (answers.length > 0) {
    assert.match((await thrown(DataError, () => gridSearch({ space: { x: [1] }, runner }))).message, /outcome of trial 0/);
    answers.shift();
  }
  await stranger.close();
  await runner.close();
});

test('a job that is no trial is refused by the worker, and a module outside its root is not run', async () => {
  const { pid } = await stage.worker('foreign', 'foreign');
  assert.ok(pid);
  const queue = new Queue('foreign', { connection: { url: stage.url } });
  const task = { id: 'a', index: 0, seed: 0, parameters: {} };
  for (const data of [{}, null, { module: 3 }, { module: '../outside.js', code: 'x', task }, { module: `../${process.cwd().split('/').at(-1)}-2/trial.js`, code: 'x', task }]) {
    const { id = '' } = await queue.add('trial', data);
    await until(async () => (await queue.getJob(id))?.finishedOn !== undefined);
    assert.match((await queue.getJob(id))?.failedReason ?? '', /joinQueue: (job must be a trial|module must be below)/);
  }
  await queue.close();
});

test('Redis restarted empty, again and again: the search ends, its results are those of one that was left alone', async () => {
  await stage.worker('restart', 'restart');
  const options = { space: { x: [1, 2, 3, 4, 5, 6, 7, 8], wait: [30] }, seed: 3 };
  const runner = await redisQueue({ url: stage.url, name: 'restart', worker, ahead: 4 });
  let finished = 0;
  const search = gridSearch({ ...options, runner, onTrial: () => { finished++; } });
  for (const moment of [1, 3]) {
    await until(() => finished >= moment);
    await new Promise((resolve) => { server.on('close', resolve); server.kill('SIGKILL'); });
    server = await stage.server();
  }
  const { trials } = await search;
  await runner.close();
  assert.equal(trials.map(({ status }) => status), new Array(8).fill('done'));
  assert.ok(stage.started('restart').length >= 8);
});

test.run();
