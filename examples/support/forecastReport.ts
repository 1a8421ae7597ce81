/** The HTML report of one forecast. */
import { barChart, histogram, htmlReport, linePlot, panels } from 'bptt/charts';
import type { LineSeries, NumberFormat, ReportBlock, ReportSection, TableBlock } from 'bptt/charts';
import type { Amounts } from '../../src/cli/amounts.js';
import { labelOf } from './labels.js';
import { BLOCKS, stepOf } from './pipeline.js';
import type { BlockName, ForecastResult } from './pipeline.js';
import type { Source } from './source.js';
import type { Verdict } from './verdict.js';
import { SCORE_HEAD, changeText, count, findings, fixed, gatherWarnings, rowName, scalerReason, scoreCells, strategyText } from '../../src/cli/wording.js';

export interface ReportInput {
  readonly source: Source;
  readonly result: ForecastResult;
  readonly verdict: Verdict;
  readonly amount: Amounts;
  readonly unit: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly automatic: boolean;
}

/** Axes leave out cents where they can. */
function axisFormat({ amount }: ReportInput): NumberFormat {
  return amount.money ? 'usd' : 'plain';
}

/** What the target is measured in, as far as it is known. */
function axisName({ source, amount }: ReportInput): string {
  const { title, unit } = labelOf(source);
  return unit ?? (amount.money ? 'dollars' : title);
}

const COLORS = { train: 1, validation: 2, test: 0, noChange: 4, forecast: 3 } as const;

export function forecastReport(input: ReportInput): string {
  const { source, result, facts } = input;
  const { table } = source;
  return htmlReport({
    title: `${labelOf(source).title}: forecast by a stacked LSTM`,
    subtitle: `${source.name} · ${count(table.rows, 'row')}, ${rowName(table.dates, 0)} to ${rowName(table.dates, table.rows - 1)}`,
    sections: [
      resultSection(input), priceSection(input), comparisonSection(input), residualSection(input), trainingSection(input),
      { heading: 'Metrics', blocks: metricTables(input) },
      { heading: 'Model', blocks: [{ kind: 'preformatted', text: result.model.summary() }] },
      { heading: 'Data and settings', blocks: dataBlocks(input) },
    ],
    footer: facts.map(([name, value]) => `${name} ${value}`).join(' · '),
  });
}

/** Where rows lie on the time axis: dates, or row numbers. Rows after the last one are those of the forecast. */
function positions({ source: { table }, result: { forecast } }: ReportInput, rows: ArrayLike<number>, ahead = 0): Date[] | number[] {
  const at = Array.from(rows, (row) => row + ahead);
  if (table.dates.length === 0) return at.map((row) => row + 1);
  return at.map((row) => new Date(table.times[row] ?? forecast.dates[row - table.rows] ?? NaN));
}

/** The rows of the forecast, `before` of the known ones first. */
function futureRows({ source: { table }, result: { forecast } }: ReportInput, before = 0): number[] {
  return Array.from({ length: forecast.values.length + before }, (_, i) => table.rows - before + i);
}

function resultSection(input: ReportInput): ReportSection {
  const { result, verdict, amount, unit, source: { table } } = input;
  const { forecast, interval, setup: { horizon, columns } } = result;
  const values = table.columns[columns[0] ?? ''] ?? new Float64Array();
  const last = values.at(-1) ?? NaN;
  const axis = axisFormat(input);
  const coverage = `${interval.coverage * 100} %`;
  const recent = Math.min(table.rows, 60);
  const rows = Array.from({ length: recent }, (_, i) => table.rows - recent + i);
  const joined = (edge: Float64Array): number[] => [last, ...edge];
  return {
    heading: 'Result',
    blocks: [
      { kind: verdict.winner === 'network' ? 'note' : 'warning', text: verdict.text },
      ...gatherWarnings(result.warnings, horizon).map((text) => ({ kind: 'warning', text }) as const),
      {
        kind: 'table', caption: `Forecast after ${rowName(table.dates, table.rows - 1)} (${amount(last)})`, rowHeading: forecast.dates.length > 0 ? 'Date' : 'Row',
        columns: ['Forecast', 'Change', `${coverage} from`, 'to'].map((name) => ({ name })),
        rows: Array.from(forecast.values, (value, k) => ({
          name: forecast.dates[k] ?? String(table.rows + k + 1),
          values: [amount(value), changeText(value, last), amount(forecast.lower[k] ?? NaN), amount(forecast.upper[k] ?? NaN)],
        })),
      },
      {
        kind: 'figure',
        plot: linePlot({
          title: `The next ${count(horizon, unit)}`, yLabel: axisName(input), yFormat: axis,
          series: [
            { name: 'actual', values: values.slice(-recent), x: positions(input, rows), color: 'ink' },
            {
              name: 'forecast', values: joined(forecast.values), color: COLORS.forecast, mark: 'both',
              x: positions(input, futureRows(input, 1)),
              band: { name: `${coverage} interval`, lower: joined(forecast.lower), upper: joined(forecast.upper) },
            },
          ],
        }),
        caption: `The last ${recent} rows and the forecast. Strategy: ${strategyText(result.strategy, result.setup.horizon, unit)}. The interval is made of ${interval.count} validation residuals of that strategy, each distance on its own.`,
      },
    ],
  };
}

