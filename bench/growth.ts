/**
 * `npm run bench:growth`: how a training step grows with units, steps, batch and layers, ours on one thread and two beside PyTorch, each
 * point a process of its own, in turns. Prints a table for each axis; with --write the page, its pictures and bench/growth.json say what came out.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError, flag, optionHelp, parseOptions, wholeNumber, words } from '../src/cli/options.js';
import { runCli } from '../src/cli/runCli.js';
import { trainingId } from './catalogue.js';
import { axes, mediansOf, withGrowth } from './growthPage.js';
import type { Axis, Curves, Growth } from './growthPage.js';
import { thisMachine } from './machine.js';
import { formatMs } from './report.js';
import { ours, pytorch } from './subjects.js';
import type { Subject } from './subjects.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

type Point = Readonly<Record<Axis, number>>;

/** The middle of every axis. */
const middle: Point = { units: 64, steps: 40, batch: 32, layers: 1 };

const SIZES: Readonly<Record<Axis, readonly number[]>> = {
  units: [16, 32, 64, 128, 256, 512], steps: [10, 20, 40, 80, 160, 320], batch: [1, 4, 16, 64, 256], layers: [1, 2, 3, 4],
};

const options = {
  axis: words(axes, 'which axes (default all)'),
  rounds: wholeNumber('rounds; the table shows medians over them', { fallback: 3, least: 1, most: 100 }),
  quick: flag('two sizes of each axis, for a tenth of a second each, once: to see that it works'),
  write: flag('writes bench/growth.json, the tables in docs/benchmarks.md and docs/pictures/growth-*.svg anew; all axes'),
};

function idOf({ units, steps, batch, layers }: Point): string {
  return trainingId({ cell: 'lstm', layers: Array.from({ length: layers }, () => units), batch, steps, inputs: 8 });
}

function measureAxis(axis: Axis, subjects: readonly Subject[], { rounds, quick }: { rounds: number; quick: boolean }, signal: AbortSignal): Curves {
  const sizes = SIZES[axis].filter((_, i) => !quick || i === 0 || i === 2);
  const times = new Map(subjects.map(({ name }) => [name, sizes.map((): number[] => [])]));
  for (let round = 0; round < (quick ? 1 : rounds); round++) {
    for (const [i, size] of sizes.entries()) {
      for (const subject of subjects) {
        signal.throwIfAborted();
        const measured = subject.run(idOf({ ...middle, [axis]: size }), quick ? 0.1 : 0.4);
        if (measured) times.get(subject.name)?.[i]?.push(measured.train.median);
      }
    }
  }
  return { sizes, times: Object.fromEntries(Array.from(times, ([name, lists]) => [nameOf(name), mediansOf(lists)])) };
}

/** As the page calls them. */
function nameOf(subject: string): string {
  const [, library, threads = '1'] = /^(bptt wasm|torch) ?(\d?)$/.exec(subject) ?? [];
  return `${library === 'torch' ? 'PyTorch' : 'bptt'}, ${threads === '2' ? '2 threads' : '1 thread'}`;
}

function write(growth: Growth): void {
  writeFileSync(join(root, 'bench/growth.json'), `${JSON.stringify(growth, undefined, 1)}\n`);
  const page = join(root, 'docs/benchmarks.md');
  writeFileSync(page, withGrowth(readFileSync(page, 'utf8'), growth));
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/pictures.mjs')], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`scripts/pictures.mjs: ${stderr}`);
}

function main(signal: AbortSignal): void {
  const values = parseOptions(options, process.argv.slice(2));
  if (values === 'help') {
    console.log(`npm run bench:growth -- [options]\n\n${optionHelp(options)}`);
    return;
  }
  if (values.write && values.axis.length > 0) throw new UsageError('--write takes all axes: leave --axis off.');
  const subjects = [ours(root, 'wasm'), ours(root, 'wasm2'), ...pytorch(join(root, 'bench/peers'))];
  const fixed = Object.entries(middle).map(([name, size]) => `${name} ${size}`).join(', ');
  const [load = NaN] = loadavg();
  const rounds = values.quick ? 1 : values.rounds;
  console.log(`A training step of LSTM layers, dense 1, Adam; where an axis does not vary: ${fixed}, 8 inputs. Medians of ${rounds} rounds.\n`);
  const curves: Partial<Record<Axis, Curves>> = {};
  for (const axis of values.axis.length > 0 ? values.axis : axes) {
    const { sizes, times } = (curves[axis] = measureAxis(axis, subjects, values, signal));
    console.log([axis.padEnd(20), ...sizes.map((size) => String(size).padStart(10))].join(''));
    for (const [name, all] of Object.entries(times)) console.log([name.padEnd(20), ...all.map((ms) => formatMs(ms).padStart(10))].join(''));
    console.log();
  }
  const { units, steps, batch, layers } = curves;
  if (values.write && units && steps && batch && layers) {
    write({ date: new Date().toISOString(), machine: thisMachine(), load, rounds, curves: { units, steps, batch, layers } });
  }
}

await runCli('bench:growth', (signal) => Promise.resolve(main(signal)));
