/** What every study shares: options, a killed run that goes on, the files it leaves. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadSource } from '../../examples/support/source.js';
import { packaged } from '../../examples/support/packaged.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-study-'));
test.after(() => { rmSync(folder, { recursive: true }); });

function toy(args: readonly string[], stopAt?: number): { code: number | null; signal: string | null; stdout: string; stderr: string } {
  const env = { ...process.env, ...(stopAt === undefined ? {} : { TOY_STOP: String(stopAt) }) };
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('./toyStudy.js', import.meta.url)), ...args], { cwd: folder, encoding: 'utf8', env });
  return { code: status, signal, stdout, stderr };
}

interface Results {
  readonly full: boolean;
  readonly run: { readonly seed: number; readonly resumed: { readonly trials: number } } & Readonly<Record<string, unknown>>;
  readonly data: { readonly rows: number; readonly sha256: string };
  readonly options: { readonly epochs: number };
  readonly figures: { readonly losses: readonly number[]; readonly missing: null };
}
const results = (out: string): Results => JSON.parse(readFileSync(join(folder, out, 'results.json'), 'utf8')) as Results;

test('a run that is killed goes on; another setting, seed or file begins anew', () => {
  assert.is(toy(['--full'], 3).signal, 'SIGKILL');
  const { code, stdout } = toy(['--full']);
  assert.is(code, 0);
  assert.match(stdout, /after 2 trials of an earlier run/);
  const { run, figures, full } = results('out/toy');
  assert.is(run.resumed.trials, 2);
  assert.is(full, true);
  toy(['--full', '--out', 'whole']);
  assert.equal(results('whole').figures, figures);
  assert.is(results('whole').run.resumed.trials, 0);

  writeFileSync(join(folder, 'a.csv'), 'month,durable_goods\n2006-01-01,1\n2006-02-01,2\n');
  for (const other of [['--full', '--epochs', '4'], ['--full', '--seed', '7'], ['--full', '--backend', 'cpu'], ['--full', '--csv', 'a.csv'], []]) {
    toy(other);
    assert.is(results('out/toy').run.resumed.trials, 0, other.join(' '));
  }
  writeFileSync(join(folder, 'a.csv'), 'month,durable_goods\n2006-01-01,1\n2006-02-01,3\n');
  toy(['--full', '--csv', 'a.csv']);
  assert.is(results('out/toy').run.resumed.trials, 0);
  toy(['--full', '--csv', 'a.csv', '--workers', '5', '--out', 'out/toy']);
  assert.is(results('out/toy').run.resumed.trials, 4);
});

test('report, figures, plots: complete, and nothing from outside', () => {
  const { code, stdout, stderr } = toy(['--out', 'files', '--epochs', '5']);
  assert.is(code, 0, stderr);
  assert.equal(readdirSync(join(folder, 'files')).sort(), ['losses.svg', 'report.html', 'results.json', 'trials']);
  const { run, data, options, figures, full } = results('files');
  assert.is(full, false);
  assert.is(options.epochs, 5);
  assert.is(data.rows, 120);
  assert.match(data.sha256, /^[\da-f]{64}$/);
  for (const fact of ['seed', 'backend', 'bptt', 'node.js', 'machine', 'workers', 'wallClockSeconds', 'command']) assert.ok(run[fact] !== undefined, fact);
  assert.is(figures.losses.length, 2);
  assert.is(figures.missing, null);
  const html = readFileSync(join(folder, 'files', 'report.html'), 'utf8');
  assert.not.match(html.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\/|<(link|iframe|img|object)\b|\b(src|href)=/);
  for (const part of ['Quick run', 'No-change wins. Of course.', 'It works.', 'does not hold', '0 of 1.', '2 trials', 'US employment', 'npm run example toy -- --out files --epochs 5']) assert.ok(html.includes(part), part);
  assert.match(stdout, /A quick run/);
  assert.match(stdout, /does not hold: It works\./);
});

test('wrong arguments: one line and exit code 2; --help: every option', () => {
  for (const [args, expected] of [
    [['--full', '--quick'], /^toy: --quick and --full exclude each other\.\n$/], [['--fully'], /^toy: Unknown option '--fully'/], [['--full=yes'], /^toy: .*--full/],
    [['--workers', '0'], /^toy: --workers must be a whole number from 1/], [['--backend', 'abacus'], /^toy: --backend must be one of wasm, cpu/], [['--csv', 'none.csv'], /^toy: none\.csv cannot be read/],
  ] as const) {
    const { code, stderr } = toy([...args, '--out', 'refused']);
    assert.is(code, 2, args.join(' '));
    assert.match(stderr, expected);
    assert.match(stderr, /^[^\n]+\n$/);
  }
  const { stdout } = toy(['--help']);
  for (const name of ['quick', 'full', 'csv', 'seed', 'backend', 'workers', 'out', 'epochs']) assert.match(stdout, `--${name}`);
});

test('the packaged files are there and readable', async () => {
  for (const [fallback, target, rows] of [[packaged.aapl, 'Close', 1260], [packaged.sp500, 'close', 5105], [packaged.employment, 'durable_goods', 120]] as const) {
    assert.is((await loadSource({ fallback, target })).table.rows, rows);
  }
});

test.run();
