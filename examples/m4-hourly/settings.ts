/** What is fixed before a run: the competition's, and what was chosen on the last 48 hours of the training part. */

import { AdamW, cosine } from 'bptt';
import type { Optimizer } from 'bptt';

/** Hours. */
export const DAY = 24;
export const WEEK = 7 * DAY;
export const HORIZON = 2 * DAY;
/** The middle one is the forecast, the outer ones M4's 95 % interval. */
export const QUANTILES = [0.025, 0.5, 0.975] as const;
export const COVERAGE = 0.95;

/** What models are called in tables. */
export const NAMES: Readonly<Record<string, string>> = {
  recurrent: 'ours', dense: 'ours without recurrence', noChange: 'no-change', seasonal: 'seasonal naive', drift: 'drift', naive2: 'Naive2', ses: 'SES', holt: 'Holt', dampedTrend: 'damped trend', comb: 'Comb',
  theta: 'Theta', autoregression: 'autoregression',
};

export interface NetworkSettings {
  /** Of the LSTM; 0: there is none. */
  readonly units: number;
  /** Behind the LSTM. */
  readonly dropout: number;
  /** Of the dense layer. */
  readonly hidden: number;
}

export interface MemberSettings extends NetworkSettings {
  /** The window. */
  readonly days: number;
  /** Hours that the level of a window is taken over, its last ones. */
  readonly level: number;
  readonly steps: number;
  readonly batchSize: number;
  /** The first learning rate; it falls to 0 along half a cosine. */
  readonly rate: number;
  /** Of AdamW: what keeps a wide network from learning the training part by heart. */
  readonly weightDecay: number;
  /** Share of the windows that end at the hour of the day at which the series does. */
  readonly samePhase: number;
}

const chosen: MemberSettings = { units: 32, dropout: 0.3, hidden: 512, days: 8, level: 24, steps: 4000, batchSize: 128, rate: 0.003, weightDecay: 0.2, samePhase: 0.75 };

export interface Plan {
  /** One for each member. */
  readonly recurrent: readonly [MemberSettings, ...MemberSettings[]];
  /** The same without recurrence. */
  readonly dense: readonly [MemberSettings, ...MemberSettings[]];
}

/** Members read 8 days or 14, in turn: what they have in common is no error of their own. */
export function planOf(full: boolean): Plan {
  const member = full ? chosen : { ...chosen, steps: 300 };
  const all = (settings: MemberSettings): Plan['recurrent'] => {
    const pair = [settings, { ...settings, days: 14 }] as const;
    return full ? [...pair, ...pair, ...pair] : pair;
  };
  return { recurrent: all(member), dense: all({ ...member, units: 0 }) };
}

export function optimizerOf({ rate, steps, weightDecay }: MemberSettings): Optimizer {
  return new AdamW({ learningRate: cosine({ rate, floor: 0, steps }), weightDecay, globalClipNorm: 2.5 });
}

/** Means over all series of M4 Hourly: what OWA divides by. */
const NAIVE2 = { smape: 18.383, mase: 2.395 } as const;

/**
 * What a window counts: the square root of what an error of one unit in it adds to OWA, for which sMAPE is the relative error. Of the windows that
 * count most the plain weight would make so much that few samples are left.
 */
export function windowWeight({ level, deviation, naiveError }: { readonly level: number; readonly deviation: number; readonly naiveError: number }): number {
  const relative = Math.LN10 * deviation; // of a log10
  return Math.sqrt(relative * (100 / NAIVE2.smape + level / naiveError / NAIVE2.mase));
}
