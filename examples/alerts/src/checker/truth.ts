/** The truth beside every alert: how often forecasts of such a size were right, and whether the network is better than no-change at all. */
import { dieboldMariano, mae, mase } from 'bptt/forecast';
import { newYorkTime } from '../data/newYork.js';
import type { Queries } from '../storage/database.js';
import { firings, isRight, moves } from './rules.js';
import type { AlertRule, Scored } from './rules.js';

/** Per cent, in the tables of pages and of the study. */
export const THRESHOLDS = [0.1, 0.25, 0.5, 1, 2] as const;

/** At this probability of chance and above a difference is none. */
const CHANCE = 0.05;

export interface Tally {
  readonly thresholdPercent: number;
  /** Bars that moved so far, either way. */
  readonly moved: number;
  /** Forecasts that moved so far, and those of them that were right. */
  readonly foretold: number;
  readonly right: number;
  /** Share of them that would have been right on other days, 0 to 1; undefined where there was none. */
  readonly byChance: number | undefined;
}

export interface Truth {
  /** Forecasts that were scored, and the sessions they span; where there is none, all that follows but `sentence` is empty. */
  readonly count: number;
  readonly days: number;
  readonly from?: Date;
  readonly to?: Date;
  /** Mean absolute error of the network and of no-change, per cent. */
  readonly error?: number;
  readonly noChangeError?: number;
  /** error / noChangeError: below 1 is better than no-change. */
  readonly mase?: number;
  /** Of the absolute errors; below 0 where the network errs less. */
  readonly dieboldMariano?: { readonly statistic: number; readonly pValue: number };
  readonly verdict?: 'better' | 'worse' | 'the same';
  readonly tallies: readonly Tally[];
  /** Forecasts that were corrected: their mean absolute error with and without that, per cent. */
  readonly correction?: { readonly count: number; readonly before: number; readonly after: number };
  /** Says it in words; plainly, where the network is not better. */
  readonly sentence: string;
}

/** With the forecast before its correction, per cent. */
export type ScoredForecast = Scored & { readonly raw: number };

/** Scored forecasts of a symbol, oldest first: those of the running network's forerunners, none of which had seen the bar, and all made since. */
export async function scoredForecasts(db: Queries, symbol: string): Promise<ScoredForecast[]> {
  return db.query<ScoredForecast>(
    `select bar_at as "barAt", target_at as "targetAt", 100 * (forecast / last_close - 1) as foretold, 100 * (raw_forecast / last_close - 1) as raw, 100 * (actual_close / last_close - 1) as came
     from (
       select w.bar_at, w.target_at, w.last_close, w.forecast, w.raw_forecast, w.actual_close from walk_forward w
       where w.symbol = $1 and w.network_hash = (select n.hash from networks n where n.state = 'running' and (n.symbol = $1 or n.symbol is null) order by n.symbol nulls last limit 1)
         and not exists (select 1 from predictions p where p.symbol = $1 and p.bar_at = w.bar_at and p.actual_close is not null)
       union all
       select distinct on (p.bar_at) p.bar_at, p.target_at, p.last_close, p.forecast, p.raw_forecast, p.actual_close from predictions p
       where p.symbol = $1 and p.actual_close is not null order by 1
     ) as scored order by bar_at`, [symbol],
  );
}

function daysOf(scored: readonly Scored[]): number {
  return new Set(scored.map(({ barAt }) => newYorkTime(barAt.getTime()).day)).size;
}

/** Of `fired`, the share that would have been right had they come on other days, as many up and as many down: what an alert is worth is what it does better. */
function byChance(fired: readonly Scored[], scored: readonly Scored[], thresholdPercent: number): number | undefined {
  if (fired.length === 0) return undefined;
  const share = (direction: 'surge' | 'plunge'): number => scored.filter(({ came }) => moves({ direction, thresholdPercent }, came)).length / scored.length;
  const up = fired.filter(({ foretold }) => foretold > 0).length / fired.length;
  return up * share('surge') + (1 - up) * share('plunge');
}

export function tally(scored: readonly Scored[], thresholdPercent: number): Tally {
  const rule = { direction: 'both', thresholdPercent } as const;
  const foretold = scored.filter((each) => moves(rule, each.foretold));
  return {
    thresholdPercent, moved: scored.filter(({ came }) => moves(rule, came)).length, foretold: foretold.length,
    right: foretold.filter((each) => isRight(thresholdPercent, each)).length, byChance: byChance(foretold, scored, thresholdPercent),
  };
}

/** Fewer say nothing. */
const FEWEST = 10;

