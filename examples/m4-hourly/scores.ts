/** The long table of everybody's forecasts, and what each scores. */
import { baselineRows, forecastRows, scoreTable, standardBaselines } from 'bptt/forecast';
import type { ForecastRow, ModelScore } from 'bptt/forecast';
import type { Quantiles } from './ensemble.js';
import { COVERAGE, DAY, HORIZON } from './settings.js';

/** Each series as it was known, and the 48 hours that followed. */
export interface Block {
  readonly known: ReadonlyMap<string, Float64Array>;
  readonly actual: ReadonlyMap<string, Float64Array>;
}

/** An ensemble's forecasts of a block; with bounds where they were conformalised on another one. */
export function ensembleRows(model: string, { known, actual }: Block, { lower, middle, upper }: Quantiles, bounded: boolean): ForecastRow[] {
  return [...known].flatMap(([series, values], i) => {
    const own = (list: Float64Array): { data: Float64Array; shape: number[] } => ({ data: list.slice(i * HORIZON, (i + 1) * HORIZON), shape: [1, HORIZON] });
    return forecastRows({
      model, series, origins: [values.length - 1], actual: { data: actual.get(series) ?? new Float64Array(), shape: [1, HORIZON] }, forecast: own(middle),
      ...(bounded && { lower: own(lower), upper: own(upper) }),
    });
  });
}

/** Every standard baseline, fitted to each series. */
export async function standardRows({ known, actual }: Block, onModel: (model: string) => void, signal: AbortSignal): Promise<ForecastRow[]> {
  const rows: ForecastRow[] = [];
  for (const [model, baseline] of Object.entries(standardBaselines({ season: DAY }))) {
    for (const [series, values] of known) {
      const all = Float64Array.from([...values, ...(actual.get(series) ?? [])]);
      rows.push(...baselineRows(baseline, all, { model, series, origins: [values.length - 1], horizon: HORIZON, coverage: COVERAGE }));
      signal.throwIfAborted();
    }
    onModel(model);
    await new Promise((resolve) => { setImmediate(resolve); }); // Ctrl-C is heard in between
  }
  return rows;
}

export function scoresOf(rows: readonly ForecastRow[], { known }: Block): ModelScore[] {
  return scoreTable(rows, { training: Object.fromEntries(known), season: DAY, coverage: COVERAGE });
}
