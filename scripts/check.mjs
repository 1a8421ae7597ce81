/**
 * `npm run check [-- STEP…]`: everything that can be judged without running the library.
 *
 * types   the build itself: tsc, strict
 * lint    eslint, no warning allowed
 * unused  knip: files, exports and dependencies nobody uses
 * publint and attw, on the packed tarball: would it publish, and do its types resolve
 * size    each entry against its budget
 *
 * Types come first: the others read what the build writes. Lint, which takes as long as all others together, runs beside them.
 * The last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'bptt-check-'));

async function run(command, ...args) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { output += chunk; });
  try {
    const [status] = await once(child, 'close');
    return { ok: status === 0, output: output.trimEnd() };
  } catch (error) {
    return { ok: false, output: error.message };
  }
}

const tool = (name, ...args) => run(join(root, 'node_modules/.bin', name), ...args);
const script = (name) => run(process.execPath, join(root, 'scripts', name));

/** Runs `judge` on the tarball, packed once. Its scripts stay off: the types step has just built. */
async function packed(judge) {
  const tarballs = () => readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  if (tarballs().length === 0) {
    const pack = await run('npm', 'pack', '--ignore-scripts', '--pack-destination', folder);
    if (!pack.ok) return pack;
  }
  return judge(join(folder, tarballs()[0]));
}

const steps = {
  types: () => script('build.mjs'),
  lint: () => tool('eslint', '--max-warnings', '0', '.'),
  unused: () => tool('knip', '--no-progress'),
  publint: () => packed((tarball) => tool('publint', 'run', tarball, '--strict')),
  attw: () => packed((tarball) => tool('attw', tarball, '--profile', 'esm-only', '--format', 'ascii')),
  size: () => script('size.mjs'),
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in steps));
if (unknown.length > 0) console.error(`no such step: ${unknown.join(', ')}; steps are ${Object.keys(steps).join(', ')}`);

let passed = 0;
let failed = unknown.length;
async function take(...wanted) {
  for (const name of wanted.filter((each) => names.length === 0 || names.includes(each))) {
    const start = performance.now();
    const { ok, output } = await steps[name]();
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
    if (output && (!ok || name === 'size')) console.log(output.replace(/^/gm, '     | '));
    if (ok) passed++;
    else failed++;
  }
}

await take('types');
await Promise.all([take('lint'), take('unused', 'publint', 'attw', 'size')]);
rmSync(folder, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
