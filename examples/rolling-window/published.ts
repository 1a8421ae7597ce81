/** Figures quoted from the published report (units of the file's range, 1 = $186.485), and the file they belong to. */
import type { CsvTable } from 'bptt/node';
import type { Errors } from './figures.js';

/** The rows of `describe` in tables 2 and 3. */
export const ROWS = [
  ['count', 'count'], ['mean', 'mean'], ['std', 'std'], ['min', 'min'], ['q25', '25 %'], ['median', '50 %'], ['q75', '75 %'], ['max', 'max'],
] as const;

export const TEXT = {
  splits: 988,
  lastSplit: {
    train: { mse: 0.000228, rmse: 0.015099, mae: 0.011256, r2: 0.959285, explainedVariance: 0.962397 },
    validation: { mse: 0.000312, rmse: 0.017653, mae: 0.015108, r2: 0.657239, explainedVariance: 0.663785 },
  } satisfies Record<string, Errors>,
  train: {
    mse: [988, 0.00025, 0.0001, 0.0001, 0.00017, 0.00024, 0.00031, 0.00092],
    rmse: [988, 0.01551, 0.00305, 0.01, 0.01288, 0.01545, 0.0177, 0.03033],
    mae: [988, 0.01207, 0.00247, 0.00777, 0.00996, 0.01201, 0.01383, 0.0228],
    r2: [988, 0.94086, 0.02939, 0.80233, 0.92241, 0.94263, 0.96583, 0.98576],
    explainedVariance: [988, 0.94924, 0.02395, 0.88142, 0.93281, 0.94942, 0.97119, 0.98629],
  },
  validation: {
    mse: [988, 0.00042, 0.00069, 0.00002, 0.00016, 0.00027, 0.00047, 0.00995],
    rmse: [988, 0.01821, 0.00939, 0.00422, 0.01253, 0.01631, 0.02164, 0.09978],
    mae: [988, 0.01514, 0.0084, 0.00308, 0.01018, 0.01337, 0.01805, 0.0871],
    r2: [988, -0.7441, 2.1049, -22.363, -0.9936, -0.1744, 0.31715, 0.87861],
    explainedVariance: [988, 0.02609, 0.84053, -7.4521, -0.2316, 0.22226, 0.55399, 0.97429],
  },
  /** For 2024-07-26, dollars. */
  nextDay: { date: '2024-07-26', forecast: 217.29, actual: 217.96 },
} as const;

/** The very data of the text: 1258 days of AAPL, 2019-07-29 to 2024-07-26. */
export function isPublishedFile({ rows, dates }: CsvTable): boolean {
  return rows === 1258 && dates[0] === '2019-07-29' && dates.at(-1) === TEXT.nextDay.date;
}
