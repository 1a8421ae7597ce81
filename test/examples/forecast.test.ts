/** The command as users run it: every wrong input is one line and exit code 2; a right one leaves a whole report. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mae, mase, rmse } from '../../src/forecast/index.js';
import { pricesCsv, weekdays } from './support.js';

const PROGRAM = fileURLToPath(new URL('../../examples/forecast.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Score { readonly rmse: number; readonly mae: number; readonly mase: number; readonly skill: number; readonly noChange: { readonly rmse: number; readonly mae: number } }
interface Block {
  readonly metrics: { readonly allSteps: Score; readonly byStep: readonly Score[] };
  readonly predictions: readonly { readonly origin: string; readonly previous: number; readonly actual: readonly number[]; readonly predicted: readonly number[] }[];
}
interface Figures {
  readonly settings: { readonly scaler: string; readonly columns: readonly string[]; readonly strategy: string };
  readonly split: { readonly trainingRows: { readonly end: number } };
  readonly training: { readonly loss: readonly number[] };
  readonly forecast: readonly { readonly date: string | null; readonly value: number; readonly lower: number; readonly upper: number }[];
  readonly interval: { readonly coverage: number; readonly residuals: number };
  readonly blocks: Readonly<Record<'train' | 'validation' | 'test', Block>>;
  readonly run: Readonly<Record<string, unknown>>;
}

/** @param interruptOn stdout text after which to send Ctrl-C. */
function run(args: readonly string[], interruptOn?: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let sent = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (interruptOn === undefined || sent || !stdout.includes(interruptOn)) return;
      sent = true;
      setTimeout(() => { child.kill('SIGINT'); }, 50);
    });
    child.on('close', (code) => { resolve({ code, stdout, stderr }); });
  });
}

let folder = '';
const test = suite('npm start');
test.before(async () => { folder = await mkdtemp(join(tmpdir(), 'bptt-start-')); });
test.after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return name;
}
const ROWS = 140;
const QUICK = ['--window', '6', '--horizon', '3', '--epochs', '1'];

async function figuresOf(out: string): Promise<Figures> {
  return JSON.parse(await readFile(join(folder, out, 'forecast.json'), 'utf8')) as Figures;
}

test('wrong arguments and data: one line, exit code 2, no stack trace, nothing written', async () => {
  const lines = pricesCsv(ROWS, 1).split('\n');
  const spoiled = (text: string): string => lines.map((line, i) => (i === 6 ? line.replace(/,[^,]*/, `,${text}`) : line)).join('\n');
  const good = await file('good.csv', lines.join('\n'));
  const text = await file('text.csv', spoiled('abc'));
  const hole = await file('hole.csv', spoiled(''));
  const short = await file('short.csv', lines.slice(0, 30).join('\n'));
  const header = await file('header.csv', lines.slice(0, 1).join('\n'));
  const empty = await file('empty.csv', '');
  const semicolons = await file('semicolons.csv', lines.join('\n').replaceAll(',', ';'));
  const unnamed = await file('unnamed.csv', 'when,level\n1,2\n');
  const negative = await file('negative.csv', spoiled('-3'));
  const cases: [args: string[], expected: RegExp][] = [
    [['--tarjet', 'Close'], /Unknown option '--tarjet'/],
    [['prices.csv'], /Unexpected argument 'prices\.csv'/],
    [['--csv'], /--csv <value>' argument missing/],
    [['--window', 'sixty'], /--window must be a whole number from 2 .* got 'sixty'/],
    [['--horizon', '0'], /--horizon must be a whole number from 1 .* got '0'/],
    [['--epochs', '1.5'], /--epochs must be a whole number/],
    [['--seed=-1'], /--seed must be a whole number from 0/],
    [['--missing', 'guess'], /--missing must be one of refuse, drop, carryForward, got 'guess'/],
    [['--scaler', 'best'], /--scaler must be one of auto, .*got 'best'/],
    [['--features', 'Volume,'], /--features must be names separated by commas/],
    [['--out', ''], /--out needs a value/],
    [['--csv', 'nowhere.csv'], /nowhere\.csv cannot be read \(no such file\)/],
    [['--csv', '.'], /cannot be read \(it is a folder\)/],
    [['--csv', empty], /empty\.csv: expected a header and at least one row, got an empty file\./],
    [['--csv', header], /a header and at least one row, got a header only/],
    [['--csv', good, '--target', 'Klose'], /good\.csv has no column 'Klose'. It has Date, Close, Volume/],
    [['--csv', good, '--features', 'Volume,Open'], /no column 'Open'/],
    [['--csv', unnamed], /no column that looks like a closing price: name one with --target, of when, level/],
    [['--csv', semicolons], /separates its columns with ';': say --delimiter ';'\./],
    [['--csv', text], /text\.csv, line 7, column 'Close': expected a number, got 'abc'\./],
    [['--csv', hole], /hole\.csv, line 7, column 'Close': expected a number, got an empty cell\. Say --missing drop or --missing carryForward if/],
    [['--csv', short, ...QUICK], /too few rows: window 6 and horizon 3 need at least \d+, the file has 29/],
    [['--csv', good, '--window', '130'], /too few rows: window 130 /],
    [['--csv', negative, '--scaler', 'logReturn', ...QUICK], /above 0, got -3/],
    [['--csv', good, '--out', good, ...QUICK], /good\.csv cannot be written \(EEXIST\)/],
  ];
  const queue = [...cases];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [args, expected] = next;
      const { code, stderr } = await run(['--out', 'refused', ...args]);
      assert.is(code, 2, `${args.join(' ')} ended with ${String(code)}: ${stderr}`);
      assert.match(stderr, expected);
      assert.match(stderr, /^forecast: [^\n]+\n$/);
      assert.not.match(stderr, /\n\s+at |node:internal/);
    }
  };
  await Promise.all([worker(), worker()]);
  assert.equal(await readdir(join(folder, 'refused')).catch(() => []), []);
});

