/** `bptt forecast` as users run it: every wrong input is one line and exit code 2; a right one leaves a whole report. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mae, mase, rmse } from '../../src/forecast/index.js';
import { pricesCsv, weekdays } from '../examples/support.js';
import { PROGRAM, bptt } from './command.js';
import type { Ended } from './command.js';

interface Score { readonly rmse: number; readonly mae: number; readonly mase: number; readonly skill: number; readonly noChange: { readonly rmse: number; readonly mae: number } }
interface Block {
  readonly metrics: { readonly allSteps: Score; readonly byStep: readonly Score[] };
  readonly predictions: readonly { readonly origin: string; readonly previous: number; readonly actual: readonly number[]; readonly predicted: readonly number[] }[];
}
interface Figures {
  readonly settings: { readonly scalers: Readonly<Record<string, readonly string[]>>; readonly columns: readonly string[]; readonly strategy: string; readonly rival: string };
  readonly split: { readonly trainingRows: number };
  readonly verdict: { readonly statistic: number | null };
  readonly training: { readonly loss: readonly number[] };
  readonly forecast: readonly { readonly date: string | null; readonly value: number; readonly lower: number; readonly upper: number }[];
  readonly interval: { readonly coverage: number; readonly residuals: number };
  readonly blocks: Readonly<Record<'train' | 'validation' | 'test', Block>>;
  readonly run: Readonly<Record<string, unknown>>;
}

/** @param interruptOn text of a stream, or a file, after which to send Ctrl-C. */
function run(args: readonly string[], interruptOn?: string, of: 'stdout' | 'stderr' | 'file' = 'stdout'): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, 'forecast', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    let sent = false;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        texts[name] += text;
        if (interruptOn === undefined || of === 'file' || sent || !texts[of].includes(interruptOn)) return;
        sent = true;
        setTimeout(() => { child.kill('SIGINT'); }, 50);
      });
    }
    const watch = of === 'file' ? setInterval(() => {
      if (!existsSync(join(folder, interruptOn ?? ''))) return;
      clearInterval(watch);
      child.kill('SIGINT');
    }, 2) : undefined;
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code, ...texts });
    });
  });
}

