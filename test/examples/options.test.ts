/** The command line of every example: --help, --quick, and what it does not know. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const names = readdirSync('examples').filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -'.ts'.length));

function run(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** The program that `npm run example NAME -- ARGS` starts. */
function example(name: string, ...args: readonly string[]): ReturnType<typeof run> {
  return run(`dist/examples/${name}.js`, ...args);
}

test('there are examples', () => {
  assert.ok(names.length >= 8, names.join(', '));
});

for (const name of names) {
  test(`${name}: --help lists the options, --quick is one of them or refused by name`, () => {
    const { code, stdout } = example(name, '--help');
    assert.is(code, 0);
    assert.match(stdout, /^npm (?:start|run example [\w-]+) \[-- OPTIONS\]\n/);
    const quick = example(name, '--quick', '--help');
    if (stdout.includes('--quick ')) assert.equal([quick.code, quick.stderr], [0, '']);
    else assert.equal([quick.code, quick.stderr.startsWith(`${name}: Unknown option '--quick'.`)], [2, true], quick.stderr);
  });

  test(`${name}: an unknown option is refused with the nearest name, before anything runs`, () => {
    const [given, meant] = name === 'counterexamples' ? ['--quik', '--quick'] : ['--ouput=x', '--out'];
    const { code, stdout, stderr } = example(name, given);
    assert.equal([code, stdout, stderr], [2, '', `${name}: Unknown option '${given.replace(/=.*/, '')}'. Did you mean ${meant}? --help lists the options.\n`]);
  });
}

test('an unknown example is refused with the list', () => {
  const { code, stderr } = run('scripts/example.mjs', 'sine');
  assert.is(code, 2);
  assert.match(stderr, /There is no example 'sine'\.\n.*NAME is one of: .*sine-and-index/);
});

test.run();
