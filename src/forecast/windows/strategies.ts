/**
 * Three ways to look several steps ahead (Taieb et al. 2012), all of them forecasters with y of shape [N, h]:
 *
 *   recursive        one model of one step; its forecast becomes the newest row of the window, h times over
 *   direct           h models; model k knows only the k-th value ahead
 *   sequence output  one model with h outputs
 *
 * Values are in whatever unit the windows are in; for the recursive strategy the model's output must be in the unit
 * of the window's target column, as it is after `scaleWindows`.
 */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../../errors.js';
import { fromHost, tensor } from '../../ndarrays.js';
import type { TensorLike } from '../../tensor.js';
import { columnOf, toFiniteOfRank } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';
import { givenColumns, placesOf, targetOf } from '../series/columns.js';
import type { Column, ColumnNames } from '../series/columns.js';
import type { FitContext, WindowModel } from './model.js';

/**
 * The row that follows, made from what was forecast.
 *
 * @param prediction the model's output for this step: one number, or all features.
 * @param last the newest row of the window, true or forecast, [F].
 * @param step steps ahead, counted from 1. @param sample which window.
 */
export type NextRow = (prediction: Float64Array, last: Float64Array, step: number, sample: number) => ArrayLike<number>;

export interface RecursiveOptions extends ColumnNames {
  /** Steps ahead. */
  readonly horizon: number;
  /** Column of the windows that is forecast, by place or name; 0 by default. */
  readonly target?: Column;
  /** Needed when windows have features that the model does not forecast; see `holdOtherFeatures`. */
  readonly nextRow?: NextRow;
}

const recursiveNames: OptionNames<RecursiveOptions> = { horizon: true, target: true, columns: true, nextRow: true };

/** Freezes every feature but the target at its last known value: a modelling assumption, which is why it must be asked for. */
export function holdOtherFeatures(target: Column, options: ColumnNames = {}): NextRow {
  const operation = 'holdOtherFeatures';
  const [place] = placesOf(operation, [target], givenColumns(operation, options));
  return ([value = NaN], last) => last.map((held, j) => (j === place ? value : held));
}

function asSamples(operation: string, prediction: TensorLike, count: number, widths: readonly number[]): Float64Array {
  const { data, shape } = toFiniteOfRank(prediction, ['samples', widths.join(' or ')], { operation, argument: 'prediction' });
  if (shape[0] !== count || !widths.includes(shape[1] ?? 0)) {
    throw new ShapeError({ operation, argument: 'prediction', expected: formatShape([count, widths.join(' or ')]), actual: formatShape(shape) });
  }
  return data;
}

/**
 * Feeds a one-step model its own forecasts. Only the windows themselves are read, so `horizon` may run as far as one likes.
 *
 * @param predict [N, W, F] → [N, 1] (the target), or [N, F] (the whole next row).
 * @param windows [N, W, F], one true window for each start.
 * @returns [N, horizon], the target column.
 */
export async function recursiveForecast(predict: WindowModel['predict'], windows: Numbers, options: RecursiveOptions): Promise<Float64NdArray> {
  const operation = 'recursiveForecast';
  const { horizon, target: given = 0, columns, nextRow } = checkOptions(operation, options, recursiveNames);
  requireCount(operation, 'horizon', horizon);
  const { data, shape } = toFiniteOfRank(windows, ['samples', 'window', 'features'], { operation, argument: 'windows' });
  const [count = 0, length = 0, features = 0] = shape;
  const target = targetOf(operation, given, columns, features);
  const size = length * features;
  const out = new Float64Array(count * horizon);
  for (let step = 1; step <= horizon; step++) {
    // A copy: the model may keep what it is given.
    const prediction = asSamples(operation, await predict(fromHost(data.slice(), shape)), count, [1, features]);
    const width = prediction.length / count;
    if (width !== features && nextRow === undefined) {
      throw new ArgumentError({
        operation, argument: 'nextRow', expected: `given when a window has ${features} features and the model forecasts one`, actual: 'nothing',
        hint: 'Pass holdOtherFeatures(target), or a function that knows the other features of the next row.',
      });
    }
    for (let i = 0; i < count; i++) {
      const window = data.subarray(i * size, (i + 1) * size);
      const values = prediction.slice(i * width, (i + 1) * width);
      const row = nextRow ? nextRow(values, window.slice(size - features), step, i) : values;
      if (row.length !== features) {
        throw new ShapeError({ operation, argument: 'nextRow', expected: `a row of ${features} features`, actual: `${row.length}` });
      }
      window.copyWithin(0, features);
      window.set(row, size - features);
      out[i * horizon + step - 1] = values[width === 1 ? 0 : target] ?? NaN;
    }
  }
  return fromHost(out, [count, horizon]);
}

