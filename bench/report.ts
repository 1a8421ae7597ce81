/** The benchmark as a table on the terminal, a chart for each group, a CSV text and an HTML page. */
import { barChart, htmlReport } from 'bptt/charts';
import type { Plot } from 'bptt/charts';
import { about, caseOf, operationsOf } from './catalogue.js';
import { medianOf } from './measure.js';

export interface Row {
  readonly id: string;
  readonly subject: string;
  /** What really ran. */
  readonly backend: string;
  /** Of the rounds' medians, ms. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** At the median. */
  readonly gflops?: number;
}

export interface Machine { readonly cpu: string; readonly cores: number; readonly memoryGB: number; readonly node: string }

/** One run, as it is saved. */
export interface Run {
  /** ISO 8601. */
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** @param times the median of each round, ms. */
export function rowOf(id: string, subject: string, backend: string, times: readonly number[]): Row {
  const median = medianOf(times);
  const operations = operationsOf(id);
  return { id, subject, backend, median, low: Math.min(...times), high: Math.max(...times), ...(operations === undefined ? {} : { gflops: operations / median / 1e6 }) };
}

export function formatMs(ms: number): string {
  if (ms < 0.01) return `${(ms * 1000).toFixed(2)} µs`;
  return ms < 10 ? `${ms.toFixed(3)} ms` : `${ms.toFixed(1)} ms`;
}

/** All subjects of one measurement; ratios are to the first. */
export function rowLines(rows: readonly Row[]): string[] {
  const [first] = rows;
  return rows.map((row) => {
    const ratio = first && row !== first ? `${(row.median / first.median).toFixed(2)} ×` : '';
    const what = row === first ? about(row.id) : '';
    const cells = [
      row.id.padEnd(3), row.subject.padEnd(16), formatMs(row.median).padStart(10), `${formatMs(row.low)} – ${formatMs(row.high)}`.padStart(24),
      (row.gflops === undefined ? '' : `${row.gflops.toFixed(1)} GFLOP/s`).padStart(14), ratio.padStart(9), ` ${what}`,
    ];
    return cells.join(' ').trimEnd();
  });
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

const groups = [
  [['product'], 'products', 'Matrix products'], [['gates'], 'gates', 'LSTM gates, forward and backward'], [['prediction'], 'prediction', 'Predictions'],
  [['stream'], 'stream', 'One step of a stream'], [['training', 'images', 'sequences'], 'training', 'One training step'],
] as const;

/** A chart for each kind of measurement. */
export function charts(rows: readonly Row[]): { name: string; plot: Plot }[] {
  return groups.flatMap(([kinds, name, title]) => {
    const own = rows.filter((row) => kinds.some((kind) => kind === caseOf(row.id)?.kind));
    return own.length > 0 ? [{ name, plot: chart(title, own) }] : [];
  });
}

/**
 * Where the gpu rows overtake wasm: the smallest measured product from which gpu stays faster, or undefined.
 * A software adapter hardly ever does, and says nothing about a GPU.
 */
export function breakEven(rows: readonly Row[], gpuSubject: string): string | undefined {
  const time = (id: string, subject: string): number | undefined => rows.find((row) => row.id === id && row.subject === subject)?.median;
  const products = [...new Set(rows.map((row) => row.id))]
    .filter((id) => caseOf(id)?.kind === 'product' && time(id, gpuSubject) !== undefined && time(id, 'bptt wasm') !== undefined)
    .sort((a, b) => (operationsOf(a) ?? 0) - (operationsOf(b) ?? 0));
  const wins = products.map((id) => (time(id, gpuSubject) ?? Infinity) < (time(id, 'bptt wasm') ?? 0));
  return products[wins.lastIndexOf(false) + 1];
}

/** One line a row, after a head. */
export function csvOf({ date, rows }: Pick<Run, 'date' | 'rows'>): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = rows.map((row) => [date, row.id, quote(about(row.id)), quote(row.subject), quote(row.backend), row.median, row.low, row.high, row.gflops ?? ''].join(','));
  return ['date,id,measurement,subject,ran,median_ms,lowest_ms,highest_ms,gflops', ...lines, ''].join('\n');
}

export function page({ rows, machine, date, command }: Run): string {
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
