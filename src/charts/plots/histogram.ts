/** Histogram: how often values fall into equal bins, with the normal curve of the same mean and spread if wanted. */
import { deviation, isConstant, mean, withinRounding } from '../../statistics.js';
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { drawAxes } from './axes.js';
import { formatNumber } from './format.js';
import { checkAxes, describeValues, nothingToDraw } from './linePlot.js';
import type { AxesOptions } from './linePlot.js';
import { linePath } from './path.js';
import { createPlot, plotNames, requireData } from './plot.js';
import type { Plot } from './plot.js';
import { extent, linearScale, stepWithin, widened } from './scale.js';
import type { Scale } from './scale.js';
import { valueScale } from './scaleMakers.js';
import { element, join } from './svg.js';
import type { Markup } from './svg.js';

export interface HistogramOptions extends Omit<AxesOptions, 'yFormat'> {
  /** Values that are not finite are left out and counted in the description. */
  readonly values: ArrayLike<number>;
  /** About how many bins; default by Freedman and Diaconis (1981), 5 to 60. Edges lie at round numbers. */
  readonly bins?: number;
  /** Draw the normal density with the mean and standard deviation of the values, scaled to counts. */
  readonly normalCurve?: boolean;
}

const optionNames: OptionNames<HistogramOptions> = {
  ...plotNames, xLabel: true, yLabel: true, xFormat: true, references: true, values: true, bins: true, normalCurve: 'flag',
};

export interface Bins {
  /** Left edge of the first bin. */
  readonly start: number;
  readonly width: number;
  readonly counts: Int32Array;
}

/** @throws ArgumentError without values. */
export function histogram(options: HistogramOptions): Plot {
  const { title, values, xLabel, yLabel = 'Count', xFormat, references = [] } = checkOptions('histogram', options, optionNames);
  checkAxes('histogram', options);
  if (options.bins !== undefined) requireCount('histogram', 'bins', options.bins);
  requireData(`histogram '${title}'`, { values });
  const finite = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort();
  const { start, width, counts } = binValues(finite, options.bins);
  const end = start + width * counts.length;
  const curve = options.normalCurve ? normalCurve(finite, start, end, width) : [];
  const missing = values.length - finite.length;
  return createPlot(options, {
    description: `Histogram. ${describeValues(xLabel ?? title, values, xFormat)}${missing > 0 ? ` ${formatNumber(missing)} not finite.` : ''}`,
    legend: curve.length > 0 ? [{ name: 'values', mark: 'bar', color: 0 }, { name: 'normal with same mean and spread', mark: 'line', color: 'ink' }] : [],
    height: 300,
    body: (box) =>
      drawAxes(box, {
        x: (range) => linearScale([start, end], range, xFormat),
        y: valueScale([0, ...counts, ...curve.map(([, y]) => y)], {}),
        xLabel, yLabel, references,
        marks: (x, y) => {
          if (finite.length === 0) return nothingToDraw(x, y);
          const points = curve.map(([at, height], index) => ({ x: x.map(at), y: y.map(height), index }));
          const line = points.length > 0 ? element('g', { class: 'ink' }, element('path', { class: 'line', d: linePath(points) })) : join([]);
          return join([drawBins(start, width, counts, x, y), line]);
        },
      }),
  });
}

/** Counts sorted finite values in bins that begin at multiples of a round width; the last bin is closed. */
export function binValues(sorted: Float64Array, bins?: number): Bins {
  const [low, high] = widened(extent(sorted) ?? [0, 1]);
  const width = stepWithin([low, high], bins ?? defaultBins(sorted, high - low));
  const first = Math.floor(low / width + 1e-9);
  const counts = new Int32Array(Math.max(1, Math.ceil(high / width - 1e-9) - first));
  for (const value of sorted) {
    const bin = Math.min(Math.max(Math.floor(value / width + 1e-9) - first, 0), counts.length - 1);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { start: first * width, width, counts };
}

/** Freedman and Diaconis: bins twice the interquartile range wide, divided by the cube root of n. */
function defaultBins(sorted: Float64Array, span: number): number {
  const quartile = (p: number): number => sorted[Math.floor(p * (sorted.length - 1))] ?? 0;
  const [low, high] = [quartile(0.25), quartile(0.75)];
  if (withinRounding(low, high)) return 10;
  return Math.min(60, Math.max(5, Math.round((span / (2 * (high - low))) * Math.cbrt(sorted.length))));
}

function drawBins(start: number, width: number, counts: Int32Array, x: Scale, y: Scale): Markup {
  const base = y.map(0);
  const bars = Array.from(counts, (count, i) => {
    if (count === 0) return join([]);
    const left = x.map(start + i * width);
    const size = x.map(start + (i + 1) * width) - left;
    const top = y.map(count);
    return element('rect', { class: 'bar', x: left + 0.5, y: top, width: Math.max(size - 1, 0.5), height: base - top });
  });
  return element('g', { class: 'c0' }, ...bars);
}

function normalCurve(sorted: Float64Array, start: number, end: number, width: number): [number, number][] {
  if (isConstant(sorted)) return [];
  const [center, spread] = [mean(sorted), deviation(sorted, 1)];
  return Array.from({ length: 121 }, (_, i) => {
    const at = start + ((end - start) * i) / 120;
    return [at, (Math.exp(-0.5 * ((at - center) / spread) ** 2) / Math.sqrt(2 * Math.PI)) * sorted.length * (width / spread)];
  });
}
