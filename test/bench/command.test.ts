/** `npm run bench`: its arguments, what its figures say of each other, and two runs side by side. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { about, caseOf, ids, operationsOf } from '../../bench/catalogue.js';
import { changesBetween } from '../../bench/compare.js';
import { medianOf } from '../../bench/measure.js';
import { readArguments } from '../../bench/options.js';
import { csvOf, rowOf } from '../../bench/report.js';
import type { Run } from '../../bench/report.js';
import { UsageError } from '../../src/cli/options.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-bench-'));
test.after(() => rmSync(folder, { recursive: true }));

function bench(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [join(import.meta.dirname, '../../bench/index.js'), ...args], { cwd: folder, encoding: 'utf8' });
}

test('wrong arguments are one sentence that names the option', () => {
  const wrong: readonly [string[], RegExp][] = [
    [['--rounds', '0'], /--rounds .* 1 to 1000, got '0'/], [['--rounds', '2.5'], /--rounds/], [['--seconds', 'soon'], /--seconds .* got 'soon'/],
    [['--seconds', '0'], /--seconds/], [['--only', 'W1,Z9'], /Unknown measurement Z9/], [['--only', 'LSTM0-B1-T1-D1'], /Unknown measurement/],
    [['--lstm', '5,x'], /--lstm .* got '5,x'/], [['--product', '3,4'], /--product must be 3 whole numbers/], [['--backends', 'wasm,metal'], /Unknown backend metal/],
    [['--batch', '-1', '--lstm', '5'], /batch/], [['--round', '3'], /Did you mean --rounds\?/], [['--compare', 'a.json'], /AFTER\.json is missing/], [['W1'], /Unexpected argument 'W1'/],
  ];
  for (const [args, message] of wrong) assert.throws(() => readArguments(args), (error: unknown) => error instanceof UsageError && message.test(error.message), args.join(' '));
});

test('sizes of one\'s own are ids like the others', () => {
  const plan = readArguments(['--lstm', '64,32', '--batch', '8', '--steps', '40', '--features', '3', '--product', '300,200,100']);
  assert.ok(plan !== 'help' && plan.kind === 'measure');
  assert.equal(plan.ids, ['LSTM64+32-B8-T40-D3', 'M300x200x100']);
  const [own, product] = plan.ids.map(caseOf);
  assert.ok(own?.kind === 'training' && product?.kind === 'product');
  const { cell, layers, batch, steps, inputs } = own.network;
  assert.equal({ cell, layers, batch, steps, inputs }, { cell: 'lstm', layers: [64, 32], batch: 8, steps: 40, inputs: 3 });
  assert.is(operationsOf('M300x200x100'), 12_000_000);
  const beside = readArguments(['--gru', '7', '--only', 'W2']);
  assert.ok(beside !== 'help' && beside.kind === 'measure');
  assert.equal(beside.ids, ['W2', 'GRU7-B32-T20-D1']);
  const everything = readArguments([]);
  assert.ok(everything !== 'help' && everything.kind === 'measure');
  assert.equal(everything.ids, ids);
});

test('every named measurement has its kind and its words, in an order that people expect', () => {
  for (const id of ids) assert.ok(caseOf(id) && about(id) !== '', id);
  assert.equal(ids.slice(0, 5), ['M1', 'M2', 'M3', 'M4', 'G1']);
  assert.equal(ids.filter((id) => id.startsWith('W')), Array.from({ length: 17 }, (_, i) => `W${i + 1}`));
});

test('milliseconds and GFLOP/s of a row are of the same run, with an even number of rounds too', () => {
  assert.is(medianOf([4, 1, 3, 2]), 2.5);
  assert.is(medianOf([3, 1, 2]), 2);
  assert.ok(Number.isNaN(medianOf([])));
  const row = rowOf('M1', 'bptt wasm', 'what ran', [0.05, 0.02]);
  assert.is(row.median, 0.035);
  assert.is(row.gflops, (2 * 64 ** 3) / 0.035 / 1e6);
  assert.is(rowOf('W1', 'bptt wasm', 'what ran', [1]).gflops, undefined);
});

const machine = { cpu: 'any', cores: 2, memoryGB: 8, node: 'v20' };
const runOf = (times: Readonly<Record<string, readonly number[]>>): Run => ({
  date: '2026-01-02T03:04:05.000Z', command: 'npm run bench', machine, rounds: 3, seconds: 1, rows: Object.entries(times).map(([id, list]) => rowOf(id, 'bptt wasm', 'wasm, "one" thread', list)),
});

function saved(name: string, run: Run): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(run));
  return path;
}

test('a comparison fails on what became slower beyond the spread, and on nothing less', () => {
  const before = runOf({ W1: [10, 11, 12], W2: [1, 1.1, 1.2], M1: [5, 6, 7] });
  const after = runOf({ W1: [12.1, 13, 14], W2: [1.1, 1.3, 1.5], M1: [3, 3.5, 4] });
  assert.equal(changesBetween(before.rows, after.rows).map(({ verdict }) => verdict), ['slower', 'level', 'faster']);
  const [old, slow, level] = [saved('before.json', before), saved('slow.json', after), saved('level.json', runOf({ W1: [11.9, 13, 14] }))];
  const failed = bench('--compare', old, slow);
  assert.is(failed.status, 1);
  assert.match(failed.stdout, /W1 .* 1\.182 × slower\n[^]*M1 .* faster\n[^]*slower beyond the spread: W1 bptt wasm\n$/);
  const passed = bench('--compare', old, level);
  assert.is(passed.status, 0, passed.stderr);
  assert.match(passed.stdout, /only before: W2 bptt wasm, M1 bptt wasm\nnothing became slower/);
});

test('what has no spread or no rows is not compared', () => {
  const one = saved('one.json', { ...runOf({ W1: [1] }), rounds: 1 });
  const none = saved('none.json', runOf({}));
  writeFileSync(join(folder, 'text.json'), 'figures');
  for (const [path, message] of [[one, /at least 3/], [none, /holds no rows/], [join(folder, 'text.json'), /cannot be read/]] as const) {
    const { status, stderr } = bench('--compare', path, path);
    assert.is(status, 2);
    assert.match(stderr, message);
    assert.is(stderr.trim().split('\n').length, 1);
  }
  assert.is(bench('--compare', saved('a.json', runOf({ W1: [1] })), saved('b.json', runOf({ W2: [1] }))).status, 1, 'nothing in both is no success');
});

test('a run of a product and a step writes its files, and its JSON on one line on request', () => {
  const { status, stdout, stderr } = bench('--product', '8,9,10', '--lstm', '3', '--batch', '2', '--steps', '4', '--backends', 'cpu', '--seconds', '0.01', '--rounds', '1', '--json', '--out', 'run');
  assert.is(status, 0, stderr);
  const run = JSON.parse(stdout) as Run;
  assert.equal(run.rows.map(({ id, backend }) => `${id} ${backend}`), ['LSTM3-B2-T4-D1 cpu float32', 'M8x9x10 cpu float32']);
  assert.equal(JSON.parse(readFileSync(join(folder, 'run/bench.json'), 'utf8')), run);
  assert.is(readFileSync(join(folder, 'run/bench.csv'), 'utf8'), csvOf(run));
  assert.match(readFileSync(join(folder, 'run/index.html'), 'utf8'), /<title>bptt benchmark/);
});

test('CSV: one line a row, quoted', () => {
  assert.is(csvOf(runOf({ M1: [0.5] })), 'date,id,measurement,subject,ran,median_ms,lowest_ms,highest_ms,gflops\n2026-01-02T03:04:05.000Z,M1,"product 64 × 64","bptt wasm","wasm, ""one"" thread",0.5,0.5,0.5,1.048576\n');
});

test.run();
