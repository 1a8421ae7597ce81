/** Tables, plots and words of the study. */
import { describe, mean } from 'bptt/forecast';
import { histogram, linePlot, panels } from 'bptt/charts';
import type { Plot, ReportBlock, ReportSection, TableBlock } from 'bptt/charts';
import type { Source } from '../support/source.js';
import { count, fixed } from '../../src/cli/wording.js';
import { METRICS } from './figures.js';
import type { Errors, ProtocolFigures, SplitErrors } from './figures.js';
import { PUBLISHED } from './protocols.js';
import { ROWS, TEXT } from './published.js';
import type { Comparison, Figures } from './study.js';
import { LONGER } from './train.js';
import { dollars } from './verdicts.js';

const NAMES = { mse: 'MSE', rmse: 'RMSE', mae: 'MAE', r2: 'R²', explainedVariance: 'Explained variance' } as const;
const COLORS = { published: 0, leakFree: 1, still: 4, actual: 'ink' } as const;
const { train, validation, window, batch, patience } = PUBLISHED;

export interface Drawn {
  readonly sections: readonly ReportSection[];
  readonly plots: Readonly<Record<string, Plot>>;
}

/** @param step samples from one split to the next. */
export function drawStudy(source: Source, figures: Figures, step: number): Drawn {
  const plots = {
    errors: errorsPlot(source, figures, step), forecasts: forecastsPlot(source, figures), losses: lossesPlot(figures.published.splits, 'MSE', 'squares of the file\'s range', (loss) => loss),
    rmse: lossesPlot(figures.published.splits, 'RMSE', 'units of the file\'s range', Math.sqrt), epochs: epochsPlot(figures.leakFree.splits), skill: skillPlot(figures),
  };
  const drawing = (plot: Plot, caption: string): ReportBlock => ({ kind: 'figure', plot, caption });
  return {
    plots,
    sections: [
      { heading: 'Protocols', blocks: [{ kind: 'text', text: protocolsText(step) }] },
      {
        heading: 'Errors', blocks: [
          overview(figures),
          drawing(plots.errors, `RMSE of each split over the first day it forecasts, dollars. Every split forecasts ${validation} days, each from the true days before it.`),
          drawing(plots.skill, 'Right of 0 the network is better than no-change in that split.'),
          drawing(plots.forecasts, 'The mean of the models that forecast each day. A forecast that lies on yesterday\'s price has learned to repeat it.'),
        ],
      },
      { heading: 'Table 1: the last split', blocks: [lastSplit(figures)] },
      { heading: 'Table 2: training errors by split', blocks: [units, ...bySplit(figures, 'train')] },
      { heading: 'Table 3: validation errors by split', blocks: [units, ...bySplit(figures, 'validation')] },
      {
        heading: 'Loss curves', blocks: [
          drawing(plots.losses, 'Figure 4 of the text: one model through all splits, so later splits go on where earlier ones ended.'),
          drawing(plots.rmse, 'Figure 5 of the text: the square root of the same.'),
          drawing(plots.epochs, 'Without leaks each split begins anew: median and quartiles over the splits, in units of the split\'s own range. Training loss is measured with dropout, validation loss without.'),
        ],
      },
      { heading: 'More data, more epochs, a warm start', blocks: [comparisons(figures)] },
      ...(figures.averaged ? [{ heading: 'Averaged forecasts', blocks: [averages(figures.averaged)] }] : []),
      { heading: 'The next day', blocks: [nextDay(source, figures)] },
      ...failures(figures),
    ],
  };
}

const units: ReportBlock = { kind: 'text', text: 'In units of the file\'s range, MSE in their squares; R² and explained variance have none.' };

const protocolsText = (step: number): string => `Everywhere: LSTM 50 → dropout 0.3 → LSTM 50 → dropout 0.2 → dense 25 → dense 1, closing prices of the last ${window} days in, the next one out; Adam 0.001, squared error, `
  + `batches of ${batch}, early stopping with patience ${patience} and the best weights restored. Each split trains on ${train} samples and forecasts the next ${validation}; the next split starts ${count(step, 'sample')} later.

As published: prices are scaled by the lowest and highest price of the whole file, those of the future included. The ${validation} samples that are scored also choose the epoch whose weights are kept. One model is carried through all splits, and what that choice did to it goes along.

Without leaks: the scaler sees the rows of the split's training samples and nothing else; the last ${validation} training samples are held back from training and choose the epoch; every split has a fresh model.

No-change says that tomorrow costs what today does.`;

