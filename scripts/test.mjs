/**
 * `npm test [-- FILTER…]`: runs every *.test.ts file under test/, as built, each in a process of its own, two at a time.
 *
 * uvu's own runner shares one process, so a crash, an early exit or a file that registers no test passes unseen.
 * Here each of those is a failure, and so is a skipped test. FILTERs are parts of paths: `npm test -- lstm cells/`.
 * A file that hangs is stopped once it has been silent for long; how long a file takes is no failure, since the machine may be busy.
 * Files whose program or data are missing (Chromium, Redis, PyTorch, model files of others) are said not to have run, and are failures where CI=true.
 * The last line is `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join, relative, sep } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';

const root = join(import.meta.dirname, '..');
/** A test prints a mark as it ends, and the longest takes half a minute on an idle machine. */
const SILENCE_LIMIT_MS = 600_000;
const PARALLEL = Math.min(2, availableParallelism());
/** Heap measurements need gc(). */
const NODE_FLAGS = ['--expose-gc', '--enable-source-maps'];

const filters = process.argv.slice(2);
const files = readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .filter((path) => filters.length === 0 || filters.some((part) => path.includes(part)))
  .sort((a, b) => longFirst(a) - longFirst(b) || (a < b ? -1 : 1));

/** Those that take longest start first, so that they do not end alone. */
function longFirst(path) {
  const place = ['test/browser/browser.', 'test/package/tarball.', 'test/backends/conformance.', 'test/backends/gpuTraining.', 'test/examples/', 'test/docs/'].findIndex((start) => path.startsWith(start));
  return place === -1 ? Infinity : place;
}

/** What some files need beside npm's packages: programs that they start, files that are not ours to copy. */
const chromium = process.env.BPTT_CHROMIUM ?? '/usr/bin/chromium';
const PROGRAMS = [
  { files: /^test\/browser\/site\./, found: () => existsSync(join(root, 'out/site/dist/index.html')), missing: 'the site is not built (npm run site:build)' },
  { files: /^test\/browser\//, found: () => isProgram(chromium), missing: `there is no Chromium at ${chromium} (Debian: apt-get install chromium; or name one in BPTT_CHROMIUM)` },
  { files: /^test\/node\/redis/, found: () => (process.env.PATH ?? '').split(delimiter).some((folder) => isProgram(join(folder, 'redis-server'))), missing: 'there is no redis-server (Debian: apt-get install redis-server)' },
  { files: /^test\/convert\/onnx\/runtime\//, found: () => existsSync(join(root, 'test/onnxruntime/node_modules/onnxruntime-web')), missing: 'onnxruntime-web is not installed (npm ci --ignore-scripts --prefix test/onnxruntime)' },
  { files: /^test\/convert\/(torch\/(export|table)|onnx\/runtime\/torch)\./, found: () => spawnSync('/usr/bin/python3', ['-c', 'import torch']).status === 0, missing: 'there is no Python with PyTorch (Debian: apt-get install python3-torch)' },
  { files: /^test\/convert\/.*\/?shared\.test\./, found: () => existsSync(join(root, '../shared/models')), missing: 'there are no model files of others in ../shared/models' },
];

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What one test file reported: `problem` is set when the file itself, not one of its tests, is at fault. */
function judge(output, ended) {
  const count = (name) => [...output.matchAll(new RegExp(`^  ${name}:\\s+(\\d+)$`, 'gm'))].reduce((n, m) => n + Number(m[1]), 0);
  const total = count('Total');
  const passed = count('Passed');
  const skipped = count('Skipped');
  let problem = '';
  if (ended.hangs) problem = `stopped after ${SILENCE_LIMIT_MS / 60_000} minutes without a sign of life`;
  else if (ended.signal) problem = `killed by ${ended.signal}`;
  else if (total === 0) problem = `no test ran (exit code ${ended.code}); is test.run() missing?`;
  else if (ended.code !== 0 && passed === total) problem = `exit code ${ended.code} although its tests passed`;
  else if (skipped > 0) problem = `${skipped} skipped (test.skip or test.only)`;
  return { passed, failed: total - passed + skipped + (problem && skipped === 0 ? 1 : 0), problem };
}

function run(path) {
  const built = join(root, 'dist', path.replace(/\.ts$/, '.js'));
  if (!existsSync(built)) return Promise.resolve({ path, seconds: 0, output: '', passed: 0, failed: 1, problem: 'not built' });
  return new Promise((resolve) => {
    const start = performance.now();
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
    const child = spawn(process.execPath, [...NODE_FLAGS, built], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let hangs = false;
    const stop = () => {
      hangs = true;
      child.kill('SIGKILL');
      // A browser or worker left behind by the test must not keep the pipes, and so this run, open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    let timer = setTimeout(stop, SILENCE_LIMIT_MS);
    const collect = (chunk) => {
      output += chunk;
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_LIMIT_MS);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const text = stripVTControlCharacters(output);
      resolve({ path, seconds: (performance.now() - start) / 1000, output: text, ...judge(text, { code, signal, hangs }) });
    });
  });
}

function report({ path, seconds, passed, failed, problem, output }) {
  const mark = failed === 0 ? 'ok  ' : 'FAIL';
  console.log(`${mark} ${path}  ${passed} passed${failed ? `, ${failed} failed` : ''}  ${seconds.toFixed(1)} s`);
  if (failed === 0) return;
  if (problem) console.log(`     ${problem}`);
  console.log(output.replace(/^/gm, '     | '));
}

const results = [];
const lacking = PROGRAMS.filter(({ files: which, found }) => files.some((path) => which.test(path)) && !found());
const queue = files.filter((path) => !lacking.some(({ files: which }) => which.test(path)));
const notRun = lacking.map(({ files: which, missing }) => `not run: ${files.filter((path) => which.test(path)).join(', ')}: ${missing}`);
async function worker() {
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const result = await run(path);
    results.push(result);
    report(result);
  }
}
await Promise.all(Array.from({ length: PARALLEL }, worker));

const sum = (key) => results.reduce((n, result) => n + result[key], 0);
const failed = sum('failed') + (files.length === 0 ? 1 : 0) + (process.env.CI === 'true' ? notRun.length : 0);
if (files.length === 0) console.log(`no test file matches ${filters.join(' ') || 'test/**/*.test.ts'}`);
for (const result of results.filter(({ failed }) => failed > 0)) console.log(`failed: ${result.path}`);
for (const line of notRun) console.log(line);
console.log(`\n${sum('passed')} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
