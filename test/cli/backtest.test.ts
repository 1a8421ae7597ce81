/** `bptt backtest`: scores that follow from the table it writes, trained once or anew. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ModelScore } from '../../src/forecast/index.js';
import { pricesCsv, weekdays } from '../examples/support.js';
import { bptt } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-backtest-'));
test.after(() => { rmSync(folder, { recursive: true }); });
const ROWS = 140;
writeFileSync(join(folder, 'prices.csv'), pricesCsv(ROWS, 3));
const ARGS = ['backtest', 'prices.csv', '--target', 'Close', '--window', '6', '--horizon', '3', '--epochs', '1'];

interface Row { readonly model: string; readonly cutoff: string; readonly date: string; readonly actual: number; readonly forecast: number }

function tableOf(path: string): Row[] {
  return readFileSync(join(folder, path), 'utf8').trimEnd().split('\n').slice(1).map((line) => {
    const [, model = '', cutoff = '', date = '', , actual, forecast] = line.split(',');
    return { model, cutoff, date, actual: Number(actual), forecast: Number(forecast) };
  });
}

test('the test block: every model on the same values, scores that follow from the table', () => {
  const { code, stdout, stderr } = bptt([...ARGS, '--baselines', 'drift,theta', '--out', 'once'], folder);
  assert.is(code, 0, stderr);
  assert.equal(readdirSync(join(folder, 'once')).sort(), ['backtest.csv', 'backtest.json', 'report.html']);
  const rows = tableOf('once/backtest.csv');
  const { scores } = JSON.parse(readFileSync(join(folder, 'once', 'backtest.json'), 'utf8')) as { readonly scores: readonly ModelScore[] };
  assert.equal(scores.map(({ model }) => model), ['network', 'noChange', 'drift', 'theta']);
  const prices = new Map(pricesCsv(ROWS, 3).split('\n').slice(1).map((line) => [line.split(',')[0] ?? '', Number(line.split(',')[1])]));
  for (const { model, mae } of scores) {
    const own = rows.filter((row) => row.model === model);
    assert.is(own.length, scores[0]?.count);
    assert.ok(Math.abs(own.reduce((sum, { actual, forecast }) => sum + Math.abs(actual - forecast), 0) / own.length - mae) < 1e-9, model);
    for (const { date, actual } of own) assert.is(actual, prices.get(date));
  }
  for (const { cutoff, forecast } of rows.filter(({ model }) => model === 'noChange')) assert.is(forecast, prices.get(cutoff));
  assert.match(stdout, /\n {2}model +MAE +RMSE +sMAPE +MASE +RMSSE +OWA +coverage +MSIS\n {2}network +/);
  assert.match(readFileSync(join(folder, 'once', 'report.html'), 'utf8'), /Close: a backtest/);
});

test('--origins, --stride, --refit: the last ones, trained anew for each few; --json alone on stdout', () => {
  const { code, stdout, stderr } = bptt([...ARGS, '--origins', '4', '--stride', '2', '--refit', '2', '--json', '--out', 'anew'], folder);
  assert.is(code, 0, stderr);
  assert.equal((JSON.parse(stdout) as { readonly scores: readonly ModelScore[] }).scores.map(({ model, count }) => [model, count]), [['network', 12], ['noChange', 12]]);
  assert.match(stderr, /^training 1 of 2 done\ntraining 2 of 2 done\n$/);
  const dates = weekdays(ROWS);
  assert.equal([...new Set(tableOf('anew/backtest.csv').map(({ cutoff }) => cutoff))], [ROWS - 10, ROWS - 8, ROWS - 6, ROWS - 4].map((row) => dates[row]));
});

test('more origins than are unseen are refused before the training, with their number', () => {
  const refused = bptt([...ARGS, '--origins', '60', '--stride', '2'], folder);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /^bptt backtest: --origins must be at most \d+, whose values are not learned from, got 60\. --refit trains anew for earlier ones\.\n$/);
  const most = Number(/at most (\d+)/.exec(refused.stderr)?.[1]);
  assert.equal([most, most + 1].map((origins) => bptt([...ARGS, '--origins', String(origins), '--stride', '2'], folder).code), [0, 2]);
});

test('what does not go together is refused', () => {
  for (const [args, expected] of [
    [['--refit', '2'], /--refit needs --origins/], [['--origins', '1000', '--refit', '9'], /--origins: expected at most \d+ for this table, got 1000/], [['--season', '130', '--origins', '9', '--refit', '9'], /--season must be below the 129 rows that are learned from/], [['--baselines', 'magic'], /--baselines must be among seasonal, drift/],
  ] as const) {
    const { code, stdout, stderr } = bptt([...ARGS, ...args, '--json'], folder);
    assert.equal([code, stdout], [2, '']);
    assert.match(stderr, expected);
    assert.match(stderr, /bptt backtest: [^\n]+\n$/);
  }
});

test.run();
