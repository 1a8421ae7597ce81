/** The plots of the study. */
import { linePlot, panels } from 'bptt/charts';
import type { LineSeries, NumberFormat, Plot, Positions } from 'bptt/charts';
import type { Measured, Outcome } from './figures.js';
import { lastKnown, startsOf, toOriginal } from './predictors.js';
import type { Samples } from './predictors.js';

export interface Axis {
  /** Where a row of the series lies: its date, or its number. */
  readonly at: (rows: readonly number[]) => Positions;
  readonly yLabel: string;
  /** What rows without dates are called. */
  readonly xLabel?: string;
  readonly yFormat?: NumberFormat;
}

type Shown = Pick<Outcome, 'samples' | 'run'> & { readonly at: Measured };

const INK = { color: 'ink' } as const;

/** Rows that are predicted: the one after each window of the test block. */
function testRows({ windows, ranges: { test } }: Samples): number[] {
  return Array.from({ length: test.end - test.start }, (_, i) => test.start + i + windows.window);
}

function truth({ samples }: Pick<Shown, 'samples'>, axis: Axis): LineSeries {
  const rows = testRows(samples);
  return { name: 'true', values: rows.map((row) => samples.series[row] ?? NaN), x: axis.at(rows), ...INK };
}

function pointLine({ samples, at }: Shown, axis: Axis): LineSeries {
  const values = toOriginal(samples, startsOf(samples, 1).point, { data: at.predictions.point, shape: [at.predictions.point.length, 1] }).data;
  return { name: 'network', values, x: axis.at(testRows(samples)), color: 0 };
}

/** Full sequences in original units as one series, each led by the last value it knew, with no line from one to the next. */
export function fullLine(runs: readonly Shown[], axis: Axis, style: Pick<LineSeries, 'name' | 'color'>): LineSeries {
  const rows: number[] = [];
  const values: number[] = [];
  const breaks: number[] = [];
  for (const { samples, at } of runs) {
    const own = testRows(samples);
    const [first = 0] = own;
    const predicted = toOriginal(samples, startsOf(samples, 1).full, { data: at.predictions.full, shape: [1, own.length] }).data;
    breaks.push(rows.length);
    rows.push(first - 1, ...own);
    values.push(samples.series[first - 1] ?? NaN, ...predicted);
  }
  return { ...style, values, breaks, x: axis.at(rows) };
}

/** All sequences as one series, each led by the last value it knew, with no line from one to the next. */
function multipleLine({ samples, at, run }: Shown, axis: Axis, drawn = false): LineSeries {
  const starts = startsOf(samples, run.steps).multiple;
  const { multiple } = at.predictions;
  const scaled = { data: multiple.flat(), shape: [starts.length, run.steps] };
  const values = drawn ? scaled.data : toOriginal(samples, starts, scaled).data;
  const known = lastKnown(samples.windows);
  const rows: number[] = [];
  const line: number[] = [];
  const breaks: number[] = [];
  starts.forEach((start, i) => {
    const origin = start + samples.windows.window - 1;
    breaks.push(rows.length);
    rows.push(...Array.from({ length: run.steps + 1 }, (_, k) => origin + k));
    line.push((drawn ? known[start] : samples.series[origin]) ?? NaN, ...values.slice(i * run.steps, (i + 1) * run.steps));
  });
  return { name: 'network', values: line, breaks, x: axis.at(rows), color: 0 };
}

/** Point by point, full sequence, multiple sequences, one above the other. */
export function threePlots(title: string, shown: Shown, axis: Axis): Plot {
  const plot = (name: string, line: LineSeries): Plot =>
    linePlot({ title: name, height: 230, xLabel: axis.xLabel, yLabel: axis.yLabel, yFormat: axis.yFormat, series: [truth(shown, axis), line] });
  return panels({
    title,
    plots: [
      plot('Point by point', pointLine(shown, axis)),
      plot('Full sequence', fullLine([shown], axis, { name: 'network', color: 0 })),
      plot(`Multiple sequences of ${shown.run.steps} steps`, multipleLine(shown, axis)),
    ],
  });
}

/** Point-by-point predictions of several series beside each other. */
export function pointPlots(title: string, list: readonly { readonly name: string; readonly shown: Shown; readonly axis: Axis }[]): Plot {
  return panels({
    title, plots: list.map(({ name, shown, axis }) =>
      linePlot({ title: name, height: 220, xLabel: axis.xLabel, yLabel: axis.yLabel, yFormat: axis.yFormat, series: [truth(shown, axis), pointLine(shown, axis)] })),
  });
}

/** Full sequences of several runs over the same truth. */
export function fullPlot(title: string, lines: readonly LineSeries[], shown: Shown, axis: Axis): Plot {
  return linePlot({ title, height: 300, xLabel: axis.xLabel, yLabel: axis.yLabel, yFormat: axis.yFormat, series: [truth(shown, axis), ...lines] });
}

/** The same sequences in prices, and as the published plots draw them: each true value in the unit of its own window. */
export function drawnPlots(title: string, shown: Shown, axis: Axis): Plot {
  const rows = testRows(shown.samples);
  const own: LineSeries = { name: 'true', values: startsOf(shown.samples, 1).point.map((i) => shown.samples.windows.y.data[i] ?? NaN), x: axis.at(rows), ...INK };
  return panels({
    title,
    plots: [
      linePlot({ title: 'In prices', height: 220, xLabel: axis.xLabel, yLabel: axis.yLabel, yFormat: axis.yFormat, series: [truth(shown, axis), multipleLine(shown, axis)] }),
      linePlot({
        title: 'As published: every true value against the first value of its own window', height: 220, yLabel: 'change over the window', yFormat: 'percent', references: [{ axis: 'y', value: 0 }],
        series: [own, multipleLine(shown, axis, true)],
      }),
    ],
  });
}

/** Loss by epoch, with no-change as lines to stay below. */
export function lossPlot(title: string, outcomes: readonly Outcome[], noChange: { readonly train: number; readonly validation: number }): Plot {
  const [first] = outcomes;
  const x = (first?.result.loss ?? []).map((_, i) => i + 1);
  return linePlot({
    title, x, xLabel: 'epoch', yLabel: 'mean squared error, windows as fractions', yScale: 'log', height: 300,
    references: [{ axis: 'y', value: noChange.train, label: 'no-change, training' }, { axis: 'y', value: noChange.validation, label: 'no-change, validation' }],
    series: [
      { name: 'training', values: first?.result.loss ?? [], color: 1, mark: 'both' },
      { name: 'validation', values: first?.result.validationLoss ?? [], color: 2, mark: 'both' },
    ],
  });
}
