/**
 * `npm run bench:m4`: training the network of the m4-hourly study, ours beside the same in PyTorch (bench/peers/m4_hourly.py): the same batches in
 * the same order from one file, made-up hours with a day and a week in them. Each run is a process of its own, in turns.
 * Target: level with PyTorch on the better of one and two threads, or faster.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { QUANTILES, planOf } from '../examples/m4-hourly/settings.js';
import { SIZES, madeUpBatches } from './m4HourlyBatches.js';
import { findPython } from './subjects.js';
import { medianOf } from './measure.js';

const [settings] = planOf(true).recurrent;
const root = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({
  options: { steps: { type: 'string', default: '400' }, rounds: { type: 'string', default: '3' }, threads: { type: 'string', default: '1,2' }, help: { type: 'boolean', default: false } },
});

/** What a process says: milliseconds a step on the clock and of processor time, which others on the machine disturb less; the loss over all batches afterwards. */
interface Said { readonly milliseconds: number; readonly processor: number; readonly loss: number; readonly backend: string }

type Row = Pick<Said, 'milliseconds' | 'processor'>;

function run(command: string, args: readonly string[]): Said {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Said;
}

function compare(file: string): void {
  const python = findPython();
  const ours = (threads: number) => (): Said => run(process.execPath, [join(root, 'dist/bench/m4HourlySteps.js'), String(threads), file, values.steps]);
  const torch = (threads: number) => (): Said => run(python, [join(root, 'bench/peers/m4_hourly.py'), String(threads), file, values.steps, JSON.stringify({ ...SIZES, ...settings, quantiles: QUANTILES })]);
  const counts = values.threads.split(',').map(Number);
  const subjects = ([['bptt', ours], ['PyTorch', torch]] as const).flatMap(([name, of]) => counts.map((threads) => ({ name: `${name}, ${threads} thread${threads === 1 ? '' : 's'}`, go: of(threads) })));
  console.log(`${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; ${values.steps} steps`);
  const found = new Map<string, Said[]>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { name, go } of subjects) found.set(name, [...(found.get(name) ?? []), go()]);
  }
  const medians = [...found].map(([subject, said]) => {
    const of = (pick: (one: Said) => number): number => medianOf(said.map(pick));
    const times = said.map(({ milliseconds }) => milliseconds);
    const row: Row = { milliseconds: medianOf(times), processor: of((one) => one.processor) };
    console.log(`${subject.padEnd(20)}${row.milliseconds.toFixed(2).padStart(7)} ms a step  (${Math.min(...times).toFixed(2)}–${Math.max(...times).toFixed(2)})`
      + `${row.processor.toFixed(2).padStart(8)} ms of processor time  loss ${of(({ loss }) => loss).toFixed(4)}  ${said[0]?.backend ?? ''}`);
    return row;
  });
  const [mine, others] = [medians.slice(0, counts.length), medians.slice(counts.length)];
  const least = (rows: readonly Row[], pick: (row: Row) => number): number => Math.min(...rows.map(pick));
  const ratio = (pick: (row: Row) => number): string => (least(mine, pick) / least(others, pick)).toFixed(2);
  console.log(`medians of ${values.rounds} rounds, both at their better thread count: ${ratio(({ milliseconds }) => milliseconds)} of PyTorch's time (target: at most 1), ${ratio(({ processor }) => processor)} of its processor time`);
}

if (values.help) {
  console.log('npm run bench:m4 -- [--steps 400] [--rounds 3] [--threads 1,2]');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'bptt-m4-'));
  try {
    const file = join(folder, 'batches.bin');
    writeFileSync(file, madeUpBatches());
    compare(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