function overview({ published, leakFree, expanding, longer, warm, range }: Figures): TableBlock {
  const row = (name: string, { validation: by, pooled, beaten, splits }: ProtocolFigures) =>
    ({ name, values: [splits.length, by.rmse.mean, by.mae.mean, by.r2.mean, pooled.dollars.model.rmse, pooled.dollars.model.mae, 100 * beaten] });
  return {
    kind: 'table', caption: `Validation. Means over the splits in units of the file's range (1 is ${dollars(range)}); dollars over all forecasts together; wins are splits with an RMSE below that of no-change`, rowHeading: 'Protocol',
    columns: [{ name: 'Splits' }, { name: 'RMSE' }, { name: 'MAE' }, { name: 'R²' }, { name: 'RMSE, $' }, { name: 'MAE, $' }, { name: 'Wins, %' }],
    rows: [
      { name: 'Text (quoted)', values: [TEXT.splits, TEXT.validation.rmse[1], TEXT.validation.mae[1], TEXT.validation.r2[1], null, null, null] },
      row('As published', published), row('Without leaks', leakFree), stillRow('No-change, the same splits', published),
      ...(warm ? [row('Without leaks, warm start', warm), stillRow('No-change, the same splits', warm)] : []), row('Expanding windows', expanding), stillRow('No-change, the same splits', expanding), row('More epochs', longer), stillRow('No-change, the same splits', longer),
    ],
  };
}

function stillRow(name: string, { still: { validation: by }, pooled: { dollars: { still } }, splits }: ProtocolFigures) {
  return { name, values: [splits.length, by.rmse.mean, by.mae.mean, by.r2.mean, still.rmse, still.mae, null] };
}

function lastSplit({ published, leakFree }: Figures): TableBlock {
  const protocols = [['Text (quoted)', TEXT.lastSplit], ['As published', published.splits.at(-1)], ['Without leaks', leakFree.splits.at(-1)], ['No-change', published.splits.at(-1)?.still]] as const;
  return {
    kind: 'table', caption: 'Units of the file\'s range, MSE in their squares. The text calls these the entire training and validation sets', rowHeading: 'Metric',
    columns: protocols.map(([name]) => ({ name })),
    rows: (['train', 'validation'] as const).flatMap((block) => METRICS.map((metric) =>
      ({ name: `${block === 'train' ? 'Training' : 'Validation'}, ${metric === 'explainedVariance' ? 'explained variance' : NAMES[metric]}`, values: protocols.map(([, errors]) => fixed(errors?.[block][metric] ?? NaN, 6)) }))),
  };
}

function bySplit({ published, leakFree }: Figures, block: 'train' | 'validation'): TableBlock[] {
  const table = (name: string, of: (metric: keyof Errors, row: (typeof ROWS)[number][0], place: number) => number): TableBlock => ({
    kind: 'table', caption: name, columns: METRICS.map((metric) => ({ name: NAMES[metric] })),
    rows: ROWS.map(([key, label], place) => ({ name: label, values: METRICS.map((metric) => (key === 'count' ? String(of(metric, key, place)) : of(metric, key, place))) })),
  });
  return [
    table('Text (quoted)', (metric, _, place) => TEXT[block][metric][place] ?? NaN), table('As published', (metric, row) => published[block][metric][row]),
    table('Without leaks', (metric, row) => leakFree[block][metric][row]), table('No-change on the same splits', (metric, row) => published.still[block][metric][row]),
  ];
}

function comparisons({ expandingAgainstRolling, longerAgainstTen, warmAgainst }: Figures): TableBlock {
  const rows: (readonly [string, Comparison])[] = [
    ['Expanding windows: all samples before', expandingAgainstRolling], [`${LONGER} times the epochs`, longerAgainstTen],
    ...(warmAgainst ? [['Warm start, not fresh models', warmAgainst.fresh], ['The same, not as published', warmAgainst.published]] as const : []),
  ];
  return {
    kind: 'table', caption: 'Without leaks, mean validation RMSE on the same splits, units of the file\'s range; a paired t below −2 says that the change is better', rowHeading: 'Change',
    columns: [{ name: 'Splits' }, { name: 'Before' }, { name: 'Changed' }, { name: 'No-change' }, { name: 'Paired t' }],
    rows: rows.map(([name, { splits, rolling, other, still, t }]) => ({ name, values: [splits, rolling, other, still, t] })),
  };
}

function averages(averaged: NonNullable<Figures['averaged']>): TableBlock {
  return {
    kind: 'table', caption: 'Days that several models forecast, dollars', rowHeading: 'Protocol',
    columns: ['Models a day', 'RMSE alone', 'RMSE averaged', 'RMSE no-change', 'MAE alone', 'MAE averaged', 'MAE no-change'].map((name) => ({ name })),
    rows: ([['As published', averaged.published], ['Without leaks', averaged.leakFree]] as const).map(([name, { single, averaged: both, models }]) =>
      ({ name, values: [models, single.rmse, both.rmse, both.noChange.rmse, single.mae, both.mae, both.noChange.mae] })),
  };
}

function nextDay({ table }: Source, { nextDay: { last, after, coverage, residuals } }: Figures): TableBlock {
  const row = (name: string, day: typeof last) =>
    ({ name, values: [dollars(day.previous), dollars(day.average), dollars(day.spread), `${dollars(day.lower)} to ${dollars(day.upper)}`, Number.isFinite(day.actual) ? dollars(day.actual) : 'not known'] });
  return {
    kind: 'table', caption: `The mean of ${last.forecasts.length} models without leaks, trained on the ${train} samples before; spread is their standard deviation; the interval is made of the ${residuals} latest errors`, rowHeading: 'Day',
    columns: ['No-change', 'Forecast', 'Spread', `${100 * coverage} % interval`, 'Price'].map((name) => ({ name })),
    rows: [row(table.dates.at(-1) ?? 'last row', last), row('the day after', after)],
  };
}