let folder = '';
const test = suite('bptt forecast');
test.before(async () => { folder = await mkdtemp(join(tmpdir(), 'bptt-forecast-')); });
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
  const stacked = await file('stacked.csv', ['Shop,Date,Close', ...['A', 'B'].flatMap((shop) => weekdays(40).map((date, i) => `${shop},${date},${i + 1}`))].join('\n'));
  const binary = await file('binary.csv', '\u0001\u0002A\n\u0003\n');
  const next = await file('next.csv', 'Date,Volume\n2035-01-01,1\n');
  const later = await file('later.csv', ['Date,Volume', ...[1, 2, 3].map((day) => `2035-01-0${day},1`)].join('\n'));
  const negative = await file('negative.csv', spoiled('-3'));
  const cases: [args: string[], expected: RegExp][] = [
    [[good, '--tarjet', 'Close'], /Unknown option '--tarjet'\. Did you mean --target\?/],
    [[], /FILE is missing/],
    [[good, 'more.csv'], /Unexpected argument 'more\.csv'/],
    [[good], /--target is missing: name the column to forecast, of 'Date', 'Close', 'Volume'\./],
    [[good, '--target'], /--target <value>' argument missing/],
    [[good, '--window', 'sixty'], /--window must be a whole number from 2 .* got 'sixty'/],
    [[good, '--horizon', '0'], /--horizon must be a whole number from 1 .* got '0'/],
    [[good, '--epochs', '1.5'], /--epochs must be a whole number/],
    [[good, '--seed=-1'], /--seed must be a whole number from 0/],
    [[good, '--missing', 'guess'], /--missing must be one of refuse, drop, carryForward, interpolate, got 'guess'/],
    [[good, '--scaler', 'best'], /--scaler must be among auto, .*got 'best'/],
    [[good, '--target', 'Close', '--scaler', 'auto,minMax'], /--scaler auto stands alone/],
    [[good, '--past', 'Volume,'], /--past must be names separated by commas/],
    [[good, '--target', 'Close', '--past', 'Volume,Close'], /Column 'Close' is named twice/],
    [[good, '--out', ''], /--out needs a value/],
    [[good, '--quantiles', '0.9,0.1'], /--quantiles must be rising numbers between 0 and 1/],
    [[good, '--target', 'Close', '--quantiles', '0.1,0.5,0.9', '--head', 'gaussian'], /--quantiles and --head exclude each other/],
    [[good, '--target', 'Close', '--quantiles', '0.1,0.9', ...QUICK], /^bptt forecast: --quantiles: expected rising levels .* 0\.5 among them/],
    [[good, '--target', 'Close', '--past', 'Volume', '--strategy', 'recursive', ...QUICK], /--strategy: expected 'sequence', as nobody knows the coming rows of 'Volume'/],
    [[good, '--target', 'Close', '--future', 'Volume', ...QUICK], /--future-file is missing: a CSV file with the rows to come of Volume/],
    // Before the training, of which stderr would speak.
    [[good, '--target', 'Close', '--future', 'Volume', '--future-file', next, ...QUICK], /--future-file: expected 3 rows after .* got 1\. Columns of --future .* say --past for/],
    [[good, '--target', 'Close', '--future', 'Volume', '--future-file', later, ...QUICK], /--future-file: expected a row for every date, as in the table, got 2035-01-01 after .* --holidays/],
    [[good, '--target', 'Close', '--season', '120', ...QUICK], /--season must be below the \d+ rows that are learned from, got 120\./],
    [[good, '--target', 'Close', '--future-file', good, ...QUICK], /--future-file holds columns that are known ahead, and there are none: --future/],
    [[good, '--target', 'Close', '--series', 'Shop'], /good\.csv has no column 'Shop'/],
    [[stacked, '--target', 'Close', ...QUICK], /Say --series Shop=A, or --series Shop to learn all of them together, if that column/],
    [[binary, '--target', 'Close'], /no column 'Close'\. It has '\ufffd+A'\.$/m],
    [['nowhere.csv', '--target', 'Close'], /nowhere\.csv cannot be read \(no such file\)/],
    [['.', '--target', 'Close'], /cannot be read \(it is a folder\)/],
    [[empty, '--target', 'Close'], /empty\.csv: expected a header and at least one row, got an empty file\./],
    [[header, '--target', 'Close'], /a header and at least one row, got a header only/],
    [[good, '--target', 'Klose'], /good\.csv has no column 'Klose'. It has 'Date', 'Close', 'Volume'\./],
    [[good, '--target', 'Close', '--past', 'Volume,Open'], /no column 'Open'/],
    [[semicolons, '--target', 'Close'], /separates its columns with ';': say --delimiter ';'\./],
    [[text, '--target', 'Close'], /text\.csv, line 7, column 'Close': expected a number, got 'abc'\./],
    [[hole, '--target', 'Close'], /hole\.csv, line 7, column 'Close': expected a number, got an empty cell\. Say .*--missing/],
    [[short, '--target', 'Close'], /short\.csv: expected at least \d+ rows for window 60 and horizon 5, validation 0\.15, test 0\.15, got 29 rows\. A smaller --window or --horizon needs fewer\./],
    [[negative, '--target', 'Close', '--scaler', 'logReturn', ...QUICK], /negative\.csv, .*above 0, got -3/],
    [[good, '--target', 'Close', '--out', good, ...QUICK], /good\.csv cannot be written \(EEXIST\)/],
    [[good, '--target', 'Close', '--save', '.', ...QUICK], /\. cannot be written \(it is no file\)/],
  ];
  const queue = [...cases];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [args, expected] = next;
      const { code, stderr } = await run([...(args.includes('--out') ? [] : ['--out', 'refused']), ...args]);
      assert.is(code, 2, `${args.join(' ')} ended with ${String(code)}: ${stderr}`);
      assert.match(stderr, expected);
      assert.match(stderr, /^bptt forecast: [^\n]+\n$/);
      assert.not.match(stderr, /\n\s+at |node:internal/);
    }
  };
  await Promise.all([worker(), worker()]);
  assert.equal(await readdir(join(folder, 'refused')).catch(() => []), []);
});

