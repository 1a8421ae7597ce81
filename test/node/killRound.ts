/** One search whose processes are killed at random moments, again and again, and that is finished in the end. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { gridSearch } from '../../src/forecast/search/search.js';
import { inProcess } from '../../src/forecast/search/trial.js';
import { uniform } from '../../src/random.js';
import type { RandomGenerator } from '../../src/random.js';
import type { RedisStage } from './redisServer.js';
import { space } from './searchChild.js';
import program from './searchTrials.js';

export interface KillRound {
  readonly stage: RedisStage;
  /** Of the results file, the log and the queue. */
  readonly name: string;
  readonly random: RandomGenerator;
  /** Processes that are killed before the search may end. */
  readonly kills: number;
  /** The server, where the trials go over a queue; on threads otherwise. */
  readonly redis?: ChildProcess;
}

/** A process that dies, waited for. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => { child.on('close', resolve); child.kill('SIGKILL'); });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Throws if anything is lost, doubled, run again though it was recorded, different from the results of one process that
 * was left alone, or left behind.
 *
 * @returns the server as it runs now, and what was killed.
 */
export async function killRound({ stage, name, random, kills, redis }: KillRound): Promise<{ redis?: ChildProcess; killed: string[] }> {
  const path = join(stage.folder, `${name}.jsonl`);
  const records = (): Record<string, unknown>[] => {
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(1, -1) : [];
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const pick = (n: number): number => Math.floor(n * uniform(random));
  const run = (): { child: ChildProcess; ended: Promise<{ code: number | null; errors: string }> } => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, fileURLToPath(new URL('./searchChild.js', import.meta.url)), path, '1', ...(redis ? [stage.url, name] : [])], {
      env: { ...process.env, TRIAL_LOG: join(stage.folder, name) }, stdio: ['ignore', 'inherit', 'pipe'],
    });
    stage.children.add(child);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text; });
    const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
      child.on('close', (code) => { stage.children.delete(child); resolve({ code, errors }); });
    });
    return { child, ended };
  };

  let server = redis;
  const workers = redis ? [await stage.worker(name, name), await stage.worker(name, name)] : [];
  let main = run();
  const killed: string[] = [];
  let before: Record<string, unknown>[] = [];
  for (let i = 0; i < kills; i++) {
    await sleep(pick(900));
    // A trial that has lost three workers is given up, so only two are killed.
    const victims = ['main', 'main', 'second', ...(server ? ['redis'] : []), ...(killed.filter((each) => each === 'worker').length < 2 ? workers.map(() => 'worker') : [])];
    const victim = victims[pick(victims.length)] ?? 'main';
    killed.push(victim);
    if (victim === 'main') {
      await kill(main.child);
      main = run();
    } else if (victim === 'second') {
      // While one runs, or is only about to, another one on the same file may be refused, and does no harm.
      const second = run();
      await sleep(pick(300));
      await kill(second.child);
    } else if (victim === 'worker') {
      const which = pick(workers.length);
      const worker = workers[which];
      if (worker) await kill(worker);
      workers[which] = await stage.worker(name, name);
    } else if (server) {
      await kill(server);
      server = await stage.server();
    }
    const after = records();
    assert.equal(after.slice(0, before.length), before, 'what was recorded stays');
    before = after;
  }
  // The second one may have come first and been killed: then this one was refused, and the search is run once more.
  let end = await main.ended;
  if (end.code !== 0) {
    assert.match(end.errors, 'StateError', 'refused, as another run has the file');
    end = await run().ended;
  }
  assert.is(end.code, 0, end.errors);

  const alone = await gridSearch({ space, seed: 1, runner: inProcess(program) });
  const timeless = (list: readonly object[]): unknown => list.map((each) => ({ ...each, seconds: 0 })).sort((a, b) => Number(Reflect.get(a, 'index')) - Number(Reflect.get(b, 'index')));
  assert.equal(timeless(records()), JSON.parse(JSON.stringify(timeless(alone.trials))));
  assert.equal(readdirSync(stage.folder).filter((file) => file.endsWith('.lock')), [], 'no lock is left');
  const started = stage.started(name).length;
  assert.is((await run().ended).code, 0);
  assert.is(stage.started(name).length, started, 'a finished search runs nothing');
  await Promise.all(workers.map(kill));
  return { redis: server, killed };
}
