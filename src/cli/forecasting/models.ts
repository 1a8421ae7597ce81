/** The scores of several models, as cells of a table. */
import type { ModelScore } from '../../forecast/evaluation/scoreTable.js';

export const MODEL_HEAD = ['MAE', 'RMSE', 'sMAPE', 'MASE', 'RMSSE', 'OWA', 'coverage', 'MSIS'] as const;

export const SCORES_MEAN = 'Means over the series. MASE, RMSSE and MSIS are in naive errors of what was known before the first origin, at the season: a MASE below 1 beats the naive forecast there. '
  + 'OWA is taken over naive2, where that is among the baselines; coverage is the share of values inside the bounds.';

/** The order of `MODEL_HEAD`; what there is not is a dash. */
export function modelCells({ mae, rmse, smape, mase, rmsse, owa, coverage, msis }: ModelScore): string[] {
  const cell = (value: number | undefined, write: (value: number) => string): string => (value === undefined || !Number.isFinite(value) ? '–' : write(value));
  const size = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  const ratio = (value: number): string => value.toFixed(3);
  return [
    cell(mae, size), cell(rmse, size), cell(smape, (value) => `${value.toFixed(2)} %`), cell(mase, ratio), cell(rmsse, ratio), cell(owa, ratio),
    cell(coverage, (value) => `${(100 * value).toFixed(1)} %`), cell(msis, ratio),
  ];
}
