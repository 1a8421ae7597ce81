/**
 * `npm run alerts:check [-- FILTER…]`: types, lint and tests of the service; FILTERs are parts of paths of test files.
 *
 * Each test file runs in a process of its own. The last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { buildAll } from './build.mjs';

const workspace = join(import.meta.dirname, '..');
const root = join(workspace, '../..');
/** Milliseconds that one test file may take on a busy machine. */
const LIMIT = 600_000;

const filters = process.argv.slice(2);
let [passed, failed] = [0, 0];

function run(name, command, args, count = () => undefined) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: workspace, encoding: 'utf8', timeout: LIMIT, killSignal: 'SIGKILL', maxBuffer: 2 ** 28, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  const counted = count(stdout) ?? { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  passed += counted.passed;
  failed += counted.failed;
  console.log(`${counted.failed === 0 ? 'ok  ' : 'FAIL'} ${name}  ${counted.passed} passed${counted.failed ? `, ${counted.failed} failed` : ''}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (counted.failed > 0) console.log(`${stdout}${stderr}`.replace(/^/gm, '     | '));
}

/** What uvu says; a file in which no test ran or one was skipped has failed. */
function counts(output) {
  const sum = (name) => [...output.matchAll(new RegExp(`^  ${name}:\\s+(\\d+)$`, 'gm'))].reduce((n, m) => n + Number(m[1]), 0);
  const [total, good, skipped] = [sum('Total'), sum('Passed'), sum('Skipped')];
  return { passed: good, failed: total === 0 ? 1 : total - good + skipped };
}

const bin = (name) => join(root, 'node_modules/.bin', name);
// The types of `bptt` are those that its build has written.
if (!existsSync(join(root, 'dist/src/index.d.ts'))) run('build of bptt', process.execPath, [join(root, 'scripts/build.mjs')]);
await buildAll();
if (filters.length === 0) {
  run('types', bin('tsc'), ['-p', 'tsconfig.json']);
  run('lint', bin('eslint'), ['--max-warnings', '0', '.']);
}
const files = readdirSync(join(workspace, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.test\.tsx?$/.test(entry.name))
  .map((entry) => relative(workspace, join(entry.parentPath, entry.name)))
  .filter((path) => filters.length === 0 || filters.some((part) => path.includes(part)))
  .sort();
for (const path of files) run(path, process.execPath, ['--enable-source-maps', join(workspace, 'dist', path.replace(/\.tsx?$/, '.js'))], counts);
if (files.length === 0) failed++;
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