test('--help explains every option within 100 columns', async () => {
  const { code, stdout, stderr } = await run(['--help']);
  assert.is(code, 0);
  assert.is(stderr, '');
  for (const name of ['date-column', 'date-format', 'time-column', 'time-zone', 'order', 'series', 'duplicates', 'delimiter', 'decimal', 'names', 'skip-rows', 'skip-footer', 'comment', 'csv', 'target', 'features', 'window', 'horizon', 'epochs', 'batch', 'scaler', 'missing', 'seed', 'out']) assert.match(stdout, `--${name} `);
  assert.ok(stdout.split('\n').every((line) => line.length <= 105));
});

test('a whole run: metrics follow from the predictions, the forecast from the calendar, the report from nothing outside', async () => {
  const csv = await file('whole.csv', pricesCsv(ROWS, 2));
  const { code, stdout, stderr } = await run(['--csv', csv, ...QUICK, '--out', 'whole']);
  assert.is(code, 0, stderr);
  const figures = await figuresOf('whole');
  const dates = weekdays(ROWS + 3);
  const training = pricesCsv(ROWS, 2).split('\n').slice(1, figures.split.trainingRows.end + 1).map((line) => Number(line.split(',')[1]));
  for (const { metrics, predictions } of Object.values(figures.blocks)) {
    const actual = predictions.map((p) => p.actual);
    const predicted = predictions.map((p) => p.predicted);
    const still = predictions.map((p) => p.actual.map(() => p.previous));
    close(metrics.allSteps.rmse, rmse(actual, predicted));
    close(metrics.allSteps.mase, mase(actual, predicted, { training }));
    close(metrics.allSteps.noChange.mae, mae(actual, still));
    close(metrics.allSteps.skill, 1 - (rmse(actual, predicted) / rmse(actual, still)) ** 2);
    metrics.byStep.forEach((score, k) => { close(score.mae, mae(actual.map((a) => a[k] ?? NaN), predicted.map((p) => p[k] ?? NaN))); });
    predictions.forEach(({ origin, previous, actual: [next] }) => {
      const row = dates.indexOf(origin);
      assert.is(String(previous), valueAt(row));
      assert.is(String(next), valueAt(row + 1));
    });
  }
  assert.equal(figures.forecast.map(({ date }) => date), dates.slice(ROWS));
  const residuals = figures.blocks.validation.predictions.map((p) => p.actual.map((a, k) => a - (p.predicted[k] ?? NaN)));
  assert.is(residuals.length, figures.interval.residuals);
  figures.forecast.forEach(({ value, lower, upper }, k) => {
    const sorted = residuals.map((r) => r[k] ?? NaN).sort((a, b) => a - b);
    assert.ok(sorted.some((r) => Math.abs(value + r - lower) < 1e-9) && sorted.some((r) => Math.abs(value + r - upper) < 1e-9));
    const inside = sorted.filter((r) => value + r >= lower && value + r <= upper).length / sorted.length;
    assert.ok(inside >= figures.interval.coverage - 0.1, String(inside));
  });

  const html = await readFile(join(folder, 'whole', 'report.html'), 'utf8');
  assert.not.match(html.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\//);
  assert.not.match(html, /<(link|iframe|img|object)\b|\b(src|href)=|@import|url\(/);
  for (const part of ['Fit and forecast', 'Residuals', 'Loss', 'no-change', 'Adam, loss mse, backend', 'wall-clock']) assert.match(html, part);

  assert.match(stdout, /140, 2021-03-01 to/);
  assert.match(stdout, /Close \(chosen by its name/);
  assert.match(stdout, /No-change|The network beats no-change/);
  assert.match(stdout, /\$\d+\.\d\d/);
  assert.match(stdout, /report +file:\/\/.*whole\/report\.html/);
  assert.ok(stdout.split('\n').every((line) => line.length <= 100 || line.includes('file://')));
  assert.not.ok(stdout.includes('\u001b'));

  function valueAt(row: number): string {
    return String(Number(pricesCsv(ROWS, 2).split('\n')[row + 1]?.split(',')[1]));
  }
});

test('the same seed gives the same figures, another seed others', async () => {
  const csv = await file('seeds.csv', pricesCsv(ROWS, 3));
  const figures = async (seed: string, out: string): Promise<string> => {
    const { code, stderr } = await run(['--csv', csv, ...QUICK, '--seed', seed, '--out', out]);
    assert.is(code, 0, stderr);
    return createHash('sha256').update(JSON.stringify({ ...(await figuresOf(out)), run: {}, settings: {} })).digest('hex');
  };
  const [first, again, other] = await Promise.all([figures('5', 'a'), figures('5', 'b'), figures('6', 'c')]);
  assert.is(first, again);
  assert.is.not(first, other);
});

test('features, negative values, no dates, missing cells: said, and no dollars for a volume', async () => {
  const rows = pricesCsv(ROWS, 4).split('\n').map((line) => line.split(','));
  const csv = await file('volume.csv', rows.map(([, close = '', volume = ''], i) => `${i === 9 ? '' : close},${i === 4 ? '-7' : volume}`).join('\n'));
  const { code, stdout, stderr } = await run(['--csv', csv, '--target', 'Volume', '--features', 'Close', '--missing', 'carryForward', '--order', 'ascending', ...QUICK, '--out', 'volume']);
  assert.is(code, 0, stderr);
  const { settings, forecast } = await figuresOf('volume');
  assert.equal([settings.columns, settings.scaler, settings.strategy], [['Volume', 'Close'], 'standard', 'sequence output']);
  assert.equal(forecast.map(({ date }) => date), [null, null, null]);
  assert.not.match(stdout, /\$/);
  assert.match(stdout, /no dates: the 140 rows run oldest first, as said/);
  assert.match(stdout, /1 missing value filled/);
});

test('Ctrl-C: one line, exit code 130, no report', async () => {
  const csv = await file('long.csv', pricesCsv(600, 5));
  const { code, stderr } = await run(['--csv', csv, '--batch', '1', '--epochs', '1000', '--out', 'long'], 'Training');
  assert.is(code, 130);
  assert.match(stderr, /\nforecast: stopped by Ctrl-C; nothing was written\.\n$|^forecast: stopped by Ctrl-C; nothing was written\.\n$/);
  assert.not.match(stderr, /\n\s+at /);
  assert.equal(await readdir(join(folder, 'long')), []);
});

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

test.run();
