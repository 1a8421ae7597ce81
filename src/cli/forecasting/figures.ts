/** The figures of one series: what comes, what was said of what came, and by how much it was wrong. */
import { panels } from '../../charts/plots/panels.js';
import { histogram } from '../../charts/plots/histogram.js';
import { linePlot } from '../../charts/plots/linePlot.js';
import type { LineSeries } from '../../charts/plots/linePlot.js';
import type { ReportBlock } from '../../charts/report/blocks.js';
import type { BlockName } from '../../forecast/forecaster/blocks.js';
import { columnTitle, count, unitName } from '../wording.js';
import { BLOCK_NAMES, stepOf } from './scored.js';
import { positions } from './view.js';
import type { BlockView, SeriesView } from './view.js';

export const COLORS = { train: 1, validation: 2, test: 0, rival: 4, forecast: 3 } as const;
/** Rows before the forecast that its figure shows. */
const RECENT = 60;
/** Test forecasts that are drawn beside what came. */
const COMPARED = 90;

const titled = ({ name }: SeriesView, title: string): string => (name === '' ? title : `${name}: ${title}`);

/** The last rows, the forecast, and its interval. @param coverage of the interval, where it is known. */
export function nextFigure(view: SeriesView, target: string, unit: string, coverage: number | undefined): ReportBlock {
  const { table, values, forecast, axis } = view;
  const last = values.at(-1) ?? NaN;
  const recent = Math.min(table.rows, RECENT);
  const joined = (pick: (row: SeriesView['forecast'][number]) => number | undefined): number[] => [last, ...forecast.map((row) => pick(row) ?? NaN)];
  return {
    kind: 'figure',
    plot: linePlot({
      title: titled(view, `The next ${count(forecast.length, unit)}`), yLabel: unitName(target), yFormat: axis,
      series: [
        { name: 'actual', values: values.slice(-recent), x: positions(view, rowsFrom(table.rows - recent, recent)), color: 'ink' },
        {
          name: 'forecast', values: joined((row) => row.forecast), color: COLORS.forecast, mark: 'both', x: positions(view, rowsFrom(table.rows - 1, forecast.length + 1)),
          ...(forecast.some(({ lower }) => lower !== undefined) && { band: { name: coverage === undefined ? 'interval' : `${100 * coverage} % interval`, lower: joined(({ lower }) => lower), upper: joined(({ upper }) => upper) } }),
        },
      ],
    }),
    caption: `The last ${recent} rows and the forecast.`,
  };
}

function rowsFrom(start: number, length: number): number[] {
  return Array.from({ length }, (_, i) => start + i);
}

/** All forecasts one step ahead over the actual line. */
export function fitFigure(view: SeriesView, target: string, unit: string, window: number): ReportBlock {
  const { values, blocks, forecast, axis, table } = view;
  const fits = entries(view).map(([name, { origins, predicted }]): LineSeries => ({
    name: name === 'train' ? 'fit on training rows' : name, color: COLORS[name], values: stepOf(predicted, 0), x: positions(view, origins, 1),
  }));
  const starts = (['validation', 'test'] as const).map((name) => {
    const [at] = positions(view, blocks[name]?.origins.slice(0, 1) ?? [], 1);
    return { axis: 'x' as const, value: at ?? NaN, label: name };
  });
  return {
    kind: 'figure',
    plot: linePlot({
      title: titled(view, `${columnTitle(target)} and the network, 1 ${unit} ahead`), yLabel: unitName(target), yFormat: axis, height: 400, references: starts,
      series: [
        { name: 'actual', values, x: positions(view, rowsFrom(0, table.rows)), color: 'ink' }, ...fits,
        { name: 'forecast', values: forecast.map((row) => row.forecast), x: positions(view, rowsFrom(table.rows, forecast.length)), color: COLORS.forecast },
      ],
    }),
    caption: `The network's forecasts are drawn over the actual line. The first ${window} rows have no forecast: they are the first window.`,
  };
}

function entries({ blocks }: SeriesView): [BlockName, BlockView][] {
  return BLOCK_NAMES.flatMap((name): [BlockName, BlockView][] => {
    const block = blocks[name];
    return block ? [[name, block]] : [];
  });
}

/** The end of the test block beside the rival. */
export function comparisonFigure(view: SeriesView, target: string, unit: string, rival: string): ReportBlock[] {
  const { blocks: { test }, axis } = view;
  if (!test) return [];
  const shown = Math.min(COMPARED, test.origins.length);
  const from = test.origins.length - shown;
  const last = (forecasts: BlockView['actual']): Float64Array => stepOf(forecasts, 0).subarray(from);
  return [{
    kind: 'figure',
    plot: linePlot({
      title: titled(view, `The last ${shown} of the test block, 1 ${unit} ahead`), x: positions(view, test.origins.slice(from), 1), yLabel: unitName(target), yFormat: axis,
      series: [
        { name: 'actual', values: last(test.actual), color: 'ink' }, { name: 'network', values: last(test.predicted), color: COLORS.test },
        { name: rival, values: last(test.rival), color: COLORS.rival },
      ],
    }),
    caption: `${rival === 'no-change' ? 'No-change is the actual line one step later' : 'Last season is the actual line one season later'}. A forecast that lies on it has learned to repeat what was.`,
  }];
}

export function residualFigure(view: SeriesView, target: string, unit: string): ReportBlock {
  const residuals = ({ actual, predicted }: BlockView): Float64Array => {
    const said = stepOf(predicted, 0);
    return stepOf(actual, 0).map((value, i) => value - (said[i] ?? NaN));
  };
  const { axis: yFormat, blocks: { test: tested } } = view;
  const test = tested ? residuals(tested) : new Float64Array();
  const mean = test.reduce((sum, value) => sum + value / test.length, 0);
  return {
    kind: 'figure',
    plot: panels({
      title: titled(view, `Actual minus forecast, 1 ${unit} ahead`),
      plots: [
        linePlot({
          title: 'Over time', height: 260, yLabel: unitName(target), yFormat, references: [{ axis: 'y', value: 0 }],
          series: entries(view).map(([name, block]): LineSeries => ({ name, values: residuals(block), x: positions(view, block.origins, 1), mark: 'dots', color: COLORS[name] })),
        }),
        histogram({ title: 'Test block', height: 240, values: test, xLabel: `actual minus forecast, ${unitName(target)}`, xFormat: yFormat, normalCurve: true }),
      ],
    }),
    caption: `On the test block the forecast is ${mean > 0 ? 'too low' : 'too high'} by ${view.amount(Math.abs(mean))} on average. Residuals that drift away from 0 show a network that has left the range it knows.`,
  };
}
