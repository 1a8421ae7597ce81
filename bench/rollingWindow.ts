/**
 * `npm run bench:study`: splits of the rolling-window study, the protocol without leaks, ours on worker threads against the
 * same in PyTorch (bench/peers/rolling_window.py). Whole processes are timed, from their start to their end, in turns.
 * Target: at least three times as fast as PyTorch on the better of one and two threads.
 */
import { spawn } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packaged } from '../examples/support/packaged.js';
import { findPython } from './subjects.js';
import { medianOf } from './measure.js';

const TARGET = 3;
const root = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({
  options: { splits: { type: 'string', default: '10' }, rounds: { type: 'string', default: '3' }, workers: { type: 'string', default: '2' }, help: { type: 'boolean', default: false } },
});

/** What a process says of the splits it ran. */
interface Said { readonly rmse: number; readonly trainRmse: number; readonly epochs: number; readonly backend: string }
interface Timed { readonly seconds: number; readonly said: readonly Said[] }

function run(command: string, args: readonly string[]): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => { text += part; });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text.trim().split('\n').at(-1) ?? '') as Said);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${String(code)}`));
    });
  });
}

/** Commands that run at the same time. */
async function timed(commands: readonly (readonly [command: string, args: readonly string[]])[]): Promise<Timed> {
  const started = performance.now();
  const said = await Promise.all(commands.map(([command, args]) => run(command, args)));
  return { seconds: (performance.now() - started) / 1000, said };
}

const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;

async function main(): Promise<void> {
  if (values.help) {
    console.log('npm run bench:study -- [--splits 10] [--rounds 3] [--workers 2]');
    return;
  }
  const [splits, rounds] = [Number(values.splits), Number(values.rounds)];
  const { path, name } = packaged.aapl;
  const python = findPython();
  const torch = (threads: number, first: number, last: number): readonly [string, string[]] =>
    [python, [join(root, 'bench/peers/rolling_window.py'), String(threads), path, 'Close', String(first), String(last)]];
  const half = splits >> 1;
  const subjects: Record<string, () => Promise<Timed>> = {
    [`bptt, ${values.workers} workers`]: () => timed([[process.execPath, [join(root, 'dist/bench/rollingWindowSplits.js'), String(splits), values.workers]]]),
    'PyTorch, 1 thread': () => timed([torch(1, 0, splits)]),
    'PyTorch, 2 threads': () => timed([torch(2, 0, splits)]),
    'PyTorch, 2 processes': () => timed([torch(1, 0, half), torch(1, half, splits)]),
  };
  console.log(`${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; ${splits} splits of ${name}`);
  const found = new Map<string, Timed[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [subject, go] of Object.entries(subjects)) {
      const one = await go();
      process.stderr.write(`round ${round + 1}, ${subject}: ${one.seconds.toFixed(1)} s\n`);
      found.set(subject, [...(found.get(subject) ?? []), one]);
    }
  }
  const medians = new Map<string, number>();
  for (const [subject, list] of found) {
    const seconds = list.map((one) => one.seconds);
    const said = list.flatMap((one) => one.said);
    medians.set(subject, medianOf(seconds));
    const range = `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}`;
    console.log(`${subject.padEnd(22)}${medianOf(seconds).toFixed(2).padStart(7)} s  (${range})  ${(said.reduce((sum, { epochs }) => sum + epochs, 0) / list.length).toFixed(0)} epochs, `
      + `RMSE $${mean(said.map(({ rmse }) => rmse)).toFixed(2)}, training $${mean(said.map(({ trainRmse }) => trainRmse)).toFixed(2)}  ${said[0]?.backend ?? ''}`);
  }
  const [ours = NaN, one = NaN, two = NaN, processes = NaN] = medians.values();
  const ratio = Math.min(one, two) / ours;
  console.log(`medians of ${rounds}, process start included: ${ratio.toFixed(2)} × against its better thread count (target ${TARGET}: ${ratio >= TARGET ? 'met' : 'missed'}), ${(processes / ours).toFixed(2)} × against its two processes`);
}

await main();