test('a whole run: metrics follow from the predictions, the forecast from the calendar, the report from nothing outside', async () => {
  const csv = await file('whole.csv', pricesCsv(ROWS, 2));
  const { code, stdout, stderr } = await run([csv, '--target', 'close', ...QUICK, '--out', 'whole']);
  assert.is(code, 0, stderr);
  const figures = await figuresOf('whole');
  const dates = weekdays(ROWS + 3);
  const training = pricesCsv(ROWS, 2).split('\n').slice(1, figures.split.trainingRows + 1).map((line) => Number(line.split(',')[1]));
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
  assert.match(stdout, /target +Close\n/);
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
    const { code, stderr } = await run([csv, '--target', 'Close', ...QUICK, '--seed', seed, '--out', out]);
    assert.is(code, 0, stderr);
    return createHash('sha256').update(JSON.stringify({ ...(await figuresOf(out)), run: {}, settings: {}, forecaster: {}, training: {} })).digest('hex');
  };
  const [first, again, other] = await Promise.all([figures('5', 'a'), figures('5', 'b'), figures('6', 'c')]);
  assert.is(first, again);
  assert.is.not(first, other);
});

test('features, negative values, no dates, missing cells: said, and no dollars for a volume', async () => {
  const rows = pricesCsv(ROWS, 4).split('\n').map((line) => line.split(','));
  const csv = await file('volume.csv', rows.map(([, close = '', volume = ''], i) => `${i === 9 ? '' : close},${i === 4 ? '-7' : volume}`).join('\n'));
  const { code, stdout, stderr } = await run([csv, '--target', 'Volume', '--past', 'Close', '--missing', 'carryForward', '--order', 'ascending', ...QUICK, '--out', 'volume']);
  assert.is(code, 0, stderr);
  const { settings, forecast } = await figuresOf('volume');
  assert.equal([settings.columns, settings.scalers, settings.strategy], [['Volume', 'Close'], { Volume: ['standard'], Close: ['standard'] }, 'sequence']);
  assert.equal(forecast.map(({ date }) => date), [null, null, null]);
  assert.not.match(stdout, /\$/);
  assert.match(stdout, /no dates: the 140 rows run oldest first, as said/);
  assert.match(stdout, /1 missing value filled/);
});

test('--json: one object on stdout, no more; without --out nothing is written', async () => {
  const csv = await file('json.csv', pricesCsv(ROWS, 6));
  const before = await readdir(folder);
  const { code, stdout, stderr } = await run([csv, '--target', 'Close', ...QUICK, '--json']);
  assert.is(code, 0, stderr);
  assert.is((JSON.parse(stdout) as Figures).forecast.length, 3);
  assert.match(stderr, /^epoch 1\/1 /);
  assert.equal(await readdir(folder), before);
});

