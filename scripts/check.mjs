/**
 * `npm run check [-- STEP…]`: everything that can be judged without running the library.
 *
 * types   the build itself: tsc, strict
 * lint    eslint, no warning allowed
 * unused  knip: files, exports and dependencies nobody uses
 * publint and attw, on the packed tarball: would it publish, and do its types resolve
 * size    each entry against its budget
 *
 * The last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'bptt-check-'));

function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trimEnd() };
}

const tool = (name, ...args) => run(join(root, 'node_modules/.bin', name), ...args);
const script = (name) => run(process.execPath, join(root, 'scripts', name));

/** Runs `judge` on the tarball, packed once. Its scripts stay off: the types step has just built. */
function packed(judge) {
  const tarballs = () => readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  if (tarballs().length === 0) {
    const pack = run('npm', 'pack', '--ignore-scripts', '--pack-destination', folder);
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
for (const [name, step] of Object.entries(steps)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const start = performance.now();
  const { ok, output } = step();
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (output && (!ok || name === 'size')) console.log(output.replace(/^/gm, '     | '));
  if (ok) passed++;
  else failed++;
}
rmSync(folder, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
