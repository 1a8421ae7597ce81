/** The sections of the report. */
import type { Plot, ReportSection, TableBlock } from 'bptt/charts';
import { columnTitle, rowName } from '../../src/cli/wording.js';
import { inUnit, labelOf } from '../support/labels.js';
import type { Analysis } from './analysis.js';
import { aheadPlot, forecastPlot, gridPlots, lossPlot, publishedPlot, stepsPlot, timePlot } from './plots.js';
import { AHEAD, WINDOW } from './plan.js';
import type { Scoreboard } from './scores.js';
import { nameOf } from './selection.js';
import type { UnitRootTest } from './stationarity.js';
import { number } from './wording.js';

export interface Drawings {
  readonly forecast: Plot;
  readonly ahead: Plot;
  readonly steps: Plot;
  readonly grid: Plot;
  readonly time: Plot;
  readonly loss: Plot;
}

export function draw(analysis: Analysis): Drawings {
  return {
    forecast: forecastPlot(analysis), ahead: aheadPlot(analysis), steps: stepsPlot(analysis), grid: gridPlots(analysis), time: timePlot(analysis), loss: lossPlot(analysis),
  };
}

export function sectionsOf(analysis: Analysis, plots: Drawings): ReportSection[] {
  return [
    { heading: 'Forecast', blocks: [
      { kind: 'figure', plot: plots.forecast, caption: 'Fit and test are one month ahead, each from true months, by a network that knows the months before the test block. The forecast is by one that knows all months.' },
      { kind: 'figure', plot: plots.ahead },
      nextMonths(analysis),
    ] },
    { heading: 'One month ahead', blocks: [
      { kind: 'text', text: 'No-change repeats the last month, seasonal-naive the same month of last year. The autoregression says the next change from the changes before, by least squares (ARIMA(p, 1, 0) with drift). Skill is 1 − MSE / MSE of no-change.' },
      scores('Test months, looked at once. The network knows all months before them', analysis.test, analysis),
      scores('Validation months, on which it was chosen: its figure here is flattered by the choice', analysis.validation, analysis),
      seedsTable(analysis),
    ] },
    { heading: 'Grid', blocks: [
      { kind: 'figure', plot: plots.grid, caption: `Every cell learns from the same months; the chosen one (${nameOf(analysis.selection.byValidation)}) is then trained again on all months before the test block.` },
      selectionTable(analysis), luckTable(analysis),
      { kind: 'figure', plot: plots.loss }, { kind: 'figure', plot: plots.time, caption: 'Several cells train at the same time; other work on the machine counts too.' },
      { kind: 'figure', plot: publishedPlot(), caption: 'Another target and another market: the pattern can be compared, the figures cannot.' },
    ] },
    { heading: `Up to ${AHEAD} months ahead`, blocks: [
      { kind: 'text', text: strategyText(analysis) },
      scores('Test months, all steps ahead together', analysis.ahead.test, analysis),
      scores('Validation months, likewise', analysis.ahead.validation, analysis),
      { kind: 'figure', plot: plots.steps },
    ] },
    { heading: 'Stationarity', blocks: [stationarityTable(analysis), { kind: 'text', text: stationarityText(analysis) }] },
  ];
}

function strategyText({ ahead: { check, residuals, coverage }, blocks }: Analysis): string {
  return `Sequence output: the network has ${AHEAD} outputs and says all months at once, since nobody knows next month's indicators. One fit for each block, on the months before it; one on all months for the forecast. `
    + `The interval takes the errors of ${residuals} forecasts from both blocks (${100 * coverage} %). Tried beforehand: an interval of ${100 * check.coverage} % from the validation block's errors alone holds ${check.inside} of ${check.of} values of the ${blocks.end - blocks.test} test months. An interval that lies to one side of the forecast says that the network was off to one side.`;
}

function scores(caption: string, board: Scoreboard, { amount, source }: Analysis): TableBlock {
  return {
    kind: 'table', caption, rowHeading: 'Method',
    columns: [{ name: inUnit('RMSE', labelOf(source)), format: amount, best: 'lowest' }, { name: inUnit('MAE', labelOf(source)), format: amount, best: 'lowest' }, { name: 'MAPE' }, { name: 'skill' }],
    rows: board.rows.map(({ name, rmse, mae, mape, skill }) => ({ name, values: [rmse, mae, `${number(mape, 1)} %`, number(skill)] })),
  };
}

