/** Trials over a real Redis server, started here, and worker processes that die. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, BackendError } from '../../src/errors.js';
import { gridSearch, randomSearch } from '../../src/forecast/search/search.js';
import { inProcess } from '../../src/forecast/search/trial.js';
import type { TrialRecord } from '../../src/forecast/search/trial.js';
import { redisQueue } from '../../src/node/redis.js';
import { trialFile } from '../../src/node/trials.js';
import { thrown } from '../forecast/support.js';
import program from './searchTrials.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-redis-'));
const worker = new URL('./searchTrials.js', import.meta.url);
const children = new Set<ChildProcess>();
let url = '';

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  child.on('error', (error) => { throw new Error(`${command} does not start; apt-get install redis-server?`, { cause: error }); });
  children.add(child);
  child.on('close', () => children.delete(child));
  return child;
}

/** Resolves when the child prints the text. */
function prints(child: ChildProcess, text: string): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.includes(text)) resolve();
    });
    child.on('close', () => reject(new Error(`ended without '${text}': ${output}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** A worker process on the queue; `hang` makes its n-th trial endless. */
async function joined(name: string, log: string, hang = 0): Promise<ChildProcess> {
  const child = start(process.execPath, ['scripts/worker.mjs', '--redis', url, '--name', name, '--workers', '1', '--patience', '2'], { TRIAL_LOG: join(folder, log), TRIAL_HANG: String(hang) });
  await prints(child, 'joined');
  return child;
}

/** Trials that workers with this log have started. */
const started = (log: string): number[] => readFileSync(join(folder, log), 'utf8').trimEnd().split('\n').map((line) => Number(line.split(' ')[1]));

test.before(async () => {
  const port = await freePort();
  const server = start('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]);
  await prints(server, 'Ready to accept connections');
  url = `redis://127.0.0.1:${port}`;
  for (const log of ['one', 'two', 'three']) appendFileSync(join(folder, log), '');
});

test.after(async () => {
  await Promise.all([...children].map((child) => new Promise((resolve) => { child.on('close', resolve); child.kill('SIGKILL'); })));
  rmSync(folder, { recursive: true, force: true });
});

const timeless = (trials: readonly TrialRecord[]): unknown => JSON.parse(JSON.stringify(trials.map((trial) => ({ ...trial, seconds: 0 }))));

test('two workers, one killed in the middle of a trial: no trial is lost, the results are those of one process', async () => {
  const options = { space: { x: { uniform: [0, 4] }, wait: [8], end: ['', '', 'NaN'] }, trials: 24, seed: 4 } as const;
  const one = await joined('kill', 'one', 2);
  await joined('kill', 'two');
  const runner = await redisQueue({ url, name: 'kill', worker });
  let finished = 0;
  const search = randomSearch({ ...options, runner, journal: trialFile(join(folder, 'kill.jsonl')), onTrial: () => { finished++; } });
  while (started('one').length < 2 && finished < options.trials) await new Promise((resolve) => setTimeout(resolve, 1));
  one.kill('SIGKILL');
  assert.ok(finished < options.trials);
  const { trials } = await search;
  await runner.close();
  const torn = started('one').filter((index) => started('two').includes(index));
  assert.is(torn.length, 1, 'the trial that was under way ran again, and no other');
  assert.is(torn[0], started('one')[1]);
  assert.equal([...new Set([...started('one'), ...started('two')])].sort((a, b) => a - b), [...new Array(options.trials).keys()]);
  const alone = await randomSearch({ ...options, runner: inProcess(program) });
  assert.equal(timeless(trials), timeless(alone.trials));
  assert.ok(trials.some(({ status }) => status === 'failed'));
});

test('an abort takes waiting trials back; the one under way is found again by the next run', async () => {
  const options = { space: { x: [1, 2, 3, 4, 5, 6], wait: [20] }, journal: trialFile(join(folder, 'abort.jsonl')) };
  await joined('abort', 'three');
  const first = await redisQueue({ url, name: 'abort', worker, ahead: 3 });
  const stop = new AbortController();
  const onTrial = (): void => stop.abort(new Error('enough'));
  assert.is((await thrown(Error, () => gridSearch({ ...options, runner: first, signal: stop.signal, onTrial }))).message, 'enough');
  await first.close();
  const runner = await redisQueue({ url, name: 'abort', worker });
  const { trials } = await gridSearch({ ...options, runner });
  await runner.close();
  assert.equal(trials.map(({ status }) => status), new Array(6).fill('done'));
  assert.equal(started('three').sort(), [0, 1, 2, 3, 4, 5]);
});

test('a module that the worker cannot use ends the search', async () => {
  await joined('wrong', 'four');
  const runner = await redisQueue({ url, name: 'wrong', worker: new URL('./nothing.js', import.meta.url) });
  assert.match((await thrown(BackendError, () => gridSearch({ space: { x: [1, 2] }, runner }))).message, /Cannot find module/);
  await runner.close();
  const outside = new URL('../../../../outside.js', import.meta.url);
  assert.match((await thrown(ArgumentError, () => redisQueue({ url, worker: outside }))).message, /below the working directory/);
});

test('no Redis there: an error, not a wait for ever, and no password in it', async () => {
  const address = `redis://:secret@127.0.0.1:${await freePort()}`;
  const error = await thrown(BackendError, () => redisQueue({ url: address, worker }));
  assert.match(error.message, /ECONNREFUSED/);
  assert.not.match(error.message, /secret/);
});

test('BullMQ that is not installed: an error that says what to install', async () => {
  const hook = `export const resolve = (name, context, next) => { if (name === 'bullmq') throw new Error("Cannot find package 'bullmq'"); return next(name, context); };`;
  const script = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    const { redisQueue } = await import('${new URL('../../src/node/index.js', import.meta.url).href}');
    await redisQueue({ url: '${url}', worker: new URL('${worker.href}') }).catch((error) => console.log(String(error)));`;
  const child = start(process.execPath, ['--input-type=module', '--eval', script]);
  await prints(child, "BackendError: redisQueue: package 'bullmq' must be installed, got Error: Cannot find package 'bullmq'. Run npm install bullmq ioredis");
});

test.run();
