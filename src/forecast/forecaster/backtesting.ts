/** A backtest at work; fetched with the rest of what runs. */
import { DataError, StateError } from '../../errors.js';
import type { Loss } from '../../losses/losses.js';
import type { Model } from '../../models/model.js';
import { fromHost } from '../../ndarrays.js';
import { forecastWarnings } from '../evaluation/warnings.js';
import type { Float64NdArray } from '../series/arrays.js';
import type { Panel } from '../series/panel.js';
import { adaptiveBounds, baselineTable, lastOrigins, requireUnseen, until } from './backtest.js';
import type { ForecasterBacktest, SettledBacktest } from './backtest.js';
import { knownRows, samplesOf } from './blocks.js';
import type { SettledFit } from './fitOptions.js';
import { coverageOf, lostRows } from './plan.js';
import type { ForecasterOptions, Plan } from './plan.js';
import { predictSamples } from './predicting.js';
import { outsideWarnings } from './rangeNotes.js';
import { blockForecasts } from './results.js';
import type { BlockForecasts } from './results.js';
import { PATHS, forecastBlock, prepareFit, runFit } from './running.js';
import type { Material } from './running.js';
import { SampleReader } from './samples.js';
import type { Sample } from './samples.js';
import { prepare } from './seriesData.js';
import type { Knowledge } from './state.js';

const OPERATION = 'Forecaster.backtest';

export interface Known {
  readonly model: Model;
  readonly knowledge: Knowledge;
  readonly material?: Material;
}

async function forecastsFrom(plan: Plan, { model, knowledge: { interval } }: Known, samples: readonly Sample[], several: boolean, signal: AbortSignal | undefined): Promise<BlockForecasts> {
  const points = await predictSamples({ plan, model, reader: new SampleReader(plan) }, samples, interval?.coverage ?? coverageOf(plan) ?? 0.9, { count: PATHS, seed: plan.seed }, signal);
  return blockForecasts(plan, samples, points, interval, several);
}

/** As the forecaster is. @param panel another table, or that which was fitted. */
export async function backtestFitted(plan: Plan, known: Known, panel: Panel, options: SettledBacktest): Promise<ForecasterBacktest> {
  const { origins, stride, adaptive, signal, table } = options;
  const { knowledge, model, material } = known;
  if (table === undefined && !material) throw new StateError({ operation: OPERATION, argument: 'table', expected: 'given, as the forecaster was loaded without the one it was fitted on', actual: 'nothing' });
  const series = material && table === undefined ? material.series : prepare(OPERATION, plan, knowledge.learned, panel);
  const samples = origins === undefined && material
    ? samplesOf(series, material.splits, 'test', plan).all().filter((_, i) => i % stride === 0)
    : series.flatMap((own) => lastOrigins(own.name, own.rows, own.first, plan, origins ?? 1, stride).map((origin): Sample => ({ series: own, origin })));
  if (samples.length === 0) throw new DataError({ operation: OPERATION, argument: 'the test block', expected: 'at least one window', actual: 'none', hint: 'Fit with test: 0.15, say, or ask for origins with refit.' });
  requireUnseen(samples, new Map(series.map((own) => [own.name, learnedRows(plan, own.dates, own.name, knowledge, table === undefined ? material : undefined)])));
  const forecasts = await forecastsFrom(plan, known, samples, series.length > 1, signal);
  const before = adaptive && table === undefined && material && stride === 1 ? await forecastBlock(plan, model, knowledge, material, 'validation', signal) : undefined;
  return finished(plan, samples, forecasts, before, options, panel, knowledge);
}

/** How many rows of a series were learned from: as the blocks say, or the dates. */
function learnedRows(plan: Plan, dates: readonly string[], name: string, { trained }: Knowledge, material: Material | undefined): number {
  const split = material?.splits.get(name);
  return split ? knownRows(split, lostRows(plan), plan) : dates.filter((date) => date <= trained.to).length;
}