function nextMonths({ ahead: { dates, forecast, lower, upper, coverage, rivals }, amount, source }: Analysis): TableBlock {
  const lists = [forecast, lower, upper, ...rivals.map(({ values }) => values)];
  return {
    kind: 'table', caption: inUnit('Month by month, network beside what needs none', labelOf(source)), rowHeading: 'Month',
    columns: ['network', `${100 * coverage} % from`, 'to', ...rivals.map(({ name }) => name)].map((name) => ({ name })),
    rows: dates.map((date, k) => ({ name: date.slice(0, 7), values: lists.map((list) => amount(list[k] ?? NaN)) })),
  };
}

function seedsTable({ seeds, amount, source }: Analysis): TableBlock {
  return {
    kind: 'table', caption: 'The chosen cell on the test months with other seeds; the first is the one in the table above', rowHeading: 'Seed',
    columns: [{ name: inUnit('RMSE', labelOf(source)) }], rows: seeds.map((value, i) => ({ name: String(i + 1), values: [amount(value)] })),
  };
}

function selectionTable({ selection: { byValidation, byTest, meanTest, placeOfByTest, rankCorrelation }, cells, amount, source }: Analysis): TableBlock {
  const row = (name: string, cell: typeof byTest): TableBlock['rows'][number] => ({ name, values: [nameOf(cell), amount(cell.validation), amount(cell.test)] });
  return {
    kind: 'table', caption: `What either choice claims. The winner on the test months has place ${placeOfByTest} of ${cells.length} on the validation months; rank correlation of the two blocks ${number(rankCorrelation)}`,
    rowHeading: 'Chosen', columns: [{ name: 'Cell', words: true }, { name: inUnit('RMSE validation', labelOf(source)) }, { name: inUnit('RMSE test', labelOf(source)) }],
    rows: [row('on the validation months (ours)', byValidation), row('on the test months (the document)', byTest), { name: 'not at all: mean of the grid', values: ['', '', amount(meanTest)] }],
  };
}

function luckTable({ luck, amount, source }: Analysis): TableBlock {
  const values: [string, number][] = [
    ['winner on the test months, as it would be reported', luck.claimed], ['the same cells, other seeds', luck.redrawn], ['all cells, all seeds', luck.average],
    ['spread between seeds of one cell', luck.betweenSeeds], ['spread between cells', luck.betweenCells],
  ];
  return {
    kind: 'table', caption: `How much of the smallest test error is luck: ${luck.cells} cells with ${luck.seeds} seeds each, mean over the seeds`, rowHeading: 'RMSE on the test months',
    columns: [{ name: inUnit('RMSE', labelOf(source)) }], rows: values.map(([name, value]) => ({ name, values: [amount(value)] })),
  };
}

function stationarityTable({ stationarity, blocks, source }: Analysis): TableBlock {
  const cells = ({ statistic, lags, stationary }: UnitRootTest): string[] => [number(statistic), String(lags), stationary ? 'yes' : 'no'];
  const { dates } = source.table;
  return {
    kind: 'table', caption: `Augmented Dickey–Fuller test, ${blocks.test} months up to ${rowName(dates, blocks.test - 1)}`,
    rowHeading: 'Series', columns: ['level: statistic', 'lags', 'stationary?', 'change: statistic', 'lags', 'stationary?', 'months outside'].map((name) => ({ name })),
    rows: stationarity.map(({ column, level, change, outside }) => ({ name: columnTitle(column), values: [...cells(level), ...cells(change), String(outside)] })),
  };
}

function stationarityText({ stationarity, blocks }: Analysis): string {
  const [first] = stationarity;
  return `Stationary where the statistic lies below the critical value at 5 %: ${number(first?.level.critical ?? NaN)} for levels (around a straight line), ${number(first?.change.critical ?? NaN)} for changes (around a level), `
    + `a little less with more lags, whose number Akaike's criterion chooses. The last column counts the test months, of ${blocks.end - blocks.test}, that lie outside the range of all months before.`;
}

/** All that was fixed before the run. */
export function settingsOf({ source, size, blocks }: Analysis): Record<string, unknown> {
  const { dates } = source.table;
  return {
    target: source.target, indicators: source.columns.slice(1), window: WINDOW, monthsAhead: AHEAD,
    network: 'LSTM, dropout 0.2, dense', optimizer: 'Adam, beta1 0.9, beta2 0.999, learning rate x 0.2 after half of the epochs', loss: 'mse',
    batch: 'all training samples: the document speaks of 500 iterations and 500 epochs alike', scaler: 'z-score of the months learned from',
    ...size, validationFrom: rowName(dates, blocks.validation), testFrom: rowName(dates, blocks.test), months: blocks,
  };
}
