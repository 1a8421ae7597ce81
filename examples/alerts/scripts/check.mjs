/**
 * `npm run alerts:check [-- FILTER…]`: types, lint and tests of the service; FILTERs are parts of paths of test files.
 *
 * Each test file runs in a process of its own, two at a time. The last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { buildAll } from './build.mjs';

const workspace = join(import.meta.dirname, '..');
const root = join(workspace, '../..');
/** Milliseconds that one test file may take on a busy machine. */
const LIMIT = 600_000;
/** And to end after its last test: what a failed test has left open would hold it for ever. */
const END = 30_000;
const PARALLEL = Math.min(2, availableParallelism());
/** These take longest, so they start first and do not end alone. */
const LONG = ['lint', 'types', 'test/soak/', 'test/operation/', 'test/checker/', 'test/browser/', 'test/network/', 'test/web/', 'test/outbox/'];

const filters = process.argv.slice(2);
let [passed, failed] = [0, 0];

async function run(name, command, args, count = () => undefined) {
  const start = performance.now();
  const child = spawn(command, args, {
    cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT, killSignal: 'SIGKILL', env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  const output = { stdout: '', stderr: '' };
  let ending;
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (chunk) => { output[stream] += chunk; });
  child.stdout.on('data', () => {
    if (/^ {2}Duration:/m.test(output.stdout)) ending ??= setTimeout(() => child.kill('SIGKILL'), END);
  });
  const [status] = await once(child, 'close');
  clearTimeout(ending);
  const counted = count(output.stdout) ?? { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  passed += counted.passed;
  failed += counted.failed;
  console.log(`${counted.failed === 0 ? 'ok  ' : 'FAIL'} ${name}  ${counted.passed} passed${counted.failed ? `, ${counted.failed} failed` : ''}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (counted.failed > 0) console.log(`${output.stdout}${output.stderr}`.replace(/^/gm, '     | '));
}

/** What uvu says; a file in which no test ran or one was skipped has failed. */
function counts(output) {
  const sum = (name) => [...output.matchAll(new RegExp(`^  ${name}:\\s+(\\d+)$`, 'gm'))].reduce((n, m) => n + Number(m[1]), 0);
  const [total, good, skipped] = [sum('Total'), sum('Passed'), sum('Skipped')];
  return { passed: good, failed: total === 0 ? 1 : total - good + skipped };
}

const bin = (name) => join(root, 'node_modules/.bin', name);
// The types of `bptt` are those that its build has written.
if (!existsSync(join(root, 'dist/src/index.d.ts'))) await run('build of bptt', process.execPath, [join(root, 'scripts/build.mjs')]);
await buildAll();
const files = readdirSync(join(workspace, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.test\.tsx?$/.test(entry.name))
  .map((entry) => relative(workspace, join(entry.parentPath, entry.name)))
  .filter((path) => filters.length === 0 || filters.some((part) => path.includes(part)))
  .sort();
function place([name]) {
  const at = LONG.findIndex((start) => name.startsWith(start));
  return at === -1 ? LONG.length : at;
}
const queue = [
  ...(filters.length === 0 ? [['lint', bin('eslint'), ['--max-warnings', '0', '.']], ['types', bin('tsc'), ['-p', 'tsconfig.json']]] : []),
  ...files.map((path) => [path, process.execPath, ['--enable-source-maps', join(workspace, 'dist', path.replace(/\.tsx?$/, '.js'))], counts]),
].sort((a, b) => place(a) - place(b));
async function worker() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(...next);
}
await Promise.all(Array.from({ length: PARALLEL }, worker));
if (files.length === 0) failed++;
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
