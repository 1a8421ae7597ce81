/** What `npm run bench:growth` has measured, as it is kept in bench/growth.json and said in docs/benchmarks.md. */
import { medianOf } from './measure.js';
import type { Machine } from './report.js';

export const axes = ['units', 'steps', 'batch', 'layers'] as const;
export type Axis = (typeof axes)[number];

/** Along one axis. */
export interface Curves {
  readonly sizes: readonly number[];
  /** By subject, ms at each size. */
  readonly times: Readonly<Record<string, readonly number[]>>;
}

export interface Growth {
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Processes that wanted to run as it began, over a minute. */
  readonly load: number;
  readonly rounds: number;
  readonly curves: Readonly<Record<Axis, Curves>>;
}

const [BEGIN, END] = ['<!-- growth: written by `npm run bench:growth -- --write` -->', '<!-- growth ends -->'];

/** Three digits, as the other tables of the page. */
function three(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3);
}

function table(axis: Axis, { sizes, times }: Curves): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const better = (part: string, i: number): number => Math.min(...Object.entries(times).filter(([name]) => name.startsWith(part)).map(([, all]) => all[i] ?? NaN));
  return [
    row([axis, ...sizes.map(String)]), `|${'---|'.repeat(sizes.length + 1)}`,
    ...Object.entries(times).map(([name, all]) => row([name, ...all.map(three)])),
    row(['ours / PyTorch, each at its better thread count', ...sizes.map((_, i) => (better('bptt', i) / better('PyTorch', i)).toFixed(2))]),
  ];
}

function sectionOf({ date, machine, load, rounds, curves }: Growth): string {
  const parts = axes.flatMap((axis) => [
    `![Milliseconds of a training step as ${axis} grow${axis === 'batch' ? 's' : ''}, both axes logarithmic: bptt on one thread and two, PyTorch on one and two](pictures/growth-${axis}.svg)`, '', ...table(axis, curves[axis]), '',
  ]);
  const ran = `${machine.cores} × ${machine.cpu.replaceAll(/\((?:R|TM)\)/g, '')}, Node ${machine.node.slice(1)}, ${date.slice(0, 10)}, load ${load.toFixed(1)} when it began; milliseconds, medians of ${rounds} round${rounds === 1 ? '' : 's'}.`;
  return [BEGIN, '', ran, '', ...parts, END].join('\n');
}

/** A page with what was measured in the place that it has for it. @param growth null before anything was. */
export function withGrowth(page: string, growth: Growth | null): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no place for it: ${BEGIN} … ${END}`);
  const section = growth ? sectionOf(growth) : `${BEGIN}\n${END}`;
  return page.slice(0, begin) + section + page.slice(end + END.length);
}

/** Median of the rounds at each size. */
export function mediansOf(rounds: readonly (readonly number[])[]): number[] {
  return rounds.map((times) => Number(medianOf(times).toPrecision(4)));
}
