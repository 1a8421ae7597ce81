/** `npm start`: the command on the packaged prices, or on a file of one's own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FORECAST } from '../../src/cli/commands/forecast.js';
import { pricesCsv } from './support.js';

const PROGRAM = fileURLToPath(new URL('../../examples/forecast.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bptt-start-'));
test.after(() => { rmSync(folder, { recursive: true }); });

function start(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

test('--help explains every option within 100 columns', () => {
  const { code, stdout, stderr } = start('--help');
  assert.equal([code, stderr], [0, '']);
  for (const name of ['csv', ...Object.keys(FORECAST)]) assert.match(stdout, `--${name}`);
  assert.ok(stdout.split('\n').every((line) => line.length <= 105));
});

test('--csv FILE takes the place of the packaged prices, and needs a target', () => {
  writeFileSync(join(folder, 'own.csv'), pricesCsv(140, 2));
  const { code, stderr } = start('--csv', 'own.csv');
  assert.is(code, 2);
  assert.is(stderr, 'forecast: --target is missing: name the column to forecast, of \'Date\', \'Close\', \'Volume\'.\n');
  const own = start('--csv', 'own.csv', '--target', 'Volume', '--window', '6', '--horizon', '3', '--epochs', '1');
  assert.is(own.code, 0, own.stderr);
  assert.match(own.stdout, /140, 2021-03-01 to/);
  assert.equal(readdirSync(join(folder, 'out', 'forecast')).sort(), ['forecast.csv', 'forecast.json', 'report.html']);
});

test('without a file: AAPL, its closing price', () => {
  const { code, stdout, stderr } = start('--window', '5', '--horizon', '1', '--epochs', '1', '--batch', '256', '--out', 'aapl');
  assert.is(code, 0, stderr);
  assert.match(stdout, /AAPL, daily[\s\S]*1,260, 2013-05-13 to 2018-05-11\n +target +Close\n/);
  assert.match(readFileSync(join(folder, 'aapl', 'forecast.json'), 'utf8'), /"command": "npm start -- --window 5 /);
});

test.run();
