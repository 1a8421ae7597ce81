/** The figures behind a report as JSON: every number in it can be worked out again from the predictions. */
import { BLOCKS } from './pipeline.js';
import type { BlockResult, ForecastResult } from './pipeline.js';
import type { Source } from './source.js';
import type { Verdict } from './verdict.js';

/** What `forecast.json` holds. Values are in the units of the file; not-a-number is null. */
export function forecastFile(source: Source, result: ForecastResult, verdict: Verdict, facts: Readonly<Record<string, string | number>>): object {
  const { setup, blocks, forecast, interval, history, ranges, trainingRows, scaler, strategy, bestEpoch, warnings } = result;
  const { dates, rows } = source.table;
  const { table: _table, ...settings } = setup;
  const block = ({ origins, actual, predicted, previous, score, byStep }: BlockResult): object => ({
    metrics: { allSteps: score, byStep },
    predictions: Array.from(origins, (row, i) => ({
      origin: dates[row] ?? row, previous: previous[i],
      actual: steps(actual, i), predicted: steps(predicted, i),
    })),
  });
  return {
    data: { source: source.name, rows, first: dates[0] ?? 0, last: dates.at(-1) ?? rows - 1, target: source.target },
    settings: { ...settings, strategy }, run: facts,
    split: { samples: ranges, trainingRows, scaler: scaler.toJSON() },
    training: { epochs: history.epoch.length, bestEpoch, ...history.history },
    verdict: { winner: verdict.winner, statistic: verdict.statistic },
    warnings,
    forecast: Array.from(forecast.values, (value, k) => ({ date: forecast.dates[k] ?? null, value, lower: forecast.lower[k], upper: forecast.upper[k] })),
    interval: { coverage: interval.coverage, residuals: interval.count },
    blocks: Object.fromEntries(BLOCKS.map((name) => [name, block(blocks[name])])),
  };
}

function steps(forecasts: BlockResult['actual'], sample: number): number[] {
  return Array.from({ length: forecasts.shape[1] ?? 0 }, (_, k) => forecasts.get(sample, k));
}
