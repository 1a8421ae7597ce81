/** The command itself: help, version, what it does not know. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bptt } from './command.js';

const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string; bin: { bptt: string } };
const NAMES = ['forecast', 'predict', 'backtest', 'inspect'];

test('--help lists the commands, --version says the version of the package', () => {
  for (const flag of ['--help', '-h']) {
    const { code, stdout, stderr } = bptt([flag]);
    assert.equal([code, stderr], [0, '']);
    for (const name of NAMES) assert.match(stdout, `\n  ${name} `);
    assert.ok(stdout.split('\n').every((line) => line.length <= 100), stdout);
  }
  assert.equal(bptt(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

test('every command explains its options within 100 columns', () => {
  for (const name of NAMES) {
    const { code, stdout, stderr } = bptt([name, '--help']);
    assert.equal([code, stderr], [0, '']);
    assert.match(stdout, new RegExp(`^bptt ${name} [A-Z]`));
    assert.match(stdout, /--json /);
    assert.ok(stdout.split('\n').every((line) => line.length <= 100), stdout);
  }
});

test('what it does not know: one line that names what is meant, exit code 2', () => {
  for (const [args, expected] of [
    [[], /^bptt: Name a command: forecast, .*inspect/], [['inspct'], /^bptt: Unknown command 'inspct'\. Did you mean inspect\?/], [['sales.csv'], /^bptt: 'sales\.csv' is no command\. Say bptt forecast sales\.csv --target COL/],
    [['--json'], /^bptt: Unknown option '--json'\. Name a command first/], [['toString'], /^bptt: Unknown command 'toString'/],
    [['inspect'], /^bptt inspect: FILE is missing\. --help/], [['inspect', 'a', 'b'], /^bptt inspect: Unexpected argument 'b'\./],
    [['inspect', 'a', '--jsn'], /^bptt inspect: Unknown option '--jsn'\. Did you mean --json\?/], [['inspect', 'a', '--json=yes'], /^bptt inspect: .*--json/],
    [['inspect', '--', '--jsn'], /^bptt inspect: --jsn cannot be read \(no such file\)\./],
  ] as const) {
    const { code, stdout, stderr } = bptt(args);
    assert.equal([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, expected);
    assert.match(stderr, /^[^\n]+\n$/);
  }
});

test('the package names a program that is there, and says who runs it', () => {
  assert.match(readFileSync(bin.bptt, 'utf8'), /^#!\/usr\/bin\/env node\n/);
});

test.run();
