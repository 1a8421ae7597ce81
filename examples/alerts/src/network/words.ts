/** What a person is told of a forecast, in sentences. A rise is explained by what raised it, a plunge by what lowered it. */
import type { Bar } from '../data/bar.js';
import { DAY } from '../data/barSource.js';
import type { Correction } from './correction.js';
import type { Moved } from './explanation.js';

/** An alias, not an interface: it is stored as JSON. */
export type Words = {
  readonly title: string;
  readonly summary: string;
  readonly explanation: readonly string[];
};

export interface Told {
  readonly symbol: string;
  readonly lastClose: number;
  /** As it is acted on. */
  readonly forecast: number;
  readonly correction: Correction;
  readonly moved: Moved;
  /** The bars of the window. */
  readonly bars: readonly Bar[];
  readonly barMinutes: number;
}

const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', day: 'numeric', month: 'short', year: 'numeric' });
const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

export function signedPercent(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  return `${Number(text) === 0 ? '' : value < 0 ? '−' : '+'}${text} %`;
}

/** Two digits that count, of what moves a forecast by little. */
export function amount(percent: number): string {
  return signedPercent(percent, Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(Math.abs(percent) || 1)))));
}

export function wordsOf({ symbol, lastClose, forecast, correction, moved, bars, barMinutes }: Told): Words {
  const change = 100 * (forecast / lastClose - 1);
  const rises = change >= 0;
  const verb = rises ? 'raised' : 'lowered';
  const name = (bar: number): string => (barMinutes === DAY ? day : hour).format(bars[bar]?.opensAt);
  const columns = strongestColumns(moved.map, bars.length, rises ? 1 : -1);
  const closes = strongestCloses(moved.closes, rises ? 1 : -1);
  return {
    title: `${symbol}: ${signedPercent(change)} foretold`,
    summary: `${rises ? 'Surge' : 'Plunge'}: next close ${forecast.toFixed(2)} after ${lastClose.toFixed(2)}.`,
    explanation: [
      columns ? `The picture of the candles ${verb} the forecast most over ${name(columns.first)} to ${name(columns.last)}.` : `Nothing in the picture of the candles ${verb} the forecast.`,
      closes.length > 0 ? `Of the closes themselves, ${verb} most by ${listed(closes.map((bar) => `${name(bar)} (${amount(moved.closes[bar] ?? NaN)})`))}.` : `No close on its own ${verb} the forecast.`,
      correction.on
        ? `The forecast was corrected by ${signedPercent(100 * (10 ** correction.shift - 1))}: the last forecasts were steadily off to one side.`
        : `The forecast is not corrected: ${correction.why}.`,
    ],
  };
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The fifth of the bars under the columns of the map that moved the forecast most in a direction; undefined where none did. */
export function strongestColumns({ values, size }: Moved['map'], window: number, direction: 1 | -1): { readonly first: number; readonly last: number } | undefined {
  const columns = new Float64Array(size);
  values.forEach((value, i) => { columns[i % size] = (columns[i % size] ?? 0) + Math.max(0, direction * value); });
  const width = Math.max(1, Math.round(size / 5));
  let [best, from] = [0, -1];
  for (let x = 0; x + width <= size; x++) {
    const here = columns.subarray(x, x + width).reduce((sum, value) => sum + value, 0);
    if (here > best) [best, from] = [here, x];
  }
  if (from < 0) return undefined;
  return { first: Math.floor((from / size) * window), last: Math.min(window, Math.ceil(((from + width) / size) * window)) - 1 };
}

const NAMED = 3;

/** At most three bars whose closes moved the forecast most in a direction, in their order. */
export function strongestCloses(closes: Float64Array, direction: 1 | -1): number[] {
  return Array.from(closes, (_, bar) => bar).filter((bar) => direction * (closes[bar] ?? 0) > 0)
    .sort((a, b) => direction * ((closes[b] ?? 0) - (closes[a] ?? 0))).slice(0, NAMED).sort((a, b) => a - b);
}
