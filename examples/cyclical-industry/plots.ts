/** The pictures of the study. */
import { heatMap, linePlot, panels } from 'bptt/charts';
import type { Plot } from 'bptt/charts';
import { inUnit, labelOf } from '../support/labels.js';
import type { Analysis } from './analysis.js';
import { FULL, PUBLISHED_GRID } from './plan.js';
import { NETWORK, rowNamed } from './scores.js';
import type { CellResult } from './selection.js';

const HUES = { test: 1, forecast: 3, rival: 2, year: 4 } as const;

/** Where months lie on the time axis: dates, or their numbers. Months after the last one are those of the forecast. */
function months({ source: { table }, ahead }: Analysis, rows: readonly number[]): Date[] | number[] {
  if (table.dates.length === 0) return rows.map((row) => row + 1);
  return rows.map((row) => new Date(row < table.rows ? (table.times[row] ?? NaN) : `${ahead.dates[row - table.rows] ?? ''}T00:00:00Z`));
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** History, fit, test months and what comes next, in one picture, as in the document's figure 3. */
export function forecastPlot(analysis: Analysis): Plot {
  const { blocks, target, fit, test, ahead, source } = analysis;
  const future = range(blocks.end - 1, blocks.end + ahead.forecast.length);
  const last = target[blocks.end - 1] ?? NaN;
  const joined = (list: readonly number[]): number[] => [last, ...list];
  const at = (row: number): Date | number => months(analysis, [row])[0] ?? row;
  return linePlot({
    title: `${labelOf(source).title}: history, fit and the next ${ahead.forecast.length} months`,
    xLabel: source.table.dates.length > 0 ? undefined : 'month', yLabel: labelOf(source).unit ?? labelOf(source).title,
    references: [{ axis: 'x', value: at(blocks.test), label: 'test' }, { axis: 'x', value: at(blocks.end - 1), label: 'forecast' }],
    series: [
      { name: 'actual', x: months(analysis, range(0, blocks.end)), values: target, color: 'ink' },
      { name: 'fit, one month ahead', x: months(analysis, range(fit.from, blocks.test)), values: fit.forecasts.slice(0, blocks.test - fit.from), color: 0 },
      { name: 'test, one month ahead', x: months(analysis, range(blocks.test, blocks.end)), values: rowNamed(test, NETWORK).forecasts.map(([value = NaN]) => value), color: HUES.test },
      {
        name: 'forecast', x: months(analysis, future), values: joined(ahead.forecast), color: HUES.forecast,
        band: { lower: joined(ahead.lower), upper: joined(ahead.upper), name: `${100 * ahead.coverage} % interval` },
      },
    ],
  });
}

/** The forecast beside what last year and the autoregression say. */
export function aheadPlot(analysis: Analysis): Plot {
  const { blocks, target, ahead, source } = analysis;
  const start = blocks.end - 24;
  const future = months(analysis, range(blocks.end - 1, blocks.end + ahead.forecast.length));
  const joined = (list: readonly number[]): number[] => [target[blocks.end - 1] ?? NaN, ...list];
  return linePlot({
    title: `The next ${ahead.forecast.length} months`, yLabel: labelOf(source).unit ?? labelOf(source).title,
    series: [
      { name: 'actual', x: months(analysis, range(start, blocks.end)), values: target.slice(start), color: 'ink' },
      {
        name: NETWORK, x: future, values: joined(ahead.forecast), mark: 'both', color: HUES.forecast,
        band: { lower: joined(ahead.lower), upper: joined(ahead.upper), name: `${100 * ahead.coverage} % interval` },
      },
      ...ahead.rivals.map(({ name, values }, i) => ({ name, x: future, values: joined(values), color: [0, HUES.year, HUES.rival][i] ?? 0 })),
    ],
  });
}

/** RMSE one month ahead by month ahead, each method a line. */
export function stepsPlot({ ahead, source }: Analysis): Plot {
  const hues = [HUES.forecast, 0, HUES.year, HUES.rival];
  return linePlot({
    title: 'Error by months ahead, test months', xLabel: 'months ahead', yLabel: inUnit('RMSE', labelOf(source)), x: ahead.forecast.map((_, k) => k + 1),
    series: ahead.test.rows.map(({ name, byStep }, i) => ({ name, values: byStep, mark: 'both' as const, color: hues[i] ?? i })),
  });
}

function gridPlot({ cells, size }: Analysis, title: string, value: (cell: CellResult) => number, format: (value: number) => string, valueLabel: string): Plot {
  const units = [...size.units].sort((a, b) => a - b);
  const rates = [...size.rates].sort((a, b) => a - b);
  const at = (rate: number, width: number): number => {
    const cell = cells.find((one) => one.rate === rate && one.units === width);
    return cell ? value(cell) : NaN;
  };
  return heatMap({
    title, values: rates.map((rate) => units.map((width) => at(rate, width))), rows: rates.map(String), columns: units.map(String),
    rowLabel: 'initial learning rate', columnLabel: 'hidden units', valueLabel, format,
  });
}

/** Errors of the grid: where the choice is made, and where the document makes it. */
export function gridPlots(analysis: Analysis): Plot {
  const { amount, source } = analysis;
  const label = inUnit('RMSE', labelOf(source));
  return panels({
    title: 'The grid: networks that know the months before the validation block',
    plots: [
      gridPlot(analysis, 'Validation months: the choice is made here', ({ validation }) => validation, amount, label),
      gridPlot(analysis, 'Test months: the document chooses here', ({ test }) => test, amount, label),
    ],
  });
}

export function timePlot(analysis: Analysis): Plot {
  return gridPlot(analysis, 'Wall-clock of each cell', ({ seconds }) => seconds, (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0)), 'seconds');
}

/** Table 2 of the document. */
export function publishedPlot(): Plot {
  return heatMap({
    title: 'Published table 2: RMSE on the test set', values: PUBLISHED_GRID, rows: FULL.rates.map(String), columns: [...FULL.units].sort((a, b) => a - b).map(String),
    rowLabel: 'initial learning rate', columnLabel: 'hidden units', valueLabel: 'index points',
  });
}

/** Loss over the epochs by learning rate, at the chosen number of units. */
export function lossPlot({ cells, selection: { byValidation: { units } }, size: { epochs } }: Analysis): Plot {
  const shown = cells.filter((cell) => cell.units === units).sort((a, b) => a.rate - b.rate);
  const points = shown[0]?.curve.length ?? 0;
  return linePlot({
    title: `Training loss, ${units} units`, xLabel: 'epoch', yLabel: 'mean squared error, scaled', yScale: 'log', x: Array.from({ length: points }, (_, i) => ((i + 0.5) * epochs) / points),
    references: [{ axis: 'x', value: epochs / 2, label: 'rate × 0.2' }],
    series: shown.map(({ rate, curve }) => ({ name: `rate ${rate}`, values: curve })),
  });
}
