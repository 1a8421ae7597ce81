/** The figures behind a report as JSON: every number in it can be worked out again from the predictions. */
import type { Forecast } from '../../forecast/forecaster/results.js';
import type { Outcome } from './outcome.js';
import type { ScoredBlock } from './scored.js';
import type { Source } from '../source.js';

/** What `forecast.json` holds. Values are in the units of the file, scores of several series in naive errors; not-a-number is null. */
export function forecastFile({ task: { source, target, options }, forecaster, fit, seconds, forecast, blocks, by, verdict }: Outcome, facts: Readonly<Record<string, string | number>>): object {
  return {
    data: { ...dataOf(source), target },
    settings: { ...options, columns: source.columns, strategy: forecaster.plan.strategy, rival: by.rival }, run: facts, forecaster: forecaster.describe(),
    split: { samples: fit.samples, trainingRows: bySeries(by.training) },
    training: { epochs: fit.history.epoch.length, bestEpoch: fit.bestEpoch ?? null, seconds, ...fit.history.history },
    verdict: { winner: verdict.winner, statistic: verdict.statistic ?? null, pValue: verdict.pValue ?? null },
    warnings: [...fit.warnings, ...forecast.warnings],
    forecast: forecastEntries(forecast, source),
    interval: fit.interval ? { kind: fit.interval.kind, coverage: fit.interval.coverage, residuals: fit.interval.count } : null,
    blocks: Object.fromEntries(Object.entries(blocks).map(([name, block]) => [name, blockOf(block, source)])),
  };
}

/** A number where there is one series, else one by name. */
function bySeries(counts: ReadonlyMap<string, number>): number | Record<string, number> {
  const [only = 0] = counts.values();
  return counts.size === 1 ? only : Object.fromEntries(counts);
}

function dataOf({ name, panel }: Source): object {
  const tables = [...panel.entries()].map(([series, { rows, dates }]) => ({ ...(panel.size > 1 && { series }), rows, first: dates[0] ?? 0, last: dates.at(-1) ?? rows - 1 }));
  return { source: name, ...(panel.size === 1 ? tables[0] : { series: tables }) };
}

/** The steps of a forecast; dates are null where the file has none. */
export function forecastEntries(forecast: Forecast, { panel }: Pick<Source, 'panel'>): object[] {
  return forecast.rows.map(({ series, date, forecast: value, lower, upper, quantiles }) => ({
    ...(panel.size > 1 && { series }), date: (panel.get(series)?.dates.length ?? 0) > 0 ? date : null, value, lower: lower ?? null, upper: upper ?? null, ...(quantiles && { quantiles }),
  }));
}

function blockOf({ series, origins, actual, predicted, previous, score, byStep }: ScoredBlock, { panel }: Source): object {
  const steps = (forecasts: ScoredBlock['actual'], sample: number): number[] => Array.from({ length: forecasts.shape[1] ?? 0 }, (_, k) => forecasts.get(sample, k));
  return {
    metrics: { allSteps: score, byStep },
    predictions: Array.from(origins, (row, i) => {
      const name = series[i] ?? '';
      return { ...(panel.size > 1 && { series: name }), origin: panel.get(name)?.dates[row] ?? row, previous: previous[i], actual: steps(actual, i), predicted: steps(predicted, i) };
    }),
  };
}
