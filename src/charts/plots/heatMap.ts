/** Grid of coloured cells: errors over a search grid, gradient norms over layer and time, gate activations. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { drawAxes } from './axes.js';
import { drawColorBar } from './colorBar.js';
import { colorAt, colorDomain, colorPlace, hexColor, luminance } from './colorMap.js';
import type { ColorMapName } from './colorMap.js';
import { alignedFormatter, formatNumber, requireFormat } from './format.js';
import type { NumberFormat } from './format.js';
import { withoutOutliers } from './outliers.js';
import { createPlot, plotNames, requireData } from './plot.js';
import type { Plot, PlotOptions } from './plot.js';
import { categoryScale } from './scale.js';
import type { Interval, Scale } from './scale.js';
import { coordinate, element, join, label } from './svg.js';
import type { Markup } from './svg.js';
import { textWidth } from './text.js';

export interface HeatMapOptions extends PlotOptions {
  /** `values[row][column]`; row 0 is at the top. What is not finite stays empty. */
  readonly values: readonly ArrayLike<number>[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly rowLabel?: string;
  readonly columnLabel?: string;
  /** What the colour means. */
  readonly valueLabel?: string;
  readonly format?: NumberFormat;
  /** Default `sequential`; `diverging` is centred on zero. */
  readonly colors?: ColorMapName;
  /**
   * Values at the ends of the colour scale; default: least and largest. `robust`: least and largest of those that lie no more than three times
   * the distance of the quartiles beyond them. What lies outside takes the colour of the end, which then says so.
   */
  readonly domain?: Interval | 'robust';
}

const optionNames: OptionNames<HeatMapOptions> = {
  ...plotNames, values: true, rows: true, columns: true, rowLabel: true, columnLabel: true, valueLabel: true, format: true, colors: true, domain: true,
};

const FONT = 11;
/** Colours are rounded to this many steps, so that neighbours of one colour become one shape. */
const STEPS = 128;

/** @throws ArgumentError for an empty grid, one whose rows and columns do not match their names, or a domain that is not two increasing finite numbers. */
export function heatMap(options: HeatMapOptions): Plot {
  const { title, values, rows, columns, colors = 'sequential', format, valueLabel, rowLabel: yLabel, columnLabel: xLabel } = checkOptions('heatMap', options, optionNames);
  requireFormat(`heatMap '${title}'`, format);
  requireData(`heatMap '${title}'`, { rows, values });
  values.forEach((row, i) => {
    requireData(`heatMap '${title}', row ${String(i)}`, { columns, values: row });
  });
  const all = values.flatMap((row) => Array.from(row));
  const domain = options.domain === undefined ? colorDomain(all, colors) : options.domain === 'robust' ? colorDomain(withoutOutliers(all), colors) : options.domain;
  const beyond = { below: all.some((value) => value < domain[0]), above: all.some((value) => value > domain[1]) };
  const place = colorPlace(`heatMap '${title}'`, domain);
  const position = (value: number): number => Math.round(place(value) * STEPS) / STEPS;
  const color = (value: number): string => hexColor(colorAt(colors, position(value)));
  const range = domain.map((v) => formatNumber(v, format)).join(' to ');
  return createPlot(options, {
    description: `Heat map of ${String(rows.length)} rows by ${String(columns.length)} columns, ${valueLabel ?? 'values'} from ${range}.`,
    height: Math.min(Math.max(rows.length * 30, 120), 460) + 120,
    key: (x, y, width) => drawColorBar({ domain, colors, valueLabel, format, beyond }, x, y, width),
    body: (box) =>
      drawAxes(box, {
        x: (pixels) => categoryScale(columns, pixels),
        // The range of y runs from bottom to top; rows run from top to bottom.
        y: (pixels) => ({ ...categoryScale(rows, [pixels[1], pixels[0]]), range: pixels }),
        xLabel, yLabel, grid: 'none',
        marks: (x, y) => join([drawCells(values, x, y, color), drawValues(values, x, y, format, (v) => colorAt(colors, position(v)))]),
      }),
  });
}

/** One path for each colour; neighbours in a row are one rectangle. */
function drawCells(values: readonly ArrayLike<number>[], x: Scale, y: Scale, color: (value: number) => string): Markup {
  const [width, height] = [x.map(1) - x.map(0), y.map(1) - y.map(0)];
  const gap = Math.min(width, height) > 14 ? 1 : 0;
  const shapes = new Map<string, string>();
  values.forEach((row, r) => {
    const top = y.map(r) - height / 2;
    for (let c = 0; c < row.length; ) {
      const first = c;
      const fill = cellColor(row[c]);
      do c++;
      while (gap === 0 && c < row.length && cellColor(row[c]) === fill);
      if (fill === undefined) continue;
      const left = x.map(first) - width / 2;
      const right = coordinate(left + (c - first) * width - gap);
      const d = `M${coordinate(left)},${coordinate(top)}H${right}V${coordinate(top + height - gap)}H${coordinate(left)}Z`;
      shapes.set(fill, (shapes.get(fill) ?? '') + d);
    }
  });
  const crisp = gap === 0 ? 'crispEdges' : undefined;
  return join([...shapes].map(([fill, d]) => element('path', { fill, d, 'shape-rendering': crisp })));

  function cellColor(value = NaN): string | undefined {
    return Number.isFinite(value) ? color(value) : undefined;
  }
}

/** Values in the cells where all of them fit, dark on light cells and light on dark ones. */
function drawValues(values: readonly ArrayLike<number>[], x: Scale, y: Scale, format: NumberFormat | undefined, rgb: (value: number) => ReturnType<typeof colorAt>): Markup {
  const [width, height] = [x.map(1) - x.map(0), y.map(1) - y.map(0)];
  const write = alignedFormatter(values.flatMap((row) => Array.from(row)), format);
  const texts = values.map((row) => Array.from(row, (v) => (Number.isFinite(v) ? write(v) : '–')));
  if (height < 16 || texts.some((row) => row.some((text) => textWidth(text, FONT) + 6 > width))) return join([]);
  return join(texts.flatMap((row, r) => row.map((text, c) => {
    const value = values[r]?.[c] ?? NaN;
    const tone = !Number.isFinite(value) ? 'quiet' : luminance(rgb(value)) > 0.22 ? 'on-light' : 'on-dark';
    return label(text, x.map(c) - 0.5, y.map(r) + 3.5, { 'text-anchor': 'middle', 'font-size': FONT, class: tone });
  })));
}
