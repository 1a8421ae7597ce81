/** The report of the study: who scores what, and a few series as they went on. */
import { htmlReport, linePlot, panels } from 'bptt/charts';
import type { Plot, ReportSection, TableBlock } from 'bptt/charts';
import type { ModelScore } from 'bptt/forecast';
import { fixed } from '../../src/cli/wording.js';
import type { Quantiles } from './ensemble.js';
import { PUBLISHED } from './published.js';
import type { Block } from './scores.js';
import { COVERAGE, HORIZON, NAMES, WEEK } from './settings.js';

const DIGITS = [3, 3, 3, 2, 1] as const;
export const HEAD = ['sMAPE', 'MASE', 'OWA', 'MSIS', 'coverage, %'] as const;

/** The cells of one model, as text; '' where it has no such score. */
export function cellsOf({ smape, mase, owa, msis, coverage }: Pick<Partial<ModelScore>, 'smape' | 'mase' | 'owa' | 'msis' | 'coverage'>): string[] {
  return [smape, mase, owa, msis, coverage === undefined ? undefined : 100 * coverage].map((value, i) => (value === undefined ? '' : fixed(value, DIGITS[i] ?? 3)));
}

function scoreBlock(caption: string, scores: readonly ModelScore[], published: boolean): TableBlock {
  return {
    kind: 'table', caption, rowHeading: 'Forecast', columns: HEAD.map((name) => ({ name })),
    rows: [
      ...scores.map((score) => ({ name: NAMES[score.model] ?? score.model, values: cellsOf(score) })),
      ...(published ? PUBLISHED.map(({ name, ...score }) => ({ name: `${name} (published)`, values: cellsOf(score) })) : []),
    ],
  };
}

/** Some series, evenly from the file: the last week known, what followed, and the forecast with its interval. */
export function seriesPlot({ known, actual }: Block, { lower, middle, upper }: Quantiles, count: number): Plot {
  const all = [...known];
  const chosen = Array.from({ length: Math.min(count, all.length) }, (_, k) => Math.floor(((k + 0.5) * all.length) / Math.min(count, all.length)));
  const after = (list: Float64Array, i: number): Float64Array => list.subarray(i * HORIZON, (i + 1) * HORIZON);
  return panels({
    title: 'The last week known and the 48 hours that followed', columns: 2,
    plots: chosen.map((i) => {
      const [name = '', values = new Float64Array()] = all[i] ?? [];
      const ahead = Array.from({ length: HORIZON }, (_, h) => h + 1);
      return linePlot({
        title: `Series ${name}`, xLabel: 'hours from the origin', height: 240,
        series: [
          { name: 'actual', color: 'ink', x: Array.from({ length: WEEK + HORIZON }, (_, t) => t - WEEK + 1), values: [...values.subarray(-WEEK), ...(actual.get(name) ?? [])] },
          { name: 'forecast', color: 3, mark: 'dashed', x: ahead, values: after(middle, i), band: { name: `${100 * COVERAGE} % interval`, lower: after(lower, i), upper: after(upper, i) } },
        ],
      });
    }),
  });
}

export interface ReportInput {
  readonly headline: string;
  readonly met: boolean;
  readonly test: readonly ModelScore[];
  readonly validation: readonly ModelScore[];
  readonly block: Block;
  readonly forecast: Quantiles;
  readonly facts: readonly (readonly [string, string])[];
  readonly settings: object;
}

export function hourlyReport({ headline, met, test, validation, block, forecast, facts, settings }: ReportInput): string {
  const sections: ReportSection[] = [
    {
      heading: 'Result', blocks: [
        { kind: met ? 'note' : 'warning', text: headline },
        scoreBlock(`The ${HORIZON} hours of the test file: means over ${block.known.size} series, as M4 defines them. Less is better; OWA is relative to Naive2, MSIS and coverage are of ${100 * COVERAGE} % intervals`, test, true),
      ],
    },
    {
      heading: 'Series', blocks: [{
        kind: 'figure', plot: seriesPlot(block, forecast, 6),
        caption: 'Taken evenly from the file, not chosen. The forecast is the median of the network\'s quantiles, averaged over the members; the interval is conformalised on the last 48 hours of the training part.',
      }],
    },
    { heading: 'What settings were chosen on', blocks: [scoreBlock('The last 48 hours of the training part, by members that were not trained on them', validation, false)] },
    { heading: 'How it was run', blocks: [{ kind: 'facts', facts }, { kind: 'data', summary: 'Settings', data: settings }] },
  ];
  return htmlReport({ title: 'M4 Hourly: one recurrent network for 414 series', subtitle: '48 hours ahead, test scored once', sections, footer: facts.map(([name, value]) => `${name} ${value}`).join(' · ') });
}