/** Fitted anew as the origins move on. */
export async function backtestRefitting(plan: Plan, owner: Pick<ForecasterOptions, 'model' | 'layers'>, loss: Loss | undefined, panel: Panel, fit: SettledFit, options: SettledBacktest): Promise<ForecasterBacktest> {
  const { origins = 1, stride, signal } = options;
  const every = options.refit === 'never' ? origins : options.refit;
  const places = new Map([...panel].map(([name, { rows }]) => [name, lastOrigins(name, rows, lostRows(plan), plan, origins, stride)]));
  const parts: { samples: readonly Sample[]; forecasts: BlockForecasts }[] = [];
  let knowledge: Knowledge | undefined;
  const total = Math.ceil(origins / every);
  for (let fold = 0; fold < total; fold++) {
    signal?.throwIfAborted();
    const known = until(panel, new Map([...places].map(([name, list]) => [name, list[fold * every] ?? 0])));
    const prepared = prepareFit(plan, owner, known, fit);
    ({ knowledge } = await runFit(plan, loss, prepared, fit));
    const samples = prepare(OPERATION, plan, knowledge.learned, panel).flatMap((series) =>
      (places.get(series.name) ?? []).slice(fold * every, (fold + 1) * every).map((origin): Sample => ({ series, origin })));
    parts.push({ samples, forecasts: await forecastsFrom(plan, { model: prepared.model, knowledge }, samples, panel.size > 1, signal) });
    prepared.model.dispose();
    options.onFold?.(fold + 1, total);
  }
  if (!knowledge) throw new Error('no fold');
  const order = [...panel.keys()];
  const all = parts.flatMap(({ samples, forecasts }) => samples.map((sample, i) => ({ sample, forecasts, i })));
  all.sort((a, b) => order.indexOf(a.sample.series.name) - order.indexOf(b.sample.series.name) || a.sample.origin - b.sample.origin);
  return finished(plan, all.map(({ sample }) => sample), joined(plan, all), undefined, options, panel, knowledge);
}

/** One block of the samples of several. */
function joined({ horizon }: Plan, all: readonly { readonly forecasts: BlockForecasts; readonly i: number }[]): BlockForecasts {
  const each = (pick: (block: BlockForecasts) => Float64NdArray | undefined): Float64NdArray => {
    const data = new Float64Array(all.length * horizon).fill(NaN);
    all.forEach(({ forecasts, i }, at) => { data.set(pick(forecasts)?.data.subarray(i * horizon, (i + 1) * horizon) ?? [], at * horizon); });
    return fromHost(data, [all.length, horizon]);
  };
  const bounded = all.every(({ forecasts: { lower } }) => lower !== undefined);
  const levels = Object.keys(all[0]?.forecasts.quantiles ?? {});
  return {
    series: all.map(({ forecasts, i }) => forecasts.series[i] ?? ''), origins: Int32Array.from(all, ({ forecasts, i }) => forecasts.origins[i] ?? NaN),
    actual: each(({ actual }) => actual), predicted: each(({ predicted }) => predicted), previous: Float64Array.from(all, ({ forecasts, i }) => forecasts.previous[i] ?? NaN),
    ...(bounded && { lower: each(({ lower }) => lower), upper: each(({ upper }) => upper) }),
    ...(levels.length > 0 && { quantiles: Object.fromEntries(levels.map((level) => [level, each(({ quantiles }) => quantiles?.[level])])) }),
    rows: all.flatMap(({ forecasts, i }) => forecasts.rows.slice(i * horizon, (i + 1) * horizon)),
  };
}

function finished(plan: Plan, samples: readonly Sample[], made: BlockForecasts, before: BlockForecasts | undefined, { adaptive, baselines, stride }: SettledBacktest, panel: Panel, { ranges, interval }: Knowledge): ForecasterBacktest {
  const coverage = interval?.coverage ?? coverageOf(plan) ?? 0.9;
  const bounds = adaptive && adaptiveBounds(made, before, { ...adaptive, coverage, stride, point: plan.head === 'point' });
  const forecasts = bounds ? { ...made, ...bounds, rows: made.rows.map((row, i) => ({ ...row, lower: bounds.lower.data[i], upper: bounds.upper.data[i] })) } : made;
  const { lower, upper, actual, predicted, previous } = forecasts;
  const consecutive = new Set(forecasts.series).size === 1;
  const bound = lower && upper && { interval: { lower, upper } };
  return {
    rows: [...forecasts.rows, ...baselineTable(plan, samples, baselines)], forecasts,
    warnings: [...(consecutive ? forecastWarnings(actual, predicted, previous, { ...bound }) : []), ...outsideWarnings(plan, ranges, samples, panel)],
  };
}
