/** What the backtest and the multi-step strategies ask of a model, and how a network meets it. */
import { copyEntries } from '../../copies.js';
import type { JsonValue } from '../../layers/layer.js';
import type { NdArray, TensorLike } from '../../tensor.js';
import type { Float64NdArray } from '../series/arrays.js';

export interface FitContext {
  /** Samples for early stopping, never the ones that are scored (unless the caller asked for that leak). */
  readonly validation?: { readonly x: Float64NdArray; readonly y: Float64NdArray };
}

/** Plain JSON, or nothing. */
export type FitReport = JsonValue | undefined | void;

/** A model as forecasting sees it. x is [N, W, F]; y and predictions are [N, h]. */
export interface WindowModel {
  /** May return what is worth knowing of the fit, such as its loss curve: a backtest keeps it with the fold. */
  fit(x: Float64NdArray, y: Float64NdArray, context: FitContext): FitReport | Promise<FitReport>;
  predict(x: Float64NdArray): TensorLike | Promise<TensorLike>;
}

/** The part of `Sequential` that forecasting uses. */
export interface TrainableModel<Options extends object> {
  fit(x: NdArray<Float64Array>, y: NdArray<Float64Array>, options: Options & { validationData?: [NdArray<Float64Array>, NdArray<Float64Array>] }): Promise<unknown>;
  predict(x: NdArray<Float64Array>): Promise<TensorLike>;
  /** Refuses what `fit` would refuse of these options, naming `operation`; asked before there are data. */
  checkFit?(operation: string, options: Options): void;
}

/**
 * Makes a compiled network a forecaster.
 *
 * @param model a compiled `Sequential` whose output is [N, h].
 * @throws ArgumentError for options that its `fit` would refuse.
 * @param options what to pass to its `fit`: epochs, batchSize, callbacks, …; `validationData` is filled in when there is any.
 */
export function modelForecaster<Options extends object>(model: TrainableModel<Options>, options: NoInfer<Options>): WindowModel {
  const own = copyEntries(options); // as they are now
  model.checkFit?.('modelForecaster', own);
  return {
    async fit(x, y, { validation }) {
      await model.fit(x, y, validation ? { ...own, validationData: [validation.x, validation.y] } : own);
    },
    predict: (x) => model.predict(x),
  };
}
