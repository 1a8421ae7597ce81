/** Points of x against y: forecast against actual, residual against fit. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { drawAxes } from './axes.js';
import { colorClass } from './palette.js';
import type { ColorSlot } from './palette.js';
import { DENSE, axesNames, checkAxes, describeValues, nothingToDraw } from './linePlot.js';
import type { AxesOptions } from './linePlot.js';
import { looksOf, pointsPathOf } from './marks.js';
import { pixelRuns } from './path.js';
import { createPlot, requireData } from './plot.js';
import type { Plot } from './plot.js';
import type { Scale } from './scale.js';
import { valueScale } from './scaleMakers.js';
import { element, join } from './svg.js';
import type { Markup } from './svg.js';

export interface ScatterSeries {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Default: the next hue of the palette. */
  readonly color?: ColorSlot;
}

const seriesNames: OptionNames<ScatterSeries> = { name: true, x: true, y: true, color: true };

export interface ScatterPlotOptions extends AxesOptions {
  readonly series: readonly ScatterSeries[];
  readonly xScale?: 'linear' | 'log';
  readonly yScale?: 'linear' | 'log';
  /** Draw the line y = x, where forecast and actual agree. */
  readonly diagonal?: boolean;
}

const optionNames: OptionNames<ScatterPlotOptions> = { ...axesNames, series: true, xScale: true, yScale: true, diagonal: 'flag' };

/** @throws ArgumentError without series or points, or when x and y differ in length. */
export function scatterPlot(options: ScatterPlotOptions): Plot {
  const { title, series, xLabel, yLabel, xFormat, yFormat, references = [] } = checkOptions('scatterPlot', options, optionNames);
  checkAxes('scatterPlot', options);
  requireData(`scatterPlot '${title}'`, { series });
  for (const one of series) {
    const operation = `scatterPlot '${title}', series '${one.name}'`;
    const { x, y } = checkOptions(operation, one, seriesNames);
    requireData(operation, { x, y });
  }
  let hue = 0;
  const looks = looksOf(series.map(() => false));
  const sets = series.map((s, i) => ({ ...s, color: s.color ?? hue++, look: looks[i] ?? 0 }));
  const values = (axis: 'x' | 'y'): number[] => [
    ...series.flatMap((s) => Array.from(s[axis])),
    ...references.filter((r) => r.axis === axis).map((r) => Number(r.value)),
  ];
  const scaleX = valueScale(values('x'), { scale: options.xScale, format: xFormat });
  const scaleY = valueScale(values('y'), { scale: options.yScale, format: yFormat });
  return createPlot(options, {
    description: `Scatter plot. ${series.map((s) => describeValues(s.name, s.y, yFormat)).join(' ')}`,
    legend: sets.length > 1 ? sets.map(({ name, color, look }) => ({ name, color, look, mark: 'dots' })) : [],
    height: 420,
    body: (box) =>
      drawAxes(box, {
        x: scaleX, y: scaleY, xLabel, yLabel, references, grid: 'xy',
        marks: (x, y) => {
          const placed = sets.map((s) => ({ ...s, points: pixelRuns(s.x, s.y, x, y).flat() })).filter(({ points }) => points.length > 0);
          if (placed.length === 0) return nothingToDraw(x, y);
          const marks = placed.map(({ color, look, points, x: { length } }) =>
            element('g', { class: colorClass(color), 'stroke-opacity': 0.7, 'fill-opacity': 0.7 }, pointsPathOf(points, look, {}, length > DENSE)));
          return options.diagonal ? join([drawDiagonal(x, y), ...marks]) : join(marks);
        },
      }),
  });
}

function drawDiagonal(x: Scale, y: Scale): Markup {
  const from = Math.max(x.domain[0], y.domain[0]);
  const to = Math.min(x.domain[1], y.domain[1]);
  if (from >= to) return join([]);
  return element('line', { class: 'reference', x1: x.map(from), y1: y.map(from), x2: x.map(to), y2: y.map(to) });
}
