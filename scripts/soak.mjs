/**
 * `npm run soak [-- NAME… [--seed N] [--share X]]`: long, random versions of what `npm test` only samples.
 *
 * Each program lies in test/soak; without a NAME they are listed, with what they do and how long that takes; `all` runs every
 * one. A run prints its seed, which --seed takes to repeat it; --share 0.1 does a tenth. Ends with `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const programs = new Map(readdirSync(join(root, 'test/soak'))
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts').sort()
  .map((file) => [file.slice(0, -'.ts'.length), /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(root, 'test/soak', file), 'utf8'))?.[1].trim().replace(/\n \* ?/g, ' ')]));

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('--'));
const names = firstOption === -1 ? args : args.slice(0, firstOption);
const options = firstOption === -1 ? [] : args.slice(firstOption);
const unknown = names.filter((name) => name !== 'all' && !programs.has(name));

if (names.length === 0 || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no soak '${unknown.join("', '")}'.`);
  console.log('npm run soak -- NAME… [--seed N] [--share X], where NAME is all or one of:');
  for (const [name, what] of programs) console.log(`  ${name.padEnd(22)}${what}`);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  let [passed, failed] = [0, 0];
  for (const name of names.includes('all') ? programs.keys() : names) {
    console.log(`== ${name}`);
    const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', '--enable-source-maps', join(root, 'dist/test/soak', `${name}.js`), ...options], {
      cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28,
    });
    process.stdout.write(stdout);
    const [, ok = '0', bad = '0'] = [...stdout.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [];
    passed += Number(ok);
    failed += status === 0 ? 0 : Math.max(1, Number(bad));
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
