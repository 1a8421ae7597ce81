/** Faults in scores, baselines and intervals of forecasts. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

export const forecastFaults: readonly Fault[] = [
  ...faultsIn('forecast/evaluation/scaledMetrics', ['forecast/evaluation/scaledMetrics'],
    ['U4 the naive RMS error is a mean of absolute values', "rootMeanSquare(seasonalSteps('naiveRmsError', series, season))", "mean(seasonalSteps('naiveRmsError', series, season).map(Math.abs))"],
    ['U6 OWA compares MASE with sMAPE', 'ratio(scores.mase, naive2.mase)', 'ratio(scores.mase, naive2.smape)'],
  ),
  ...faultsIn('forecast/evaluation/quantileScores', ['forecast/evaluation/quantileScores'],
    ['U7 pinball is turned about', 'Math.max(level * error, (level - 1) * error)', 'Math.max((1 - level) * error, -level * error)'],
    ['U10 pairs of samples count twice', '(2 * k - width + 1) / width', '2 * (2 * k - width + 1) / width'],
    ['U11 the constant of the normal distribution', '1 / Math.sqrt(Math.PI)', '1 / Math.sqrt(2 * Math.PI)'],
    ['U12 degrees of freedom of the density', '(nu + z * z)) / (nu - 1)', '(nu + z * z)) / nu'],
  ),
  ...faultsIn('forecast/evaluation/intervalScores', ['forecast/evaluation/intervalScores'],
    ['U13 an end lies outside', '<= y &&', '< y &&'],
    ['U15 half the fine of a miss', '2 / (1 - coverage)', '1 / (1 - coverage)'],
  ),
  ...faultsIn('distributions', ['distributions'],
    ["Stirling's series is cut short", '1 / 360 - s *', '1 / 360 + s *'],
    ['both tails of t', 'degrees / 2, 0.5) / 2', 'degrees / 2, 0.5)'],
  ),
];