function failures({ failures: list }: Figures): ReportSection[] {
  if (list.length === 0) return [];
  return [{ heading: 'Splits without a result', blocks: list.map(({ part, folds, reason }) => ({ kind: 'warning', text: `${part}, ${folds.length} splits from ${folds[0] ?? ''} on: ${reason}` })) }];
}

function datesOf({ table: { times, dates } }: Source, rows: readonly number[]): Date[] | number[] {
  return dates.length > 0 ? rows.map((row) => new Date(times[row] ?? NaN)) : rows.map((row) => row + 1);
}

function errorsPlot(source: Source, { published, leakFree, range }: Figures, step: number): Plot {
  // Blocks with days between them that no split forecasts are not joined.
  const mark = step > validation ? 'dots' : 'line';
  const line = (name: string, splits: readonly SplitErrors[], of: (split: SplitErrors) => Errors, color: number) =>
    ({ name, values: splits.map((split) => of(split).rmse * range), x: datesOf(source, splits.map(({ row }) => row)), color, mark } as const);
  return linePlot({
    title: 'RMSE by split', yLabel: 'RMSE, dollars', yScale: 'log', yFormat: 'usd',
    series: [
      line('as published', published.splits, ({ validation: own }) => own, COLORS.published), line('without leaks', leakFree.splits, ({ validation: own }) => own, COLORS.leakFree),
      line('no-change', published.splits, ({ still }) => still.validation, COLORS.still),
    ],
  });
}

function forecastsPlot(source: Source, { published, leakFree }: Figures): Plot {
  const shown = published.days.slice(-120);
  const rows = new Set(shown.map(({ row }) => row));
  const x = (days: readonly { row: number }[]): Date[] | number[] => datesOf(source, days.map(({ row }) => row));
  const others = leakFree.days.filter(({ row }) => rows.has(row));
  // Between the blocks of two splits there may be days that nothing forecasts.
  const breaks = (days: readonly { row: number }[]): number[] => days.flatMap(({ row }, i) => (i > 0 && row !== (days[i - 1]?.row ?? NaN) + 1 ? [i] : []));
  return linePlot({
    title: `Forecasts of the last ${shown.length} days`, yLabel: 'dollars', yFormat: 'usd',
    series: [
      { name: 'price', values: shown.map(({ actual }) => actual), x: x(shown), breaks: breaks(shown), color: COLORS.actual },
      { name: 'as published', values: shown.map(({ forecasts }) => mean(forecasts)), x: x(shown), breaks: breaks(shown), color: COLORS.published },
      { name: 'without leaks', values: others.map(({ forecasts }) => mean(forecasts)), x: x(others), breaks: breaks(others), color: COLORS.leakFree },
      { name: 'no-change', values: shown.map(({ previous }) => previous), x: x(shown), breaks: breaks(shown), color: COLORS.still },
    ],
  });
}

function lossesPlot(splits: readonly SplitErrors[], name: string, unit: string, of: (loss: number) => number): Plot {
  return linePlot({
    title: `${name} over all epochs, as published`, xLabel: 'epoch', yLabel: `${name}, ${unit}`, yScale: 'log',
    series: [
      { name: 'validation', values: splits.flatMap(({ curves }) => curves.validation.map(of)), color: 1 },
      { name: 'training', values: splits.flatMap(({ curves }) => curves.loss.map(of)), color: 0 },
    ],
  });
}

function epochsPlot(splits: readonly SplitErrors[]): Plot {
  const epochs = Math.max(...splits.map(({ curves }) => curves.loss.length));
  const series = (name: string, pick: 'loss' | 'validation', color: 0 | 1) => {
    const by = Array.from({ length: epochs }, (_, e) => describe(splits.flatMap(({ curves }) => curves[pick][e] ?? [])));
    return { name, color, mark: 'both' as const, values: by.map(({ median }) => median), band: { name: `${name}, quartiles`, lower: by.map(({ q25 }) => q25), upper: by.map(({ q75 }) => q75) } };
  };
  return linePlot({
    title: 'Loss by epoch, without leaks', xLabel: 'epoch', yLabel: 'MSE, squares of the split\'s range', yScale: 'log', x: Array.from({ length: epochs }, (_, e) => e + 1),
    series: [series('training', 'loss', 0), series('validation', 'validation', 1)],
  });
}

function skillPlot({ published, leakFree }: Figures): Plot {
  const gain = ({ splits }: ProtocolFigures): number[] => splits.map(({ validation: own, still }) => Math.log2(still.validation.rmse / own.rmse));
  const one = (title: string, protocol: ProtocolFigures): Plot =>
    histogram({ title, height: 220, values: gain(protocol), xLabel: 'log₂(RMSE of no-change / RMSE of the network)', references: [{ axis: 'x', value: 0 }] });
  return panels({ title: 'The network against no-change, split by split', columns: 2, plots: [one('As published', published), one('Without leaks', leakFree)] });
}
