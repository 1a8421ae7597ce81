/** How a forecaster is fitted. */
import type { Backend } from '../../backend.js';
import type { Callback } from '../../callbacks/callback.js';
import { checkOptions, requireCount, requireNumber } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import type { OptimizerName } from '../../optimizers/resolve.js';
import type { Split } from '../windows/splits.js';
import { requireSizes } from './blocks.js';
import type { Plan } from './plan.js';

/** One training window, to say what it counts. */
export interface WindowFacts {
  readonly series: string;
  /** Its last row. */
  readonly origin: number;
  /** Center of the window's measure in units of the target: the mean, geometric after `log10`; the first value with `percentChange`. */
  readonly level: number;
  /** Its scale, after the steps over rows. */
  readonly deviation: number;
  /** Of the series, over its training rows, at the season. */
  readonly naiveError: number;
}

export interface SampleWeights {
  /** What each step ahead counts, [horizon]; 1 by default. With a recursive network only the first is trained. */
  readonly horizon?: readonly number[] | undefined;
  /** What a window counts, at least 0; 1 by default. */
  readonly window?: ((facts: WindowFacts) => number) | undefined;
}

/** What is settled before training. */
export interface FitStart {
  readonly model: Model;
  /** Which windows of each series are in which block, counted from its first window. */
  readonly blocks: ReadonlyMap<string, Split>;
}

export interface ForecasterFitOptions {
  /** Windows at the end of the training rows that choose the epoch and make the interval: a share below 1, or how many, of each series. Default 0.15. */
  readonly validation?: number | undefined;
  /** Windows after those, which nothing is learned from: a share below 1, or how many, of each series. Default 0. */
  readonly test?: number | undefined;
  /** Default 10. */
  readonly epochs?: number | undefined;
  /** Default 32. */
  readonly batchSize?: number | undefined;
  /** Given: an epoch is so many batches of windows drawn at random, first the series, then one of its windows. By default an epoch is every window once. */
  readonly stepsPerEpoch?: number | undefined;
  /** With `stepsPerEpoch`: share of the windows that end whole seasons before the last row of their series. Default 0. */
  readonly samePhase?: number | undefined;
  readonly weights?: SampleWeights | undefined;
  /** Default Adam. */
  readonly optimizer?: Optimizer | OptimizerName | undefined;
  /** As in `compile`. */
  readonly backend?: Backend | 'auto' | undefined;
  /** Epochs without a better validation loss after which training stops, and the best weights are put back; false: neither. Default 5. */
  readonly earlyStopping?: number | false | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
  /** Told what will be trained on what, before it is. */
  readonly onStart?: ((start: FitStart) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const fitNames: OptionNames<ForecasterFitOptions> = {
  validation: true, test: true, epochs: true, batchSize: true, stepsPerEpoch: true, samePhase: true, weights: true, optimizer: true, backend: true, earlyStopping: true, callbacks: true, onStart: true, signal: 'signal',
};

export type SettledFit = ForecasterFitOptions & Required<Pick<ForecasterFitOptions, 'validation' | 'test' | 'epochs' | 'batchSize'>>;

/** Copies. @throws ArgumentError */
export function settleFit(operation: string, options: ForecasterFitOptions, { horizon }: Plan): SettledFit {
  const { validation = 0.15, test = 0, epochs = 10, batchSize = 32, stepsPerEpoch, samePhase, weights, earlyStopping, callbacks } = checkOptions(operation, options, fitNames);
  requireSizes(operation, { validation, test });
  for (const [argument, count] of Object.entries({ epochs, batchSize, stepsPerEpoch })) if (count !== undefined) requireCount(operation, argument, count);
  const refuse = (argument: string, expected: string, actual: unknown): never => { throw new ArgumentError({ operation, argument, expected, actual: String(actual) }); };
  if (samePhase !== undefined) requireNumber(operation, 'samePhase', samePhase, samePhase >= 0 && samePhase <= 1, 'a share from 0 to 1');
  if (samePhase !== undefined && stepsPerEpoch === undefined) refuse('samePhase', 'given with stepsPerEpoch, which draws windows', 'without');
  if (earlyStopping !== undefined && earlyStopping !== false) requireCount(operation, 'earlyStopping', earlyStopping, 0);
  if (earlyStopping !== undefined && earlyStopping !== false && validation === 0) refuse('earlyStopping', 'given with a validation block', 'without');
  const { horizon: steps, window } = weights ? checkOptions(`${operation}, weights`, weights, { horizon: true, window: true }) : {};
  if (steps !== undefined && (steps.length !== horizon || !steps.every((weight) => weight >= 0 && weight < Infinity))) refuse('weights.horizon', `${horizon} numbers of at least 0`, steps.join(', '));
  return { ...options, validation, test, epochs, batchSize, callbacks: [...callbacks ?? []], ...(weights && { weights: { ...(steps && { horizon: [...steps] }), ...(window && { window }) } }) };
}
