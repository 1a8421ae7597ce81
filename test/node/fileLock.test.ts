/** Claims of processes that live, that are dead, and that come at the same time. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StateError } from '../../src/errors.js';
import { lockFile } from '../../src/node/fileLock.js';
import { nameBeside } from '../../src/writers.js';
import { thrown } from '../forecast/support.js';

const test = suite('fileLock', { folder: '', path: '' });
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'bptt-lock-'));
  context.path = join(context.folder, 'results.jsonl');
});
test.after.each(({ folder }) => { rmSync(folder, { recursive: true }); });

const module = new URL('../../src/node/fileLock.js', import.meta.url).href;
const claims = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.lock'));

/** A process that takes the lock and prints, and then lives until it is killed. */
async function holder(path: string): Promise<{ kill: () => Promise<void> }> {
  const script = `const { lockFile } = await import('${module}'); await lockFile('test', ${JSON.stringify(path)}); console.log('locked'); setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => { child.stdout.once('data', resolve); });
  return { kill: () => new Promise((resolve) => { child.on('close', () => { resolve(); }); child.kill('SIGKILL'); }) };
}

test('what is released can be had again, and nothing stays', async ({ folder, path }) => {
  for (let i = 0; i < 3; i++) {
    const lock = await lockFile('test', path);
    assert.is(claims(folder).length, 1);
    await lock.release();
  }
  assert.equal(readdirSync(folder), []);
});

test('a living process keeps it, a killed one does not', async ({ folder, path }) => {
  const child = await holder(path);
  const error = await thrown(StateError, () => lockFile('test', path));
  assert.match(error.message, `on ${hostname().replace(/[^A-Za-z0-9-]/g, '_')} holds`);
  assert.is(claims(folder).length, 1, 'only the claim of the holder is left');
  await child.kill();
  const lock = await lockFile('test', path);
  assert.is(claims(folder).length, 1, 'the claim of the dead one is gone');
  await lock.release();
});

test('a number that is in use again is not taken for the process that died; another machine is not judged', async ({ folder, path }) => {
  const mine = nameBeside(path, 'lock');
  const [, start = ''] = /\.\d+-(\d+)-/.exec(mine) ?? [];
  if (start !== '0') {
    writeFileSync(mine.replace(`-${start}-`, `-${Number(start) - 1}-`), '');
    await (await lockFile('test', path)).release();
    assert.equal(claims(folder), []);
  }
  // Here, its number and start would be those of a dead process.
  const elsewhere = `${mine.replace(`-${start}-`, `-${Number(start) + 1}-`).slice(0, -'.lock'.length)}-elsewhere.lock`;
  writeFileSync(elsewhere, '');
  assert.match((await thrown(StateError, () => lockFile('test', path))).message, `delete '${elsewhere}'`);
});

test('locks of other files, and files that only look like locks, do not count', async ({ folder, path }) => {
  for (const name of [nameBeside(join(folder, 'other.jsonl'), 'lock'), nameBeside(`${path}.2`, 'lock'), `${path}.lock`, `${path}.1-2-3.lock`]) writeFileSync(name, '');
  await (await lockFile('test', path)).release();
  assert.is(readdirSync(folder).length, 4);
});

test('four processes that come at the same time: never two inside', ({ folder, path }) => {
  const inside = join(folder, 'inside');
  // Each goes in as often as it can, and would find the mark of another one.
  const script = `
    const { lockFile } = await import('${module}');
    const { openSync, closeSync, rmSync, appendFileSync } = await import('node:fs');
    let entries = 0;
    for (let i = 0; i < 25; i++) {
      let lock;
      try { lock = await lockFile('test', ${JSON.stringify(path)}); } catch { continue; }
      closeSync(openSync(${JSON.stringify(inside)}, 'wx'));
      await new Promise((resolve) => setTimeout(resolve, 2));
      rmSync(${JSON.stringify(inside)});
      entries++;
      await lock.release();
    }
    appendFileSync(${JSON.stringify(join(folder, 'entries'))}, entries + '\\n');`;
  const bash = Array.from({ length: 4 }, () => '"$0" --input-type=module --eval "$1" & pids+=($!)').join('; ');
  const { status, stderr } = spawnSync('bash', ['-c', `${bash}; for pid in "\${pids[@]}"; do wait $pid || exit 1; done`, process.execPath, script], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  const entries = readFileSync(join(folder, 'entries'), 'utf8').trim().split('\n').map(Number);
  assert.ok(entries.reduce((a, b) => a + b) > 20, String(entries));
  assert.equal(claims(folder), []);
});

test.run();
