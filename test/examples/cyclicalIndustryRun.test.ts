/** The study as users run it, on a small file: the errors follow from the forecasts, and a second run finds every trial finished. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { normal, randomStream } from '../../src/random.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-cyclical-'));
const test = suite('npm run example cyclical-industry');
test.after(() => { rmSync(folder, { recursive: true }); });

interface Score { readonly name: string; readonly rmse: number; readonly forecasts: readonly (readonly number[])[] }
interface Board { readonly origins: readonly number[]; readonly actual: readonly (readonly number[])[]; readonly rows: readonly Score[] }
interface Results {
  readonly headline: string;
  readonly claims: readonly { readonly verdict: string }[];
  readonly run: { readonly resumed: { readonly trials: number } };
  readonly figures: {
    readonly test: Board; readonly validation: Board; readonly seeds: readonly number[];
    readonly cells: readonly { readonly units: number; readonly rate: number; readonly validation: number; readonly test: number; readonly seconds: number }[];
    readonly selection: { readonly byValidation: { readonly units: number; readonly rate: number } };
    readonly ahead: { readonly forecast: readonly number[]; readonly dates: readonly string[]; readonly lower: readonly number[]; readonly upper: readonly number[] };
  };
}

const ROWS = 76;
const random = randomStream(11, 'months');
let level = 40;
const target = Array.from({ length: ROWS }, () => Number((level += normal(random)).toFixed(3)));

function run(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('../../examples/cyclical-industry.js', import.meta.url)), ...args], { cwd: folder, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}
const results = (): Results => JSON.parse(readFileSync(join(folder, 'out', 'results.json'), 'utf8')) as Results;

test('a whole run, and the same again', () => {
  const month = (i: number): string => new Date(Date.UTC(2011, i, 1)).toISOString().slice(0, 10);
  writeFileSync(join(folder, 'months.csv'), ['Date,Sales,Rate', ...target.map((value, i) => `${month(i)},${value},${normal(random).toFixed(3)}`)].join('\n'));
  const args = ['--csv', 'months.csv', '--target', 'Sales', '--indicators', 'Rate', '--out', 'out'];
  const { code, stdout, stderr } = run(...args);
  assert.is(code, 0, stderr);
  assert.match(stderr, /trial 6\/6/);
  const first = results();
  const { test: board, validation, cells, selection, ahead, seeds } = first.figures;
  for (const [{ origins, actual, rows }, from] of [[board, 56], [validation, 36]] as const) {
    assert.equal(origins, Array.from({ length: 20 }, (_, i) => from - 1 + i));
    assert.equal(actual, origins.map((origin) => [target[origin + 1]]));
    for (const { name, rmse, forecasts } of rows) {
      const squares = forecasts.map(([value = NaN], i) => (value - (actual[i]?.[0] ?? NaN)) ** 2);
      assert.ok(Math.abs(rmse - Math.sqrt(squares.reduce((a, b) => a + b) / squares.length)) < 1e-9, name);
    }
    assert.equal(rows.map(({ name }) => name), ['network', 'network on changes', 'no-change', 'seasonal-naive', 'autoregression']);
    assert.equal(rows[2]?.forecasts, origins.map((origin) => [target[origin]]));
  }
  assert.is(cells.length, 6);
  assert.ok(cells.every(({ seconds }) => seconds > 0));
  const best = cells.reduce((a, b) => (b.validation < a.validation ? b : a));
  assert.is(selection.byValidation.units, best.units);
  assert.is(selection.byValidation.rate, best.rate);
  // The network of the validation table is that of the grid, the one of the test table the first of the seeds.
  assert.is(validation.rows[0]?.rmse, best.validation);
  assert.is(board.rows[0]?.rmse, seeds[0]);
  assert.is(seeds.length, 3);
  assert.equal(ahead.dates, Array.from({ length: 6 }, (_, k) => month(ROWS + k)));
  ahead.forecast.forEach((value, k) => { assert.ok(Number.isFinite(value) && (ahead.lower[k] ?? NaN) < (ahead.upper[k] ?? NaN)); });

  const bestRival = Math.min(...board.rows.slice(2).map(({ rmse }) => rmse));
  assert.is(/^(No-change|Seasonal-naive|Autoregression) wins: /.test(first.headline), bestRival <= (board.rows[0]?.rmse ?? NaN));
  assert.is(first.claims.length, 8);
  assert.match(stdout, /Next 6 months\n +month +Sales/);
  const html = readFileSync(join(folder, 'out', 'report.html'), 'utf8');
  for (const part of ['history, fit and the next 6 months', 'Published table 2', 'Augmented Dickey', 'seasonal-naive']) assert.ok(html.includes(part), part);

  const again = run(...args);
  assert.is(again.code, 0, again.stderr);
  assert.is(results().run.resumed.trials, 6 + 6 + 8);
  assert.is(JSON.stringify(results().figures), JSON.stringify(first.figures));
});

test('too short a file, a missing column: one line', () => {
  writeFileSync(join(folder, 'short.csv'), ['Date,Sales', ...target.slice(0, 60).map((value, i) => `${2001 + i}-01-01,${value}`)].join('\n'));
  for (const [args, expected] of [
    [['--csv', 'short.csv', '--target', 'Sales', '--indicators', 'Sales'], /^cyclical-industry: too few rows: at least 76 months are needed, the file has 60\.\n$/],
    [['--csv', 'short.csv'], /^cyclical-industry: short\.csv has no column 'TOTALSA'\. It has 'Date', 'Sales'\.\n$/],
  ] as const) {
    const { code, stderr } = run(...args, '--out', 'refused');
    assert.is(code, 2);
    assert.match(stderr, expected);
  }
});

test.run();
