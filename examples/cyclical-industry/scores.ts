/** Network and baselines on the same months, with the same origins. */
import { baselineForecasts, magnitude, noChange, rmse, scoreForecast, seasonal } from 'bptt/forecast';
import type { Baseline, Range } from 'bptt/forecast';
import { dieboldMariano } from '../support/dieboldMariano.js';
import { autoregression } from './autoregression.js';
import type { RunResult } from './trial.js';

/** What tables call the chosen cell, and the same cell on changes. */
export const NETWORK = 'network';
export const ON_CHANGES = 'network on changes';
export const NO_CHANGE = 'no-change';

/** Forecasts [horizon] of the months after `origin`. */
export interface Method {
  readonly name: string;
  /** Needs no network. */
  readonly baseline: boolean;
  readonly from: (origin: number, horizon: number) => ArrayLike<number>;
}

export interface MethodScore {
  readonly name: string;
  readonly baseline: boolean;
  readonly rmse: number;
  readonly mae: number;
  /** Mean absolute error in per cent of the value. */
  readonly mape: number;
  /** 1 − MSE / MSE of no-change. */
  readonly skill: number;
  /** RMSE of one month ahead, two months ahead, … */
  readonly byStep: readonly number[];
  /** [origins][horizon] */
  readonly forecasts: readonly (readonly number[])[];
}

export interface Scoreboard {
  readonly origins: readonly number[];
  readonly actual: readonly (readonly number[])[];
  readonly rows: readonly MethodScore[];
}

export function network(name: string, { origins, forecasts }: RunResult): Method {
  const byOrigin = new Map(origins.map((origin, i) => [origin, forecasts[i] ?? []]));
  return { name, baseline: false, from: (origin) => byOrigin.get(origin) ?? [] };
}

/** What needs no network: no change, the same month of last year, and an autoregression that learned from the known months. */
export function baselines(target: Float64Array, known: number): Method[] {
  const method = (name: string, baseline: Baseline): Method =>
    ({ name, baseline: true, from: (origin, horizon) => baselineForecasts(baseline, target, [origin], horizon).data });
  return [
    method(NO_CHANGE, noChange()), method('seasonal-naive', seasonal(12)), method('autoregression', autoregression(target.subarray(0, known))),
  ];
}

/** Origins whose next `horizon` months all lie in the block. */
export function originsOf({ start, end }: Range, horizon: number): number[] {
  return Array.from({ length: end - start - horizon + 1 }, (_, i) => start - 1 + i);
}

export function scoreboard(target: Float64Array, methods: readonly Method[], block: Range, horizon: number): Scoreboard {
  const origins = originsOf(block, horizon);
  const actual = origins.map((origin) => Array.from(target.subarray(origin + 1, origin + 1 + horizon)));
  const previous = origins.map((origin) => target[origin] ?? NaN);
  const rows = methods.map(({ name, baseline, from }) => {
    const forecasts = origins.map((origin) => Array.from(from(origin, horizon)));
    const score = scoreForecast(actual, forecasts, { previous });
    const byStep = Array.from({ length: horizon }, (_, k) => rmse(actual.map((a) => a[k] ?? NaN), forecasts.map((f) => f[k] ?? NaN)));
    return { name, baseline, rmse: score.rmse, mae: score.mae, mape: score.mape, skill: score.skill, byStep, forecasts };
  });
  return { origins, actual, rows };
}

/** @throws Error without a row of that name. */
export function rowNamed({ rows }: Scoreboard, name: string): MethodScore {
  const row = rows.find((one) => one.name === name);
  if (!row) throw new Error(`no method '${name}' among ${rows.map((one) => one.name).join(', ')}`);
  return row;
}

export function bestBaseline({ rows }: Scoreboard): MethodScore {
  return rows.filter(({ baseline }) => baseline).reduce((a, b) => (b.rmse < a.rmse ? b : a));
}

/** Diebold–Mariano statistic on squared errors: below −2 `a` is better than chance would have it, above 2 `b`. */
export function compare({ actual }: Scoreboard, a: MethodScore, b: MethodScore): number {
  const loss = ({ forecasts }: MethodScore, i: number): number =>
    (actual[i] ?? []).reduce((sum, value, k) => sum + (value - (forecasts[i]?.[k] ?? NaN)) ** 2, 0);
  const horizon = actual[0]?.length ?? 1;
  return dieboldMariano(Float64Array.from(actual, (_, i) => loss(a, i) - loss(b, i)), horizon - 1, magnitude(actual.flatMap((row) => Array.from(row))) ** 2);
}
