/** Sections and plots of the report. */
import type { Plot, ReportSection, TableBlock } from 'bptt/charts';
import { labelOf } from '../support/labels.js';
import type { Source } from '../support/source.js';
import { count } from '../../src/cli/wording.js';
import { pick } from './figures.js';
import type { Figures, Measured, Outcome } from './figures.js';
import { BATCH, SMALL_BATCH } from './plan.js';
import { drawnPlots, fullLine, fullPlot, lossPlot, pointPlots, threePlots } from './plots.js';
import type { Axis } from './plots.js';
import { percent, plain, seeds, tiny } from './words.js';

type Shown = Outcome & { readonly at: Measured };

export interface ReportInput {
  readonly figures: Figures;
  readonly source: Source;
  /** Epochs of the longest runs. */
  readonly last: number;
}

const POINT_KEY = 'MSE is in the unit of the loss, ratio is over that of no-change: above 1, no-change wins. Direction: how often the sign of the change was right. '
  + 'Smoothing: correlation of the predicted change with the way back to the mean of the last ten values; 1 is a moving average.';
const SEQUENCE_KEY = 'Settled: steps after which the full sequence stays within one per cent of its final level. Ratios are squared errors over those of holding the last known value. '
  + 'Upwards: share of the 50-step sequences that end above the last known value. Right: direction over 50 steps in prices; as drawn: against the line of the published plot.';

const epochs = (n: number): string => count(n, 'epoch');

/** The first seed of each kind is drawn; tables have them all. */
export function drawReport({ figures, source, last }: ReportInput): { sections: ReportSection[]; plots: Record<string, Plot> } {
  const { times } = source.table;
  const label = labelOf(source);
  const numbers: Axis = { at: (rows) => rows, yLabel: 'value of the wave', xLabel: 'row' };
  const days: Axis = { at: (rows) => (times.length > 0 ? rows.map((row) => new Date(times[row] ?? NaN)) : rows), yLabel: label.unit ?? label.title };
  const walkAxis: Axis = { at: (rows) => rows, yLabel: label.unit ?? 'level', xLabel: 'row' };
  const first = (...of: Parameters<typeof pick>): Shown[] => pick(...of).slice(0, 1);
  const all = figures.outcomes.flatMap((outcome) => outcome.snapshots.map((at) => ({ ...outcome, at })));

  const three = (name: string, shown: readonly Shown[], axis: Axis): Plot[] =>
    shown.map((s) => threePlots(`${name}, ${epochs(s.at.epoch)}, seed ${s.run.seed}`, s, axis));
  const sine = three('Sine wave', first(figures, 'sine', 1), numbers);
  const waves = all.filter(({ run, at }) => run.series === 'sine' && at.epoch === 1 && run.seed === pick(figures, 'sine', 1)[0]?.run.seed);
  const longer = all.filter(({ run, at }) => run.series === 'sine' && at.epoch > 1);
  const wave = waves.slice(0, 1).map((shown) => fullPlot('Sine wave: from one true window', [...waves, ...longer].map((s, i) =>
    fullLine([s], numbers, { name: `${epochs(s.at.epoch)}, batches of ${s.run.batch}`, color: i })), shown, numbers));
  const index = first(figures, 'index', last);
  const walk = first(figures, 'walk', last);
  const indexPlots = three(label.title, index, days);
  const walkPlots = three('Random walk', walk, walkAxis);
  const point = pointPlots(`One step ahead, ${epochs(last)}`, [
    ...index.map((shown) => ({ name: `Index: ${plain(shown.at.point.ratio)} times the squared error of no-change`, shown, axis: days })),
    ...walk.map((shown) => ({ name: `Random walk: ${plain(shown.at.point.ratio)} times the squared error of no-change`, shown, axis: walkAxis })),
  ]);
  const long = all.filter(({ run, at }) => run.series === 'index' && at.epoch > last);
  const short = pick(figures, 'index', 1).filter(({ run }) => pick(figures, 'index', last).some((s) => s.run.seed === run.seed));
  const groups = [short, pick(figures, 'index', last), long].filter((runs) => runs.length > 0);
  const equilibria = index.map((shown) => fullPlot('Full sequences on the index: 1 epoch against more', groups.map((runs, i) =>
    fullLine(runs, days, { name: `${epochs(runs[0]?.at.epoch ?? 0)}, ${seeds(runs.length)}`, color: [2, 0, 1][i] ?? 3 })), shown, days));
  const drawn = first(figures, 'index', 1).map((s) => drawnPlots(`50-step sequences after 1 epoch, index, seed ${s.run.seed}`, s, days));
  const drawnWalk = first(figures, 'walk', 1).map((s) => drawnPlots(`50-step sequences after 1 epoch, random walk, seed ${s.run.seed}`, s, walkAxis));
  const loss = index.map((outcome) => lossPlot(`Loss on the index, seed ${outcome.run.seed}`, [outcome], figures.noChange));
  const three1 = three(label.title, first(figures, 'index', 1), days);

  const figure = (plots: readonly Plot[], caption: string) => plots.map((plot) => ({ kind: 'figure', plot, caption }) as const);
  return {
    plots: Object.fromEntries(([['sine', sine], ['sine-sequences', wave], ['index', indexPlots], ['walk', walkPlots], ['one-step', [point]], ['equilibria', equilibria], ['drawn', drawn], ['drawn-walk', drawnWalk]] as const)
      .flatMap(([name, [plot]]) => (plot ? [[name, plot]] : []))),
    sections: [
      {
        heading: 'Sine wave', blocks: [
          ...figure(sine, `As published: one epoch in batches of ${BATCH}. The full sequence starts from one true window and then sees only itself.`),
          ...figure(wave, `One pass over the samples is few updates in large batches. In batches of ${SMALL_BATCH} the same network has seen the same samples once, with ${BATCH / SMALL_BATCH} times as many updates.`),
          waveTable(all),
          { kind: 'text', text: 'Amplitude (1 is right) and period (100) are of the full sequence; so is the error, as root mean square, in its first hundred steps and in its last. `of 32` are the batches.' },
        ],
      },
      {
        heading: 'Stock index', blocks: [
          ...figure(indexPlots, 'Point by point the network is given the true window each day. The sequences are undone to prices from the unit of their first window.'),
          ...figure(loss, 'Training loss is measured with dropout on. No-change is the squared error of repeating the last value, on the same samples in the same unit: a loss above its line is worse than no network.'),
          pointTable(all.filter(({ run }) => run.series === 'index' || run.series === 'levels')),
          { kind: 'text', text: POINT_KEY },
        ],
      },
      {
        heading: `1 against ${last} epochs`, blocks: [
          ...figure(three1, 'The same network after its first epoch.'),
          ...figure(equilibria, 'Where each network drifts when it sees only its own predictions: a line for each seed.'), sequenceTable(all.filter(({ run }) => run.series === 'index')),
          { kind: 'text', text: SEQUENCE_KEY },
        ],
      },
      {
        heading: 'Random walk', blocks: [
          { kind: 'text', text: 'Log returns are independent normal draws with the mean and standard deviation of those of the index: whatever a plot shows here, the network knows nothing of what comes.' },
          ...figure(walkPlots, 'The same network, trained in the same way, on a random walk.'), ...figure([point], 'The same network, each trained on its own series. Nothing can be known of the next step of the walk.'),
          pointTable(all.filter(({ run }) => run.series === 'walk')), sequenceTable(all.filter(({ run }) => run.series === 'walk')),
        ],
      },
      {
        heading: 'How the published plot of sequences is drawn', blocks: [
          {
            kind: 'text',
            text: 'In the published plots every true value is shown as percentage change from the first value of its own window, so the true line is the change over the last 50 days, while a predicted sequence keeps the unit of the window it began with. '
              + 'A change over the last 50 days falls back to its mean by itself, in a random walk too, because the 50 days that made it leave the window. A network that always says "back to where the window began" then seems to foresee the large movements.',
          },
          ...figure(drawn, 'Above, predictions and truth in prices. Below, the same predictions against the line of the published plots.'), ...figure(drawnWalk, 'The same on a random walk.'),
          ruleTable(figures),
        ],
      },
    ],
  };
}

