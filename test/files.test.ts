import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../src/index.js';
import { appendText, readBytes, writeAtomically } from '../src/files.js';
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