function priceSection(input: ReportInput): ReportSection {
  const { result: { blocks, ranges, setup }, source: { table }, unit } = input;
  const axis = axisFormat(input);
  const values = table.columns[setup.columns[0] ?? ''] ?? new Float64Array();
  const fits = BLOCKS.map((name): LineSeries => ({
    name: name === 'train' ? 'fit on training rows' : name, color: COLORS[name],
    values: stepOf(blocks[name].predicted, 0), x: positions(input, blocks[name].origins, 1),
  }));
  const starts = (['validation', 'test'] as const).map((name) => {
    const [at] = positions(input, blocks[name].origins.subarray(0, 1), 1);
    return { axis: 'x' as const, value: at ?? NaN, label: name };
  });
  return {
    heading: 'Fit and forecast',
    blocks: [{
      kind: 'figure',
      plot: linePlot({
        title: `${labelOf(input.source).title} and the network, 1 ${unit} ahead`, yLabel: axisName(input), yFormat: axis, height: 400, references: starts,
        series: [{ name: 'actual', values, x: positions(input, values.map((_, row) => row)), color: 'ink' }, ...fits,
          { name: 'forecast', values: input.result.forecast.values, x: positions(input, futureRows(input)), color: COLORS.forecast }],
      }),
      caption: `The network's forecasts are drawn over the actual line. Trained on ${ranges.train.end - ranges.train.start} samples. The first ${setup.window} rows have no forecast: they are the first window.`,
    }],
  };
}

function comparisonSection(input: ReportInput): ReportSection {
  const { result: { blocks: { test } }, unit } = input;
  const axis = axisFormat(input);
  const shown = Math.min(90, test.origins.length);
  const from = test.origins.length - shown;
  const x = positions(input, test.origins.subarray(from), 1);
  const steps = test.byStep.map((_, k) => String(k + 1));
  return {
    heading: 'Forecast against no-change',
    blocks: [
      {
        kind: 'figure',
        plot: linePlot({
          title: `The last ${shown} of the test block, 1 ${unit} ahead`, x, yLabel: axisName(input), yFormat: axis,
          series: [
            { name: 'actual', values: stepOf(test.actual, 0).subarray(from), color: 'ink' },
            { name: 'network', values: stepOf(test.predicted, 0).subarray(from), color: COLORS.test },
            { name: 'no-change', values: test.previous.subarray(from), color: COLORS.noChange },
          ],
        }),
        caption: 'No-change is the actual line one step later. A forecast that lies on it has learned to repeat the last value.',
      },
      {
        kind: 'figure',
        plot: barChart({
          title: 'Mean absolute error on the test block', categories: steps, xLabel: `${unit}s ahead`, yLabel: axisName(input), yFormat: axis,
          series: [
            { name: 'network', values: test.byStep.map(({ mae }) => mae), color: COLORS.test },
            { name: 'no-change', values: test.byStep.map(({ noChange }) => noChange.mae), color: COLORS.noChange },
          ],
        }),
      },
    ],
  };
}

function residualSection(input: ReportInput): ReportSection {
  const { result: { blocks }, amount, unit } = input;
  const axis = axisFormat(input);
  const residuals = (name: BlockName): Float64Array => {
    const predicted = stepOf(blocks[name].predicted, 0);
    return stepOf(blocks[name].actual, 0).map((value, i) => value - (predicted[i] ?? NaN));
  };
  const test = residuals('test');
  const mean = test.reduce((sum, value) => sum + value / test.length, 0);
  return {
    heading: 'Residuals',
    blocks: [{
      kind: 'figure',
      plot: panels({
        title: `Actual minus forecast, 1 ${unit} ahead`,
        plots: [
          linePlot({
            title: 'Over time', height: 260, yLabel: axisName(input), yFormat: axis, references: [{ axis: 'y', value: 0 }],
            series: BLOCKS.map((name): LineSeries => ({ name, values: residuals(name), x: positions(input, blocks[name].origins, 1), mark: 'dots', color: COLORS[name] })),
          }),
          histogram({ title: 'Test block', height: 240, values: test, xLabel: `actual minus forecast, ${axisName(input)}`, xFormat: axis, normalCurve: true }),
        ],
      }),
      caption: `On the test block the forecast is ${mean > 0 ? 'too low' : 'too high'} by ${amount(Math.abs(mean))} on average. Residuals that drift away from 0 show a network that has left the range it knows.`,
    }],
  };
}

