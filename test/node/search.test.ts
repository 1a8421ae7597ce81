/** A search that is killed again and again, at random moments, and finished in the end. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStream, uniform } from '../../src/random.js';

const TRIALS = 30;
const folder = mkdtempSync(join(tmpdir(), 'bptt-kill-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const log = join(folder, 'started');

/** Runs the search; `killAfter` trials have started, and then some milliseconds, before SIGKILL. */
function search(path: string, seed: number, kill?: { readonly started: number; readonly delay: number }): Promise<{ code: number | null; signal: string | null; pid: number; errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./searchChild.js', import.meta.url)), path, String(seed)], { env: { ...process.env, TRIAL_LOG: log }, stdio: ['ignore', 'inherit', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text; });
    const pid = child.pid ?? 0;
    const timer = kill && setInterval(() => {
      if (startedBy(pid).length < kill.started) return;
      clearInterval(timer);
      setTimeout(() => child.kill('SIGKILL'), kill.delay);
    }, 2);
    child.on('close', (code, signal) => { clearInterval(timer); resolve({ code, signal, pid, errors }); });
  });
}

/** Trials that the process has started. */
function startedBy(pid: number): number[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8').split('\n').map((line) => line.split(' ').map(Number)).filter(([by]) => by === pid).map(([, index]) => index ?? -1);
}

/** Whole lines of the results file, without the plan. */
function recorded(path: string): Record<string, unknown>[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return lines.slice(1).map((line) => JSON.parse(line) as Record<string, unknown>);
}
const indices = (records: readonly Record<string, unknown>[]): number[] => records.map(({ index }) => Number(index));

test('killed in the middle, again and again: nothing is lost, nothing recorded runs again, the results are the same', async () => {
  const path = join(folder, 'killed.jsonl');
  const random = randomStream(7, 'kills');
  let before: Record<string, unknown>[] = [];
  for (let kill = 0; kill < 6; kill++) {
    // The first one perhaps before there is a file at all.
    const moment = kill === 0 ? { started: 0, delay: 150 * uniform(random) } : { started: 1 + Math.floor(3 * uniform(random)), delay: 40 * uniform(random) };
    const { signal, pid } = await search(path, 1, moment);
    assert.is(signal, 'SIGKILL');
    const after = recorded(path);
    assert.equal(after.slice(0, before.length), before, 'what was recorded stays');
    assert.equal(startedBy(pid).filter((index) => indices(before).includes(index)), [], 'what was recorded does not run again');
    assert.ok(after.length < TRIALS, 'killed too late to show anything');
    before = after;
  }
  const last = await search(path, 1);
  assert.is(last.code, 0, last.errors);
  assert.equal(startedBy(last.pid).sort((a, b) => a - b), [...new Array(TRIALS).keys()].filter((index) => !indices(before).includes(index)), 'exactly the missing ones run');

  const straight = join(folder, 'straight.jsonl');
  assert.is((await search(straight, 1)).code, 0);
  const timeless = (file: string): unknown => recorded(file).map((line) => ({ ...line, seconds: 0 })).sort((a, b) => Number(Reflect.get(a, 'index')) - Number(Reflect.get(b, 'index')));
  assert.equal(timeless(path), timeless(straight));
  assert.is(recorded(path).length, TRIALS);

  const idle = await search(path, 1);
  assert.equal(startedBy(idle.pid), [], 'a finished search runs nothing');
  const other = await search(path, 2);
  assert.is(other.code, 1);
  assert.match(other.errors, /ArgumentError: trialFile: .* must be the file of a search with seed 2, got one with seed 1/);
});

test.run();
