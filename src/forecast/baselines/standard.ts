/** Every baseline of this folder under one name each, to put beside a score. */
import { checkOptions } from '../../checks.js';
import { autoregression } from './autoregression.js';
import type { Baseline } from './baseline.js';
import { comb, theta } from './combined.js';
import { drift, noChange, seasonal } from './naive.js';
import { naive2, seasonNames, seasonallyAdjusted } from './seasonality.js';
import type { SeasonOptions } from './seasonality.js';
import { dampedTrend, holt, ses } from './smoothing.js';

export type StandardBaseline = 'noChange' | 'seasonal' | 'drift' | 'naive2' | 'ses' | 'holt' | 'dampedTrend' | 'comb' | 'theta' | 'autoregression';

/**
 * The ten baselines, those of M4 as M4 runs them: the exponential smoothings on the series without its season. A season of 1 is none.
 *
 * Each is fitted anew from every origin: on a thousand values some 25 ms for `comb`, 15 for `dampedTrend`, 10 for `holt`, a few for the others.
 */
export function standardBaselines(options: SeasonOptions): Readonly<Record<StandardBaseline, Baseline>> {
  checkOptions('standardBaselines', options, seasonNames);
  return {
    noChange: noChange(), seasonal: seasonal(options.season), drift: drift(), naive2: naive2(options),
    ses: seasonallyAdjusted(ses(), options), holt: seasonallyAdjusted(holt(), options), dampedTrend: seasonallyAdjusted(dampedTrend(), options),
    comb: comb(options), theta: theta(options), autoregression: autoregression(),
  };
}
