/** The benchmark as a table on the terminal, a chart for each group, and an HTML page. */
import { barChart, htmlReport } from 'bptt/charts';
import type { Plot } from 'bptt/charts';
import { about } from './prepare.js';

export interface Row {
  readonly id: string;
  readonly subject: string;
  /** What really ran. */
  readonly backend: string;
  /** Of the rounds' medians, ms. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly gflops?: number;
}

export interface Machine { readonly cpu: string; readonly cores: number; readonly memoryGB: number; readonly node: string }

export function formatMs(ms: number): string {
  if (ms < 0.01) return `${(ms * 1000).toFixed(2)} µs`;
  return ms < 10 ? `${ms.toFixed(3)} ms` : `${ms.toFixed(1)} ms`;
}

/** All subjects of one measurement; ratios are to the first. */
export function printRows(rows: readonly Row[]): void {
  const [first] = rows;
  for (const row of rows) {
    const ratio = first && row !== first ? `${(row.median / first.median).toFixed(2)} ×` : '';
    const what = row === first ? about(row.id) : '';
    const cells = [
      row.id.padEnd(3), row.subject.padEnd(16), formatMs(row.median).padStart(10), `${formatMs(row.low)} – ${formatMs(row.high)}`.padStart(24),
      (row.gflops === undefined ? '' : `${row.gflops.toFixed(1)} GFLOP/s`).padStart(14), ratio.padStart(9), ` ${what}`,
    ];
    console.log(cells.join(' ').trimEnd());
  }
}

function chart(title: string, rows: readonly Row[]): Plot {
  const ids = [...new Set(rows.map((row) => row.id))];
  const subjects = [...new Set(rows.map((row) => row.subject))];
  const of = (subject: string, pick: (row: Row) => number): number[] =>
    ids.map((id) => {
      const row = rows.find((candidate) => candidate.id === id && candidate.subject === subject);
      return row ? pick(row) : NaN;
    });
  return barChart({
    title, subtitle: 'median over rounds, with lowest and highest; logarithmic', categories: ids, yScale: 'log', yLabel: 'milliseconds',
    series: subjects.map((name) => ({
      name, values: of(name, (r) => r.median), interval: { lower: of(name, (r) => r.low), upper: of(name, (r) => r.high) },
    })),
  });
}

/** M, G and W rows in charts of their own. */
export function charts(rows: readonly Row[]): { name: string; plot: Plot }[] {
  const groups = [['M', 'products', 'Square matrix products'], ['G', 'gates', 'LSTM gates, forward and backward'], ['P', 'prediction', 'Predicting one window'], ['W', 'training', 'One training step']] as const;
  return groups.flatMap(([letter, name, title]) => {
    const own = rows.filter((row) => row.id.startsWith(letter));
    return own.length > 0 ? [{ name, plot: chart(title, own) }] : [];
  });
}

/**
 * Where the gpu rows overtake wasm: the smallest measured product from which gpu stays faster, or undefined.
 * A software adapter hardly ever does, and says nothing about a GPU.
 */
export function breakEven(rows: readonly Row[], gpuSubject: string): string | undefined {
  const products = rows.filter((row) => row.id.startsWith('M'));
  const time = (id: string, subject: string): number | undefined => products.find((row) => row.id === id && row.subject === subject)?.median;
  const ids = [...new Set(products.map((row) => row.id))].filter((id) => time(id, gpuSubject) !== undefined && time(id, 'bptt wasm') !== undefined);
  const wins = ids.map((id) => (time(id, gpuSubject) ?? Infinity) < (time(id, 'bptt wasm') ?? 0));
  const from = wins.lastIndexOf(false) + 1;
  return ids[from];
}

export function page(rows: readonly Row[], machine: Machine, date: string, command: string): string {
  return htmlReport({
    title: 'bptt benchmark',
    subtitle: `${machine.cores} × ${machine.cpu}, ${machine.memoryGB} GB, Node ${machine.node}, ${date.slice(0, 10)}`,
    sections: [
      { heading: 'Charts', blocks: charts(rows).map(({ plot }) => ({ kind: 'figure' as const, plot })) },
      {
        heading: 'Figures',
        blocks: [{
          kind: 'table', caption: `Milliseconds; ${command}`, rowHeading: 'measurement',
          columns: ['subject', 'what ran', 'median', 'lowest', 'highest', 'GFLOP/s'].map((name) => ({ name })),
          rows: rows.map((row) => ({
            name: row.id, values: [row.subject, row.backend, formatMs(row.median), formatMs(row.low), formatMs(row.high), row.gflops?.toFixed(1) ?? null],
          })),
        }],
      },
    ],
  });
}
