/** The x axis of bars: every bar takes the same room, so nights, weekends and holidays leave no gaps. */
import { ArgumentError } from '../../errors.js';
import { formatNumber } from '../plots/format.js';
import { categoryScale } from '../plots/scale.js';
import type { ScaleMaker, Tick } from '../plots/scale.js';
import type { Positions } from '../plots/scaleMakers.js';
import { formatDate } from '../plots/timeScale.js';

const HALF_DAY = 43_200_000;

/**
 * Maps the position of each bar to the middle of its slot, and what lies between two positions between their slots.
 * Labels stand under bars; dates are read in UTC, with the time of day where bars are less than half a day apart.
 *
 * @throws ArgumentError unless positions increase.
 */
export function slotScale(operation: string, x: Positions): ScaleMaker {
  const at = Array.from(x, Number);
  const steps = at.map((value, i) => value - (at[i - 1] ?? -Infinity));
  const wrong = steps.findIndex((step) => !(step > 0));
  if (wrong >= 0) throw new ArgumentError({ operation, argument: `x[${wrong}]`, expected: 'more than the one before', actual: String(x[wrong]) });
  const dated = x[0] instanceof Date;
  const intraday = steps.some((step) => step < HALF_DAY);
  const format = (value: number): string => (dated ? formatDate(value, intraday) : formatNumber(value));
  return (range) => {
    const slots = categoryScale(at.map(format), range);
    return {
      kind: 'linear', domain: [at[0] ?? 0, at.at(-1) ?? 0], range, format,
      map: (value) => slots.map(slotOf(at, value)),
      ticks: (count) => {
        const ticks = slots.ticks(count).map((tick) => ({ value: at[tick.value] ?? NaN, label: tick.label }));
        return dated ? split(ticks, intraday) : ticks;
      },
    };
  };
}

/** Index of the bar at a position, with a fraction for positions between bars; NaN before the first and after the last. */
function slotOf(at: readonly number[], value: number): number {
  const next = at.findIndex((position) => position >= value);
  const [before = NaN, after = NaN] = [at[next - 1], at[next]];
  return value === after ? next : next - 1 + (value - before) / (after - before);
}

/** The day over its year, or the time over its day, where the line below changes. */
function split(ticks: readonly Tick[], intraday: boolean): Tick[] {
  let under = '';
  return ticks.map(({ value, label }) => {
    const cut = label.lastIndexOf(' ');
    const [first, last] = [label.slice(0, cut), label.slice(cut + 1)];
    const context = intraday ? first : last;
    const changed = context !== under;
    under = context;
    return { value, label: intraday ? last : first, context: changed ? context : undefined };
  });
}