const rowName = ({ run, at }: Shown): string =>
  `${run.series === 'levels' ? 'raw index' : run.series} ${run.seed}, ${epochs(at.epoch)}${run.batch === BATCH ? '' : ` of ${run.batch}`}`;

function pointTable(list: readonly Shown[]): TableBlock {
  return {
    kind: 'table', caption: 'One step ahead over the test block', rowHeading: 'Series and seed',
    columns: ['MSE', 'no-change', 'ratio', 'R²', 'no-change', 'direction', 'smoothing'].map((name) => ({ name })),
    rows: list.map((shown) => {
      const { point } = shown.at;
      return {
        name: rowName(shown),
        values: [tiny(point.mse), tiny(point.noChange), plain(point.ratio), plain(point.r2), plain(point.noChangeR2), percent(point.direction), plain(point.smoothing)],
      };
    }),
  };
}

function sequenceTable(list: readonly Shown[]): TableBlock {
  return {
    kind: 'table', caption: 'Sequences over the test block', rowHeading: 'Series and seed',
    columns: ['settled', 'level', 'full, ratio', '50 steps, ratio', 'upwards', 'right', 'as drawn'].map((name) => ({ name })),
    rows: list.map((shown) => {
      const { full, multiple } = shown.at;
      return {
        name: rowName(shown),
        values: [
          String(full.settled), percent(full.level), plain(full.ratio), plain(multiple.ratio), percent(multiple.up),
          `${multiple.hits} of ${multiple.sequences}`, `${multiple.drawnHits} of ${multiple.sequences}`,
        ],
      };
    }),
  };
}

function waveTable(list: readonly Shown[]): TableBlock {
  return {
    kind: 'table', caption: 'Sine wave, one step ahead and from one true window', rowHeading: 'Series and seed',
    columns: ['MSE', 'no-change', 'ratio', 'amplitude', 'period', 'error, first', 'last'].map((name) => ({ name })),
    rows: list.flatMap((shown) => {
      const { point, wave } = shown.at;
      if (!wave) return [];
      return [{ name: rowName(shown), values: [tiny(point.mse), tiny(point.noChange), plain(point.ratio), plain(wave.amplitude), plain(wave.period), plain(wave.errors[0] ?? NaN), plain(wave.errors.at(-1) ?? NaN)] }];
    }),
  };
}

function ruleTable({ rule }: Figures): TableBlock {
  return {
    kind: 'table', caption: '"Back to where the window began", without a network, whole series', rowHeading: 'Series',
    columns: ['direction right', 'correlation', 'as drawn', 'correlation as drawn', 'error ratio'].map((name) => ({ name })),
    rows: [['index', rule.index] as const, ...rule.walks.map((walk, i) => [`random walk ${i + 1}`, walk] as const)].map(([name, a]) => ({
      name, values: [`${a.hits} of ${a.sequences}`, plain(a.correlation), `${a.drawnHits} of ${a.sequences}`, plain(a.drawnCorrelation), plain(a.ratio)],
    })),
  };
}