export function truthOf(scored: readonly ScoredForecast[]): Truth {
  const tallies = THRESHOLDS.map((threshold) => tally(scored, threshold));
  const [days, count] = [daysOf(scored), scored.length];
  const came = Float64Array.from(scored, (each) => each.came);
  const foretold = Float64Array.from(scored, (each) => each.foretold);
  const none = new Float64Array(count);
  if (count < FEWEST || came.every((value) => value === 0)) return { count, days, tallies, sentence: count === 0 ? 'No forecast of this symbol has been scored yet: nothing can be said of them.' : `Only ${count} ${count === 1 ? 'forecast of this symbol has' : 'forecasts of this symbol have'} been scored yet: nothing can be said of them.` };
  const [error, noChangeError] = [mae(came, foretold), mae(came, none)];
  const ratio = mase(came, foretold, { naiveError: noChangeError });
  const { statistic, pValue } = dieboldMariano(came.map((value, i) => value - (foretold[i] ?? NaN)), came, { horizon: 1, power: 1 });
  const verdict = pValue >= CHANCE ? 'the same' : statistic < 0 ? 'better' : 'worse';
  const corrected = scored.filter((each) => each.raw !== each.foretold);
  const off = (of: (each: ScoredForecast) => number): number => mae(Float64Array.from(corrected, (each) => each.came), Float64Array.from(corrected, of));
  const figures = `${ratio.toFixed(3)} times the error of no-change over ${days} days`;
  return {
    count, days, tallies, error, noChangeError, mase: ratio, dieboldMariano: { statistic, pValue }, verdict,
    from: scored[0]?.barAt, to: scored.at(-1)?.targetAt,
    ...(corrected.length > 0 && { correction: { count: corrected.length, before: off((each) => each.raw), after: off((each) => each.foretold) } }),
    sentence: {
      better: `The network was better than saying “no change”: ${figures}, more than chance explains.`,
      worse: `The network was worse than saying “no change”: ${figures}. Its forecasts would have been better left alone.`,
      'the same': `The network was not better than saying “no change”: ${figures}, a difference that chance explains.`,
    }[verdict],
  };
}

export async function truthOfSymbol(db: Queries, symbol: string): Promise<Truth> {
  return truthOf(await scoredForecasts(db, symbol));
}

export interface WhatIf {
  /** Bars and sessions that it was tried on. */
  readonly bars: number;
  readonly days: number;
  /** How often the alert would have fired, and how often rightly. */
  readonly fired: number;
  readonly right: number;
  /** Bars that moved as far as the threshold in a direction that the alert asks about. */
  readonly moved: number;
  /** Share of the times it fired that would have been right on other days, 0 to 1; undefined where it did not fire. */
  readonly byChance: number | undefined;
  readonly sentence: string;
}

export function whatIfOf(scored: readonly Scored[], rule: AlertRule): WhatIf {
  const fired = firings(rule, scored);
  const right = fired.filter((each) => isRight(rule.thresholdPercent, each)).length;
  const moved = scored.filter(({ came }) => moves(rule, came)).length;
  const [bars, days] = [scored.length, daysOf(scored)];
  const times = (n: number): string => (n === 1 ? 'once' : `${n} times`);
  const sentence = bars === 0 ? 'There are no forecasts of this symbol yet to try it on.'
    : fired.length === 0 ? `Over the last ${days} days this alert would not have fired; the price moved so far ${times(moved)}.`
      : `Over the last ${days} days this alert would have fired ${times(fired.length)} and been right ${right === 0 ? 'never' : times(right)}; the price moved so far ${times(moved)}.`;
  return { bars, days, fired: fired.length, right, moved, byChance: byChance(fired, scored, rule.thresholdPercent), sentence };
}

/** What an alert would have done over the last 250 sessions, from networks that had not seen the bar; fewer where there are fewer. */
export async function whatIf(db: Queries, symbol: string, rule: AlertRule): Promise<WhatIf> {
  const scored = await scoredForecasts(db, symbol);
  const first = [...new Set(scored.map(({ barAt }) => newYorkTime(barAt.getTime()).day))].slice(-250)[0] ?? '';
  return whatIfOf(scored.filter(({ barAt }) => newYorkTime(barAt.getTime()).day >= first), rule);
}

/** What an alert did since it was set: its own notifications that have been scored. */
export async function truthOfAlert(db: Queries, alertId: string): Promise<{ readonly fired: number; readonly scored: number; readonly right: number }> {
  const rows = await db.query<{ threshold: number; foretold: number; came: number | null }>(
    `select n.threshold_percent as threshold, n.change_percent as foretold, 100 * (p.actual_close / p.last_close - 1) as came
     from notifications n left join predictions p on p.id = n.prediction_id where n.alert_id = $1 and not n.test`, [alertId],
  );
  const scored = rows.flatMap(({ came, ...row }) => (came === null ? [] : [{ ...row, came }]));
  return { fired: rows.length, scored: scored.length, right: scored.filter((row) => isRight(row.threshold, row)).length };
}
