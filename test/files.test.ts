import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../src/index.js';
import { appendText, readBytes, writeAtomically } from '../src/files.js';
import { nameBeside } from '../src/writers.js';
import { rejected } from './models/support.js';

const test = suite('files', { folder: '' });
test.before.each((context) => { context.folder = mkdtempSync(join(tmpdir(), 'bptt-files-')); });
test.after.each(({ folder }) => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

const bytes = Uint8Array.of(1, 2, 255, 0);

test('writes, replaces and reads back, leaving nothing else', async ({ folder }) => {
  const path = join(folder, 'a');
  writeFileSync(path, 'much longer than what comes');
  await writeAtomically('save', path, bytes);
  assert.equal([...(await readBytes('load', path))], [...bytes]);
  assert.equal(readdirSync(folder), ['a']);
});

test('a write that fails names the path and leaves what was there', async ({ folder }) => {
  const [file, directory] = [join(folder, 'file'), join(folder, 'directory')];
  writeFileSync(file, 'old');
  mkdirSync(directory);
  writeFileSync(join(directory, 'inside'), 'old');
  for (const path of [directory, join(file, 'below'), join(folder, 'missing', 'x')]) { // the first fails at the rename, all is written then
    const error = await rejected(DataError, writeAtomically('save', path, bytes));
    assert.match(error.message, `save: path must be writable, got '${path}'`);
    await rejected(DataError, appendText('log', path, 'x', false));
  }
  assert.equal(readdirSync(folder).sort(), ['directory', 'file'], 'no temporary file');
  assert.is(readFileSync(file, 'utf8'), 'old');
  assert.equal(readdirSync(directory), ['inside']);
});

test('many writes to one path at once: one of them, whole', async ({ folder }) => {
  const path = join(folder, 'a');
  const versions = Array.from({ length: 8 }, (_, i) => new Uint8Array(50_000 + i).fill(i));
  await Promise.all(versions.map((version) => writeAtomically('save', path, version)));
  const [first = 0] = readFileSync(path);
  assert.equal([...readFileSync(path)], [...(versions[first] ?? [])]);
  assert.equal(readdirSync(folder), ['a']);
});

test('what a killed writer left beside the file goes with the next write; what a living one writes stays', async ({ folder }) => {
  const path = join(folder, 'model');
  // Dies in the middle of a write of many megabytes: the temporary file is there and not renamed.
  const script = `
    const { writeAtomically } = await import('${new URL('../src/files.js', import.meta.url).href}');
    const { watch } = await import('node:fs');
    watch(${JSON.stringify(folder)}, () => process.kill(process.pid, 'SIGKILL'));
    setInterval(() => undefined, 1000);
    setTimeout(() => writeAtomically('save', ${JSON.stringify(path)}, new Uint8Array(2 ** 28)), 50);`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
  assert.is(signal, 'SIGKILL');
  const [left = '', ...others] = readdirSync(folder);
  assert.match(left, /^model\.\d+-\d+-[0-9a-f]{8}-.*\.tmp$/);
  assert.equal(others, []);
  const living = [nameBeside(path, 'tmp'), nameBeside(join(folder, 'other'), 'tmp'), join(folder, 'model.tmp'), join(folder, left.replace('model.', 'model2.'))];
  for (const name of living) writeFileSync(name, '');
  await writeAtomically('save', path, bytes);
  assert.equal(readdirSync(folder).sort(), ['model', ...living.map((name) => basename(name))].sort());
});

test('a full disk is a DataError, and leaves no temporary file', ({ folder }) => {
  const path = join(folder, 'a');
  const script = `
    process.on('SIGXFSZ', () => undefined);
    const { writeAtomically } = await import('${new URL('../src/files.js', import.meta.url).href}');
    await writeAtomically('save', ${JSON.stringify(path)}, new Uint8Array(1e6)).catch((error) => console.log(String(error)));`;
  const { stdout } = spawnSync('bash', ['-c', 'ulimit -f 16; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', script], { encoding: 'utf8' });
  assert.match(stdout, /^DataError: save: path must be writable, got '.*\/a'\. Error: EFBIG/);
  assert.equal(readdirSync(folder), []);
});

test('a file that is not there', async ({ folder }) => {
  const error = await rejected(DataError, readBytes('loadModel', join(folder, 'none')));
  assert.match(error.message, 'loadModel: path must be a readable file');
  assert.match(error.message, 'ENOENT');
});

test('text is appended, or begun afresh', async ({ folder }) => {
  const path = join(folder, 'log');
  for (const [text, fresh] of [['a', true], ['b', false], ['c', true], ['d', false]] as const) await appendText('log', path, text, fresh);
  assert.is(readFileSync(path, 'utf8'), 'cd');
});

test.run();
