/** The alerts of the last bars, as the published service would have sent them: decided, explained, with a picture. */
import type { Model } from 'bptt';
import type { Bars, ReportImage } from 'bptt/charts';
import { checkAlerts } from './alerts.js';
import type { SymbolForecast } from './alerts.js';
import type { Forecasts } from './evaluation.js';
import { heatMaps, overlayPng, strongestBars, strongestOf } from './heatMaps.js';
import type { HeatMap } from './heatMaps.js';
import type { Block } from './samples.js';

export interface DemonstrationInput {
  readonly model: Model;
  readonly bars: Bars;
  readonly block: Block;
  readonly forecasts: Forecasts;
  /** Per cent. */
  readonly threshold: number;
  /** Dates of all bars; may be empty. */
  readonly names: readonly string[];
  readonly symbol: string;
  readonly signal: AbortSignal;
}

/** `2024-12-30 13:30` of a bar, or its number. */
function barName(names: readonly string[], bar: number): string {
  return names[bar]?.replace('T', ' ').slice(0, 16) ?? `bar ${bar + 1}`;
}

/** What a person is told: what raised a forecast that rises, what lowered one that falls. Times are those of the bars under the strongest fifth of the map. */
export function explain(forecast: Pick<SymbolForecast, 'lastClose' | 'forecast'>, map: HeatMap, block: Block, names: readonly string[]): string {
  const change = 100 * (forecast.forecast / forecast.lastClose - 1);
  const window = block.closes.shape[1];
  const origin = block.origins[map.sample] ?? 0;
  const falls = change < 0;
  const strongest = strongestBars(map, window, falls ? -1 : 1);
  const name = (bar: number): string => barName(names, origin - window + 1 + bar);
  const moved = falls ? 'lowered' : 'raised';
  const looked = strongest ? `the picture ${moved} it most over ${name(strongest.first)} to ${name(strongest.last)}` : `nothing in the picture ${moved} the forecast`;
  return `next close $${forecast.forecast.toFixed(2)} after $${forecast.lastClose.toFixed(2)}, ${falls ? '−' : '+'}${Math.abs(change).toFixed(2)} %; ${looked}`;
}

/** How many alerts are shown. */
const SHOWN = 3;

/** One alert for each of the bars with the largest foretold moves, checked side by side. */
export async function notifyLatest({ model, bars, block, forecasts, threshold, names, symbol, signal }: DemonstrationInput): Promise<{
  readonly outcomes: readonly { readonly bar: string; readonly status: string; readonly direction?: string; readonly percent?: number; readonly explanation?: string }[];
  readonly pictures: readonly ReportImage[];
  /** The value that has the strongest colour in all pictures. */
  readonly strongest: number;
}> {
  const size = (i: number): number => Math.abs((forecasts.predicted[i] ?? 0) - (forecasts.previous[i] ?? 0));
  const samples = Array.from(forecasts.predicted, (_, i) => i).sort((a, b) => size(b) - size(a)).slice(0, SHOWN);
  const maps = await heatMaps('fusion', model, block, samples, signal, true);
  const strongest = strongestOf(maps);
  const key = (sample: number): string => `${symbol} ${barName(names, block.origins[sample] ?? 0)}`;
  const forecastOf = new Map(maps.map((map) => {
    const prices = { lastClose: 10 ** (forecasts.previous[map.sample] ?? NaN), forecast: 10 ** (forecasts.predicted[map.sample] ?? NaN) };
    return [key(map.sample), { ...prices, explanation: explain(prices, map, block, names), image: overlayPng(bars, block, map, strongest) }];
  }));
  const pictures: ReportImage[] = [];
  const outcomes = await checkAlerts(
    samples.map((sample) => ({ user: 'reader', symbol: key(sample), percent: threshold })),
    (name) => {
      const forecast = forecastOf.get(name);
      return forecast ? Promise.resolve(forecast) : Promise.reject(new Error(`no bars of ${name}`));
    },
    ({ alert, direction, explanation, image }) => {
      pictures.push({ png: image, title: `${direction}, ${alert.symbol}: ${explanation}` });
      return Promise.resolve();
    },
  );
  return {
    pictures, strongest,
    outcomes: outcomes.map(({ alert, status, notification }) => ({
      bar: alert.symbol, status, ...(notification && { direction: notification.direction, percent: notification.percent, explanation: notification.explanation }),
    })),
  };
}
