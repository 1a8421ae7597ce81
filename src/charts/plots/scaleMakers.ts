/** From data and options to a scale that waits for its pixels: the domain, its margins, round ends. */
import { withinRounding } from '../../statistics.js';
import { requireChoice } from '../../checks.js';
import { verticalCount } from './axes.js';
import type { NumberFormat } from './format.js';
import { extent, linearScale, logScale, niceDomain, widened } from './scale.js';
import type { Interval, ScaleMaker } from './scale.js';
import { timeScale } from './timeScale.js';

/** Positions along x: numbers, or dates read in UTC. */
export type Positions = ArrayLike<number> | ArrayLike<Date>;

export interface ValueAxis {
  readonly scale?: 'linear' | 'log';
  readonly format?: NumberFormat;
  /** Fixed ends; default: the data's, grown to round numbers. */
  readonly domain?: Interval;
}

const HALF_DAY = 43_200_000;

function positive(value: number): boolean {
  return value > 0 && value < Infinity;
}

/** The y axis: fits all values; a logarithmic one fits those above zero. */
export function valueScale(values: Iterable<number>, { scale = 'linear', format, domain }: ValueAxis): ScaleMaker {
  requireChoice('plot', 'yScale', scale, ['linear', 'log']);
  if (scale === 'log') {
    const inner = domain ?? logMargins(extent(values, positive) ?? [0.1, 1]);
    return (range) => logScale(inner, range, format);
  }
  if (domain) return (range) => linearScale(domain, range, format);
  const inner = widened(extent(values) ?? [0, 1]);
  return (range) => linearScale(niceDomain(inner, verticalCount(range)), range, format);
}

/** The x axis: exactly as long as the data; dates make it a time axis, whole numbers get whole ticks. */
export function positionScale(columns: readonly Positions[], { scale = 'linear', format }: ValueAxis): ScaleMaker {
  requireChoice('plot', 'xScale', scale, ['linear', 'log']);
  const numbers = columns.flatMap((column) => Array.from(column, Number));
  if (columns.some((column) => column[0] instanceof Date)) {
    const [low, high] = extent(numbers) ?? [0, HALF_DAY];
    return (range) => timeScale(low === high ? [low - HALF_DAY, high + HALF_DAY] : [low, high], range);
  }
  if (scale === 'log') {
    const [low, high] = extent(numbers, positive) ?? [0.1, 1];
    return (range) => logScale(isFlat([low, high]) ? logMargins([low, high]) : [low, high], range, format);
  }
  const whole = numbers.every((value) => Number.isInteger(value) || Number.isNaN(value));
  const [low, high] = extent(numbers) ?? [0, 1];
  const domain: Interval = low === high && Number.isSafeInteger(low) ? [low - 1, high + 1] : widened([low, high]);
  return (range) => linearScale(domain, range, format, whole ? 1 : 0);
}

/** Too narrow for logarithms to tell its ends apart. */
function isFlat([low, high]: Interval): boolean {
  return withinRounding(low, high) || withinRounding(Math.log10(low), Math.log10(high));
}

/** A little room above and below in ratios; a constant runs through the middle. */
function logMargins([low, high]: Interval): Interval {
  const margin = isFlat([low, high]) ? 2 : Math.exp(0.04 * (Math.log(high) - Math.log(low)));
  return [Math.max(low / margin, Number.MIN_VALUE), Math.min(high * margin, Number.MAX_VALUE)];
}
