/**
 * Ways in which a forecast looks fine on a plot and is worth nothing. What else its blocks and its interval may hide: `blockWarnings.ts`.
 *
 * Collapse: the forecast hardly moves. Figure: std(predicted) / std(actual).
 *
 * Lag: the forecast repeats what it was given. On consecutive forecasts, with Δ the change from one to the next,
 * it follows when corr(Δpredicted, Δprevious) > corr(Δpredicted, Δactual), the first being the change of the last
 * known value, and when that is more than two standard errors, 1 / √n of n changes, above 0. Changes, not levels: levels of a price correlate with everything, and a bias or a damped copy must not
 * hide the lag. A good forecast of a near random walk also resembles the last value, so the warning is only
 * given when it does not beat no-change: skill 1 − MSE / MSE(no-change) below 1 %.
 */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ShapeError, formatShape } from '../../errors.js';
import { correlation, deviation, isConstant, magnitude } from '../../statistics.js';
import { columnOf, toForecasts } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';
import { rmse } from './metrics.js';
import { ahead, biasWarnings, intervalWarnings, rangeWarnings } from './blockWarnings.js';
import type { ForecastBounds, InputRows, ValidationBlock } from './blockWarnings.js';
import { repeatPrevious, skill } from './score.js';
import { figure } from './warning.js';
import type { ForecastWarning } from './warning.js';

export interface WarningOptions {
  /** A ratio of standard deviations below this is a collapse; 0.1 by default. */
  readonly collapseBelow?: number;
  /** Looks for inputs outside the training range. */
  readonly inputs?: InputRows | undefined;
  /** Looks for a validation block that is biased against the block that was forecast here. */
  readonly validation?: ValidationBlock | undefined;
  /** Looks for forecasts outside their own interval, and for too few residuals. */
  readonly interval?: ForecastBounds | undefined;
}

const optionNames: OptionNames<WarningOptions> = { collapseBelow: true, inputs: true, validation: true, interval: true };

/** Skill against no-change from which on a forecast is more than an echo. */
const LEAST_SKILL = 0.01;

/** std(predicted) / std(actual) over all numbers given; NaN when the actual values are constant but for rounding. */
export function collapseRatio(actual: Numbers, predicted: Numbers): number {
  const a = toForecasts(actual, { operation: 'collapseRatio', argument: 'actual' }).data;
  const p = toForecasts(predicted, { operation: 'collapseRatio', argument: 'predicted' }).data;
  return isConstant(a) ? NaN : deviation(p) / deviation(a);
}

/**
 * How the changes of consecutive forecasts correlate with those of the last known value, and of the value to come; NaN where
 * either moves by equal steps, or not at all.
 */
export function lagCorrelations(actual: ArrayLike<number>, predicted: ArrayLike<number>, previous: ArrayLike<number>): { previous: number; actual: number } {
  return { previous: changeCorrelation(predicted, previous), actual: changeCorrelation(predicted, actual) };
}

/** The changes are rounded as the levels are: what is left between equal steps is compared with the levels. */
function changeCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [da, db] = [changes(a), changes(b)];
  return isConstant(da, magnitude(a)) || isConstant(db, magnitude(b)) ? NaN : correlation(da, db);
}

function changes(values: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: Math.max(0, values.length - 1) }, (_, i) => (values[i + 1] ?? NaN) - (values[i] ?? NaN));
}

/**
 * Looks for collapse and lag, each step ahead on its own, and for what the options name.
 *
 * @param actual [n] or [n, h], consecutive forecasts in time order.
 * @param predicted the shape of `actual`.
 * @param previous the last value known when each forecast was made, [n] or the shape of `actual`.
 * @returns no entry if there is nothing to warn of.
 */
export function forecastWarnings(actual: Numbers, predicted: Numbers, previous: Numbers, options: WarningOptions = {}): ForecastWarning[] {
  const operation = 'forecastWarnings';
  const { collapseBelow = 0.1, inputs, validation, interval } = checkOptions(operation, options, optionNames);
  if (inputs) checkOptions(`${operation}, inputs`, inputs, { training: true, used: true, columns: true });
  if (validation) checkOptions(`${operation}, validation`, validation, { actual: true, predicted: true });
  if (interval) checkOptions(`${operation}, interval`, interval, { lower: true, upper: true, count: true, coverage: true });
  const a = toForecasts(actual, { operation, argument: 'actual' });
  const p = toForecasts(predicted, { operation, argument: 'predicted' });
  if (p.count !== a.count || p.horizon !== a.horizon) {
    throw new ShapeError({ operation, argument: 'predicted', expected: `of shape ${formatShape(a.shape)}`, actual: formatShape(p.shape) });
  }
  const still = repeatPrevious(previous, a.count, a.horizon).data;
  const warnings: ForecastWarning[] = [];
  for (let k = 0; k < a.horizon; k++) {
    const truth = columnOf(a.data, a.horizon, k);
    const forecast = columnOf(p.data, a.horizon, k);
    const last = columnOf(still, a.horizon, k);
    const when = ahead(k, a.horizon);
    const ratio = collapseRatio(truth, forecast);
    if (ratio < collapseBelow) {
      warnings.push({
        kind: 'collapse', horizon: k + 1, figure: ratio,
        message: `The forecast${when} is nearly constant: it varies ${(100 * ratio).toFixed(1)} % as much as what it forecasts.`,
      });
    }
    const echo = lagCorrelations(truth, forecast, last);
    const gain = skill(rmse(truth, forecast), rmse(truth, last), magnitude(truth));
    if (echo.previous > 2 / Math.sqrt(a.count - 1) && echo.previous > echo.actual && gain < LEAST_SKILL) {
      warnings.push({
        kind: 'lag', horizon: k + 1, figure: echo.previous,
        message: `The forecast${when} follows the last known value: its changes correlate ${figure(echo.previous, 2)} with those already seen and `
          + `${figure(echo.actual, 2)} with those to come, and it does not beat no-change (skill ${figure(gain, 3)}).`,
      });
    }
  }
  return [
    ...warnings, ...(inputs ? rangeWarnings(inputs) : []),
    ...(validation ? biasWarnings(validation, a.data.map((value, i) => value - (p.data[i] ?? NaN)), a.horizon) : []),
    ...(interval ? intervalWarnings(interval, p.data, a.horizon) : []),
  ];
}