test('several series, known columns ahead, a season, quantiles: one network, what it says of each', async () => {
  const dates = weekdays(90 + 4);
  const shops = ['Süd', 'West, 2'];
  const value = (shop: number, i: number): string => ((shop === 0 ? 10 : 1000) * (2 + Math.sin((2 * Math.PI * i) / 5) + 0.1 * Math.cos(i * (shop + 2)))).toFixed(2);
  const lines = shops.flatMap((name, shop) => dates.slice(0, 90).map((date, i) => `"${name}";${date.split('-').reverse().join('.')};${value(shop, i).replace('.', ',')};${i % 3 === 0 ? 1 : 0}`));
  const ahead = shops.flatMap((name) => dates.slice(90).map((date, i) => `"${name}";${date.split('-').reverse().join('.')};${(90 + i) % 3 === 0 ? 1 : 0}`));
  const csv = await file('shops.csv', ['Laden;Tag;Umsatz;Aktion', ...lines].join('\r\n'));
  const plan = await file('plan.csv', ['Laden;Tag;Aktion', ...ahead].join('\n'));
  const args = ['--delimiter', ';', '--decimal', ','];
  const { code, stdout, stderr } = await run([csv, ...args, '--target', 'Umsatz', '--series', 'Laden', '--future', 'Aktion', '--future-file', plan, '--season', '5', '--window', '10', '--horizon', '4', '--epochs', '1', '--quantiles', '0.1,0.5,0.9', '--save', 'models/shops.safetensors', '--out', 'shops']);
  assert.is(code, 0, stderr);
  for (const expected of [/2 series by Laden, 90 rows each/, /log10|decimal logarithms/, /beats last season|Last season (?:wins|is not beaten)/, /naive errors of each series/, /\n {2}series +after +\+1 +\+2 +\+3 +\+4\n/, /West, 2 +2021-07-02/, /model +models\/shops\.safetensors/]) assert.match(stdout, expected);
  const table = (await readFile(join(folder, 'shops', 'forecast.csv'), 'utf8')).trimEnd().split('\n');
  assert.is(table[0], 'series,model,cutoff,date,step,actual,forecast,lower,upper,q0.1,q0.5,q0.9');
  assert.equal(table.slice(1).map((line) => line.replace(/,network.*/, '')), [...shops.flatMap((name) => dates.slice(90).map(() => (name.includes(',') ? `"${name}"` : name)))]);
  assert.ok(table[1]?.startsWith(`Süd,network,${dates[89] ?? ''},${dates[90] ?? ''},1,,`), table[1]);
  const html = await readFile(join(folder, 'shops', 'report.html'), 'utf8');
  for (const part of ['2 series by Laden', 'West, 2: The next 4', 'naive errors of each series']) assert.ok(html.includes(part), part);

  // What was saved says the same of the same file; of one series as of that series.
  const predict = (...more: string[]): Ended => bptt(['predict', 'models/shops.safetensors', csv, ...args, '--future-file', plan, ...more], folder);
  const again = predict('--out', 'again');
  assert.is(again.code, 0, again.stderr);
  assert.is(await readFile(join(folder, 'again', 'forecast.csv'), 'utf8'), `${table.join('\n')}\n`);
  assert.match(again.stdout, /\n {2}series +after/);
  assert.match(await readFile(join(folder, 'again', 'report.html'), 'utf8'), /West, 2: The next 4/);
  const { forecast } = JSON.parse(predict('--json').stdout) as Figures;
  const one = JSON.parse(predict('--json', '--series', 'Laden=West, 2').stdout) as Figures;
  assert.equal(one.forecast.map(({ value: each }) => each), forecast.slice(4).map(({ value: each }) => each));
  const inspected = bptt(['inspect', 'models/shops.safetensors'], folder).stdout;
  for (const expected of [/target +Umsatz/, /known ahead +Aktion/, /window +10, horizon 4, season 5/, /Umsatz +log10, then windowStandard/, /trained +2021-03-01 to 2021-\d\d-\d\d/]) assert.match(inspected, expected);
  for (const [more, expected] of [
    [['predict', 'models/shops.safetensors', csv, ...args], /--future-file is missing/], [['predict', csv, csv], /shops\.csv is no forecaster, as bptt forecast --save writes it: /], [['predict', 'models/shops.safetensors', csv], /separates its columns with ';'/],
  ] as const) {
    const refused = bptt(more, folder);
    assert.is(refused.code, 2);
    assert.match(refused.stderr, expected);
    assert.match(refused.stderr, /^bptt predict: [^\n]+\n$/);
  }
});

test('Ctrl-C: one line, exit code 130, nothing written; the best model where it is to be saved', async () => {
  const csv = await file('long.csv', pricesCsv(600, 5));
  const args = [csv, '--target', 'Close', '--batch', '1', '--epochs', '1000', '--out', 'long'];
  const { code, stderr } = await run(args, 'Training');
  assert.is(code, 130);
  assert.match(stderr, /(?:^|\n)bptt forecast: stopped by Ctrl-C; nothing was written\.\n$/);
  assert.not.match(stderr, /\n\s+at /);
  assert.equal(await readdir(join(folder, 'long')), []);

  const early = await run([...args, '--save', 'early.safetensors'], 'Training');
  assert.is(early.code, 130);
  assert.match(early.stderr, /stopped by Ctrl-C; no epoch had ended, and nothing was written\.\n$/);
  const kept = await run([csv, '--target', 'Close', '--window', '5', '--epochs', '1000', '--batch', '64', '--save', 'kept.safetensors'], 'epoch    2/1000', 'stderr');
  assert.is(kept.code, 130);
  assert.match(kept.stderr, /stopped by Ctrl-C; the best model so far, of epoch \d+, is in kept\.safetensors\.\n$/);
  const { code: loaded, stdout } = bptt(['predict', 'kept.safetensors', csv], folder);
  assert.is(loaded, 0);
  assert.match(stdout, /Forecast after[^\n]*\n {2}date +forecast +change +90 % from +to\n/);
  assert.equal((await readdir(folder)).filter((name) => name.startsWith('early')), []);
  // Trained and saved, and stopped while it was being judged.
  const large = await file('large.csv', pricesCsv(3000, 5));
  const judged = await run([large, '--target', 'Close', '--window', '60', '--epochs', '1', '--batch', '500', '--save', 'judged.safetensors'], 'judged.safetensors', 'file');
  assert.is(judged.code, 130);
  assert.match(judged.stderr, /stopped by Ctrl-C; the model is in judged\.safetensors\.\n$/);
});

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

test.run();
