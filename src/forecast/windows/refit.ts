/** How often a backtest fits its model, and what each fit starts from. */
import { ArgumentError } from '../../errors.js';
import type { Fold } from './splits.js';
import { requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';

export interface RefitOptions {
  /**
   * Folds from one fit to the next: 1 (every fold) by default, or `'never'` after the first. A fold without a fit keeps the
   * model, the scaler and the training range of the fold that was fitted: its result says so.
   */
  readonly refit?: number | 'never';
  /** Each fit starts from the weights of the fit before; false, a fresh model for each fit, by default. */
  readonly warmStart?: boolean;
  /**
   * With `warmStart`: folds after which the next fit starts cold again, a multiple of `refit`; never by default. Without it
   * all folds depend on each other, and only one worker has anything to do.
   */
  readonly restart?: number;
}

export const refitNames: OptionNames<RefitOptions> = { refit: true, warmStart: 'flag', restart: true };

export interface ChainedFold {
  readonly fold: Fold;
  /** Whether the model is fitted before it forecasts. */
  readonly fit: boolean;
}

/** Folds that share one forecaster, in order. Chains do not depend on each other. */
export type FoldChain = readonly ChainedFold[];

export function foldChains(folds: readonly Fold[], options: RefitOptions = {}): FoldChain[] {
  const operation = 'backtest';
  const given: unknown = folds;
  if (!Array.isArray(given) || folds.length === 0) {
    throw new ArgumentError({
      operation, argument: 'folds', expected: 'at least one fold', actual: Array.isArray(given) ? 'none' : typeof given,
      hint: 'For example rollingOrigin(countSamples(rows, spec), { train: 500, validation: 20 }).',
    });
  }
  const { refit = 1, warmStart = false, restart } = options;
  const every = refit === 'never' ? folds.length : requireCount(operation, 'refit', refit);
  if (restart !== undefined && !(warmStart && requireCount(operation, 'restart', restart) % every === 0)) {
    throw new ArgumentError({ operation, argument: 'restart', expected: `a multiple of ${every}, with warmStart`, actual: `${restart}, warmStart ${warmStart}` });
  }
  const length = warmStart ? (restart ?? folds.length) : every;
  const chained = folds.map((fold, i): ChainedFold => {
    const fitted = folds[i - (i % every)] ?? fold;
    return { fold: { ...fold, train: fitted.train }, fit: fitted === fold };
  });
  return Array.from({ length: Math.ceil(folds.length / length) }, (_, i) => chained.slice(i * length, (i + 1) * length));
}
