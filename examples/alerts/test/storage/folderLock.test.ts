/** One process at a time holds a folder, however it ended. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lockFolder } from '../../src/storage/folderLock.js';

const folder = mkdtempSync(join(tmpdir(), 'alerts-lock-'));
test.after(() => { rmSync(folder, { recursive: true }); });

/** Another process that takes the lock, says 'held' or why not, and holds it until it is killed. */
async function contender(): Promise<{ said: string; kill: () => Promise<void> }> {
  const module = new URL('../../src/storage/folderLock.js', import.meta.url).href;
  const code = `import { lockFolder } from ${JSON.stringify(module)}; try { await lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000); } catch (error) { console.log(error.name + ': ' + error.message); }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => { resolve(); }));
  const said = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', (text: string) => { resolve(text.trim()); }));
  return { said, kill: () => { child.kill('SIGKILL'); return ended; } };
}

test('a second process is refused with a clear line; the lock of a killed one is taken over', async () => {
  const first = await contender();
  assert.is(first.said, 'held');
  const second = await contender();
  assert.match(second.said, /^FolderInUse: The folder .* is in use by process \d+ on .*DATABASE_URL/);
  await second.kill();
  await first.kill();
  const third = await contender();
  assert.is(third.said, 'held');
  await third.kill();
});

test('of many that find a dead holder at once, one gets the folder', async () => {
  for (let round = 0; round < 3; round++) {
    const all = await Promise.all(Array.from({ length: 5 }, contender));
    assert.is(all.filter(({ said }) => said === 'held').length, 1, all.map(({ said }) => said).join('\n'));
    await Promise.all(all.map(({ kill }) => kill()));
  }
});

test('released, it is free for the same process', async () => {
  await (await lockFolder(folder)).release();
  const lock = await lockFolder(folder);
  await lockFolder(folder).then(() => assert.unreachable(), (error: Error) => { assert.is(error.name, 'FolderInUse'); });
  await lock.release();
  assert.is(readdirSync(folder).length, 1);
});

test('the holder on another host is dead once it has long given no sign', async () => {
  const path = join(folder, 'lock.1000');
  writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere', started: '' }));
  await lockFolder(folder).then(() => assert.unreachable(), (error: Error) => { assert.match(error.message, 'on elsewhere'); });
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(path, longAgo, longAgo);
  await (await lockFolder(folder)).release();
});

test.run();
