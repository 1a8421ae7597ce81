/** Candlesticks for readers: prices over dates, with the volume below if there is one. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { drawAxes } from '../plots/axes.js';
import { slotScale } from './scale.js';
import { countBars, mergeBars, rises } from './candlesticks.js';
import type { Bar, Bars } from './candlesticks.js';
import { formatNumber } from '../plots/format.js';
import { checkAxes, describeValues, nothingToDraw } from '../plots/linePlot.js';
import type { AxesOptions } from '../plots/linePlot.js';
import { colorClass } from '../plots/palette.js';
import type { ColorSlot } from '../plots/palette.js';
import { createPlot, plotNames, requireData } from '../plots/plot.js';
import type { Plot } from '../plots/plot.js';
import { extent } from '../plots/scale.js';
import type { Scale, ScaleMaker } from '../plots/scale.js';
import { valueScale } from '../plots/scaleMakers.js';
import type { Positions } from '../plots/scaleMakers.js';
import { coordinate, element, escapeText, join, label } from '../plots/svg.js';

export interface CandlestickPlotOptions extends Omit<AxesOptions, 'xFormat'>, Bars {
  /** Increasing positions, dates or numbers; default 0, 1, 2, … */
  readonly x?: Positions;
  /** Colour of bars that close at or above their open; default green. */
  readonly up?: ColorSlot;
  /** Default red. */
  readonly down?: ColorSlot;
}

const optionNames: OptionNames<CandlestickPlotOptions> = {
  ...plotNames, xLabel: true, yLabel: true, yFormat: true, references: true, x: true, up: true, down: true,
  open: true, high: true, low: true, close: true, volume: true,
};

const GREEN = 2;
const RED = 1;
/** Part of each slot that stays empty, and the widest body in pixels; the thinnest is one. */
const GAP = 0.3;
const WIDEST = 24;
const WICK = 1.2;
/** Parts of the height: the volume, and the space between it and the prices. */
const VOLUME = 0.2;
const SPACE = 0.05;
const FONT = 11.5;

/**
 * A bar with a price that is not finite stays empty. Each bar says its date and prices when pointed at.
 *
 * @throws ArgumentError when columns differ in length, or x does not increase.
 */
export function candlestickPlot(options: CandlestickPlotOptions): Plot {
  const { title, close, volume, xLabel, yLabel, yFormat, references = [], up = GREEN, down = RED } = checkOptions('candlestickPlot', options, optionNames);
  checkAxes('candlestickPlot', options);
  const operation = `candlestickPlot '${title}'`;
  const count = countBars(operation, options);
  const positions = options.x ?? Array.from(close, (_, i) => i);
  requireData(operation, { close, x: positions });
  const bars = Array.from({ length: count }, (_, i) => ({ ...mergeBars(options, i, i + 1), at: Number(positions[i]) }));
  const whole = bars.filter((bar) => Number.isFinite(bar.open + bar.high + bar.low + bar.close));
  const shown = whole.flatMap((bar) => [bar.open, bar.high, bar.low, bar.close]);
  shown.push(...references.filter((r) => r.axis === 'y').map((r) => Number(r.value)));
  const largest = extent(whole.map((bar) => bar.volume))?.[1] ?? 0;
  return createPlot(options, {
    description: `Candlestick chart. ${describeValues('Close', close, yFormat)}`,
    legend: [{ name: 'closed at or above its open', color: up, mark: 'bar' }, { name: 'below', color: down, mark: 'bar' }],
    height: 400,
    body: (box) =>
      drawAxes(box, {
        x: slotScale(operation, positions),
        y: volume ? abovePanel(valueScale(shown, { format: yFormat })) : valueScale(shown, { format: yFormat }),
        xLabel, yLabel, references,
        marks: (x, y) => {
          if (whole.length === 0) return nothingToDraw(x, y);
          const width = Math.max(1, Math.min(((x.range[1] - x.range[0]) / count) * (1 - GAP), WIDEST));
          const [bottom, top] = y.range;
          const crest = (part: number): number => bottom - VOLUME * part * (bottom - top);
          const marks = whole.map((bar) => {
            const middle = x.map(bar.at);
            const pieces = [element('title', {}, escapeText(inWords(bar, x.format(bar.at), options)))];
            if (bar.volume > 0 && bar.volume <= largest) pieces.push(element('path', { class: 'bar', 'fill-opacity': 0.45, d: rectangle(middle, width, crest(bar.volume / largest), bottom) }));
            pieces.push(element('path', { class: 'bar', d: barPath(middle, width, bar, y) }));
            return element('g', { class: colorClass(rises(bar) ? up : down) }, ...pieces);
          });
          if (volume) marks.push(label(`volume, up to ${formatNumber(largest, 'si')}`, x.range[0] + 4, crest(1) - 3, { class: 'quiet halo', 'font-size': FONT }));
          return join(marks);
        },
      }),
  });
}

/** Prices in the upper part; the range stays that of the whole axis. */
function abovePanel(make: ScaleMaker): ScaleMaker {
  return (range) => {
    const [bottom, top] = range;
    return { ...make([bottom - (VOLUME + SPACE) * (bottom - top), top]), range };
  };
}

/** Body and wick as one outline; a body is at least a pixel high. */
function barPath(x: number, width: number, { open, high, low, close }: Bar, y: Scale): string {
  const [top, bottom] = [y.map(Math.max(open, close)), y.map(Math.min(open, close))];
  const spare = Math.max(0, 1 - (bottom - top)) / 2;
  const wick = Math.min(WICK, width);
  return rectangle(x, wick, y.map(high), y.map(low)) + rectangle(x, width, top - spare, bottom + spare);
}

function rectangle(x: number, width: number, top: number, bottom: number): string {
  return `M${coordinate(x - width / 2)},${coordinate(top)}H${coordinate(x + width / 2)}V${coordinate(bottom)}H${coordinate(x - width / 2)}Z`;
}

function inWords({ open, high, low, close, volume }: Bar, date: string, options: CandlestickPlotOptions): string {
  const parts = Object.entries({ open, high, low, close }).map(([name, price]) => `${name} ${formatNumber(price, options.yFormat)}`);
  if (options.volume) parts.push(`volume ${formatNumber(volume, 'si')}`);
  return `${date}: ${parts.join(', ')}`;
}
