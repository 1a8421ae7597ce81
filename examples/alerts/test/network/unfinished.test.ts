/** A training that is killed goes on at its block and batch, and ends in the network that it would have been. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { beganAt, isDone, markDone, openUnfinished } from '../../src/network/unfinished.js';
import { trainSmall } from './unfinishedTraining.js';

const parent = mkdtempSync(join(tmpdir(), 'alerts-unfinished-'));
test.after(() => { rmSync(parent, { recursive: true }); });

/** Trains in a process until a line says so, then kills it; or to its end. @returns the lines. */
async function run(folder: string, killedAt?: (lines: readonly string[]) => boolean): Promise<string[]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./unfinishedTraining.js', import.meta.url)), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const lines = (): string[] => text.split('\n').slice(0, -1);
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (killedAt?.(lines())) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  return lines();
}
const count = (lines: readonly string[], what: string): number => lines.filter((line) => line.startsWith(`${what}, batch `)).length;

test('killed in the first block and in a later one, it goes on where it was, to the bit', async () => {
  const folder = join(parent, 'training');
  await run(folder, (lines) => count(lines, 'learning') >= 5);
  const second = await run(folder, (lines) => count(lines, 'learning block 1 of 2') >= 3);
  assert.match(second[0] ?? '', /^goes on at block 0, batch (?:5|7)$/);
  assert.is(count(second, 'learning'), 11 - Number(/\d+$/.exec(second[0] ?? '')?.[0]));
  const third = await run(folder);
  assert.match(third[0] ?? '', /^goes on at block 1, batch (?:3|5)$/);
  assert.is(count(third, 'learning'), 0);
  const whole = await trainSmall();
  assert.is(third.at(-1), `hash ${whole.hash}`);
  const again = await trainSmall(folder);
  assert.equal([again.hash, again.walk], [whole.hash, whole.walk], 'what was finished is not trained again');
  assert.ok(existsSync(join(folder, 'block-2.model')) && !existsSync(join(folder, 'block-0.model')));
});

test('with other bars or options it begins anew; what began keeps its time, and what is done is done', async () => {
  const folder = join(parent, 'other');
  const first = await openUnfinished(folder, ['some bars']);
  await first.note({ block: 2, samples: 9, walk: [] });
  assert.equal((({ block, samples }) => [block, samples])((await openUnfinished(folder, ['some bars'])).from), [2, 9]);
  assert.equal((({ block, samples }) => [block, samples])((await openUnfinished(folder, ['other bars'])).from), [0, 0]);
  assert.equal([await beganAt(folder, 5), await beganAt(folder, 6)], [5, 5]);
  assert.is(await isDone(folder), false);
  await markDone(folder);
  assert.is(await isDone(folder), true);
});

test.run();