function trainingSection({ result: { history, bestEpoch, setup, trainingSeconds } }: ReportInput): ReportSection {
  const { loss = [], val_loss: validation = [] } = history.history;
  const x = history.epoch.map((epoch) => epoch + 1);
  const logarithmic = Math.max(...loss, ...validation) > 5 * Math.min(...loss, ...validation);
  return {
    heading: 'Training',
    blocks: [{
      kind: 'figure',
      plot: linePlot({
        title: 'Loss', x, xLabel: 'epoch', yLabel: 'mean squared error, scaled data', height: 300, yScale: logarithmic ? 'log' : 'linear',
        references: [{ axis: 'x', value: bestEpoch, label: 'kept' }],
        series: [{ name: 'training', values: loss, mark: 'both', color: COLORS.train }, { name: 'validation', values: validation, mark: 'both', color: COLORS.validation }],
      }),
      caption: `In units of the scaled data. ${count(x.length, 'epoch')} of at most ${setup.epochs} in ${trainingSeconds.toFixed(1)} s; the weights of epoch ${bestEpoch} have the lowest validation loss. Training loss is measured with dropout on, validation loss without: it may lie lower.`,
    }],
  };
}

function metricTables({ result: { blocks, setup }, amount, unit }: ReportInput): ReportBlock[] {
  const columns = SCORE_HEAD.map((name) => ({ name }));
  const oneStep: TableBlock = {
    kind: 'table', caption: `1 ${unit} ahead`, rowHeading: 'Block', columns,
    rows: BLOCKS.map((name) => ({ name, values: blocks[name].byStep.slice(0, 1).flatMap((score) => scoreCells(score, amount)) })),
  };
  const byStep: TableBlock = {
    kind: 'table', caption: 'Test block by distance', rowHeading: `${unit}s ahead`, columns,
    rows: [
      ...blocks.test.byStep.map((score, k) => ({ name: String(k + 1), values: scoreCells(score, amount) })), { name: 'all', values: scoreCells(blocks.test.score, amount) },
    ],
  };
  const others: TableBlock = {
    kind: 'table', caption: `Test block, 1 ${unit} ahead, other measures`, rowHeading: 'Forecast',
    columns: ['MAPE', 'sMAPE', 'R²', 'explained variance'].map((name) => ({ name })),
    rows: blocks.test.byStep.slice(0, 1).flatMap((score) => [['network', score], ['no-change', score.noChange]] as const).map(([name, s]) => ({
      name, values: [`${s.mape.toFixed(2)} %`, `${s.smape.toFixed(2)} %`, fixed(s.r2, 4), fixed(s.explainedVariance, 4)],
    })),
  };
  return [
    { kind: 'text', text: 'In brackets: no-change on the same targets. MASE divides by the mean one-step change of the training rows. Skill is 1 − MSE / MSE of no-change: above 0 is better than no-change.' },
    oneStep, ...(setup.horizon > 1 ? [byStep] : []), others,
    { kind: 'note', text: 'R² is high for any forecast near the last known value of a drifting series; compare it with that of no-change before admiring it.' },
  ];
}

function dataBlocks({ source, result, facts, automatic, unit }: ReportInput): ReportBlock[] {
  const { ranges, trainingRows, setup, blocks } = result;
  const span = (name: BlockName): string => {
    const { origins } = blocks[name];
    const { dates } = source.table;
    return `${count(ranges[name].end - ranges[name].start, 'sample')}, forecasts from ${rowName(dates, (origins[0] ?? 0) + 1)} to ${rowName(dates, (origins.at(-1) ?? 0) + 1)}`;
  };
  return [
    {
      kind: 'facts',
      facts: [
        ['Target', source.target], ...(source.columns.length > 1 ? [['Features', source.columns.slice(1).join(', ')] as const] : []),
        ...BLOCKS.map((name) => [name[0]?.toUpperCase() + name.slice(1), span(name)] as const),
        ['Scaler', `${setup.scaler}, fitted on the first ${count(trainingRows.end, 'row')}`],
        ['Between blocks', `${count(setup.horizon - 1, 'sample')} left out, so that no training target lies in a later block`],
        ...facts,
      ],
    },
    { kind: 'text', text: `Scaling is by ${scalerReason(setup.scaler, automatic)} Strategy for several ${unit}s ahead: ${strategyText(result.strategy, result.setup.horizon, unit)}.` },
    ...findings(source.table).map((text) => ({ kind: 'note', text }) as const),
  ];
}
