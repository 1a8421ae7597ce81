/**
 * Theta and Comb as M4's organisers define them, on the series without its season.
 *
 *   Y14  line: the least squares line a + b t, t = 1 … T
 *   Y15  Theta: ŷ[T+k] = ½ (a + b (T + k)) + ½ SES of 2 yₜ − (a + b t)           Assimakopoulos & Nikolopoulos 2000
 *   Y16  Comb: mean of simple exponential smoothing, Holt's trend and the damped trend
 *
 * The organisers replace negative forecasts of Theta by 0, as their series are positive; here they stay.
 */
import { mean } from '../../statistics.js';
import { readHistory, steps } from './baseline.js';
import type { Baseline } from './baseline.js';
import { adjusted } from './seasonality.js';
import type { SeasonOptions } from './seasonality.js';
import { dampedTrend, holt, ses } from './smoothing.js';

const thetaLines: Baseline = {
  fit(history) {
    const y = readHistory('theta', history, 4);
    const middle = (y.length + 1) / 2;
    const center = mean(y);
    let [sum, squares] = [0, 0];
    y.forEach((v, i) => {
      sum += (i + 1 - middle) * (v - center);
      squares += (i + 1 - middle) ** 2;
    });
    const slope = sum / squares;
    const line = (t: number): number => center + slope * (t - middle); // Y14
    const curved = ses().fit(y.map((v, i) => 2 * v - line(i + 1)));
    return {
      parameters: { ...curved.parameters, intercept: line(0), slope },
      forecast(horizon) {
        const points = curved.forecast(horizon);
        return steps('theta', horizon, (k) => (line(y.length + k) + (points[k - 1] ?? NaN)) / 2); // Y15
      },
    };
  },
};

/** Half the trend, half simple exponential smoothing of the curve about it. `fit` needs 4 values. */
export function theta(options: SeasonOptions): Baseline {
  return adjusted('theta', thetaLines, options);
}

const combination: Baseline = {
  fit(history) {
    const y = readHistory('comb', history, 7);
    const members = [ses(), holt(), dampedTrend()].map((member) => member.fit(y));
    return {
      parameters: {},
      forecast(horizon) {
        const points = members.map((member) => member.forecast(horizon));
        return steps('comb', horizon, (k) => mean(points.map((list) => list[k - 1] ?? NaN))); // Y16
      },
    };
  },
};

/** The mean of three kinds of exponential smoothing: hard to beat where nothing is known. `fit` needs 7 values. */
export function comb(options: SeasonOptions): Baseline {
  return adjusted('comb', combination, options);
}
