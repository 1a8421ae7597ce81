/**
 * `npm run bench:growth`: how a training step grows with units, steps, batch and layers, ours on one thread and two beside PyTorch, each
 * point a process of its own, in turns. Prints a table for each axis, and draws docs/pictures/growth-AXIS.svg with --draw.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linePlot } from 'bptt/charts';
import { flag, optionHelp, parseOptions, wholeNumber, words } from '../src/cli/options.js';
import { runCli } from '../src/cli/runCli.js';
import { trainingId } from './catalogue.js';
import { formatMs, rowOf } from './report.js';
import { ours, pytorch } from './subjects.js';
import type { Subject } from './subjects.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Point { readonly units: number; readonly steps: number; readonly batch: number; readonly layers: number }

/** The middle of every axis. */
const middle: Point = { units: 64, steps: 40, batch: 32, layers: 1 };

const AXES = {
  units: [16, 32, 64, 128, 256, 512], steps: [10, 20, 40, 80, 160, 320], batch: [1, 4, 16, 64, 256], layers: [1, 2, 3, 4],
} as const;
const axes = Object.keys(AXES) as (keyof typeof AXES)[];

const options = {
  axis: words(axes, 'which axes (default all)'),
  rounds: wholeNumber('rounds; the table shows medians over them', { fallback: 3, least: 1, most: 100 }),
  draw: flag('draws docs/pictures/growth-AXIS.svg anew'),
};

function idOf({ units, steps, batch, layers }: Point): string {
  return trainingId({ cell: 'lstm', layers: Array.from({ length: layers }, () => units), batch, steps, inputs: 8 });
}

/** Median milliseconds of every subject at every point of an axis. */
function measureAxis(axis: keyof Point, subjects: readonly Subject[], rounds: number, signal: AbortSignal): ReadonlyMap<string, number[]> {
  const times = new Map(subjects.map(({ name }) => [name, AXES[axis].map((): number[] => [])]));
  for (let round = 0; round < rounds; round++) {
    for (const [i, size] of AXES[axis].entries()) {
      for (const subject of subjects) {
        signal.throwIfAborted();
        const measured = subject.run(idOf({ ...middle, [axis]: size }), 0.4);
        if (measured) times.get(subject.name)?.[i]?.push(measured.train.median);
      }
    }
  }
  return new Map([...times].map(([name, lists]) => [name, lists.map((list) => rowOf('', name, '', list).median)]));
}

function main(signal: AbortSignal): void {
  const values = parseOptions(options, process.argv.slice(2));
  if (values === 'help') {
    console.log(`npm run bench:growth -- [options]\n\n${optionHelp(options)}`);
    return;
  }
  const subjects = [ours(root, 'wasm'), ours(root, 'wasm2'), ...pytorch(join(root, 'bench/peers'))];
  const fixed = Object.entries(middle).map(([name, size]) => `${name} ${size}`).join(', ');
  console.log(`A training step of LSTM layers, dense 1, Adam; where an axis does not vary: ${fixed}, 8 inputs. Milliseconds, medians of ${values.rounds} rounds.\n`);
  for (const axis of values.axis.length > 0 ? values.axis : axes) {
    const found = measureAxis(axis, subjects, values.rounds, signal);
    console.log([axis.padEnd(8), ...AXES[axis].map((size) => String(size).padStart(10))].join(''));
    for (const [name, times] of found) console.log([name.padEnd(16), ...times.map((ms) => formatMs(ms).padStart(10))].join(''));
    console.log();
    if (!values.draw) continue;
    const plot = linePlot({
      title: `A training step as ${axis} grow${axis === 'batch' ? 's' : ''}`, x: [...AXES[axis]], xScale: 'log', yScale: 'log', xLabel: axis, yLabel: 'milliseconds',
      series: [...found].map(([name, values]) => ({ name, values, mark: 'both' as const })),
    });
    mkdirSync(join(root, 'docs/pictures'), { recursive: true });
    writeFileSync(join(root, `docs/pictures/growth-${axis}.svg`), `${plot.svg}\n`);
  }
}

await runCli('bench:growth', (signal) => Promise.resolve(main(signal)));