/** Columns of y [N, h] as [N, 1]. */
function step(y: Float64NdArray, k: number): Float64NdArray {
  const { data, shape } = toFiniteOfRank(y, ['samples', 'horizon'], { operation: 'fit', argument: 'y' });
  return fromHost(columnOf(data, shape[1] ?? 1, k), [shape[0] ?? 0, 1]);
}

function stepContext({ validation }: FitContext, k: number): FitContext {
  return validation ? { validation: { x: validation.x, y: step(validation.y, k) } } : {};
}

/** Trains `model` on the first step of y and forecasts by feeding it back. */
export function recursiveForecaster(model: WindowModel, options: RecursiveOptions): WindowModel {
  const own = { ...checkOptions('recursiveForecaster', options, recursiveNames) };
  placesOf('recursiveForecaster', [own.target ?? 0], own.columns);
  return {
    fit: (x, y, context) => model.fit(x, step(y, 0), stepContext(context, 0)),
    predict: (x) => recursiveForecast((windows) => model.predict(windows), x, own),
  };
}

/** Trains one model for each step ahead. @param create the model for one horizon, counted from 1. */
export function directForecaster(create: (horizon: number) => WindowModel, options: { horizon: number }): WindowModel {
  const operation = 'directForecaster';
  const { horizon } = checkOptions(operation, options, { horizon: true });
  requireCount(operation, 'horizon', horizon);
  const models = Array.from({ length: horizon }, (_, k) => create(k + 1));
  return {
    async fit(x, y, context) {
      if (y.shape[1] !== horizon) {
        throw new ShapeError({ operation, argument: 'y', expected: formatShape(['samples', horizon]), actual: formatShape(y.shape) });
      }
      const own = tensor(x, { dtype: 'float64' }); // the models are fitted one after the other
      const { validation } = context;
      const watched = validation && { x: tensor(validation.x, { dtype: 'float64' }), y: tensor(validation.y, { dtype: 'float64' }) };
      const targets = models.map((_, k) => step(y, k));
      for (const [k, model] of models.entries()) await model.fit(own, targets[k] ?? y, stepContext(watched ? { validation: watched } : {}, k));
    },
    async predict(x) {
      const count = x.shape[0] ?? 0;
      const out = new Float64Array(count * horizon);
      const own = tensor(x, { dtype: 'float64' });
      for (const [k, model] of models.entries()) {
        asSamples(operation, await model.predict(own), count, [1]).forEach((value, i) => { out[i * horizon + k] = value; });
      }
      return fromHost(out, [count, horizon]);
    },
  };
}

/** One model whose outputs are the h steps; checks that it really has h of them. */
export function sequenceForecaster(model: WindowModel, options: { horizon: number }): WindowModel {
  const { horizon } = checkOptions('sequenceForecaster', options, { horizon: true });
  requireCount('sequenceForecaster', 'horizon', horizon);
  return {
    fit: (x, y, context) => model.fit(x, y, context),
    async predict(x) {
      const count = x.shape[0] ?? 0;
      return fromHost(asSamples('sequenceForecaster', await model.predict(x), count, [horizon]), [count, horizon]);
    },
  };
}
