/** The published correction of a steady gap between forecast and truth, in log10 units. */
import { deviation, mean } from 'bptt/forecast';

export interface Correction {
  /** Mean |e|, e = actual − predicted, over the block it was fitted on. */
  readonly gap: number;
  /** Standard deviation of e. */
  readonly deviation: number;
  /** What is added to every forecast: (1 + deviation)·gap if Σe > 0, else −(1 − deviation)·gap. */
  readonly shift: number;
}

/** @param actual, predicted log10 values of a block whose truth is known. */
export function fitCorrection(actual: Float64Array, predicted: Float64Array): Correction {
  const errors = actual.map((value, i) => value - (predicted[i] ?? NaN));
  const gap = mean(errors.map(Math.abs));
  const spread = deviation(errors);
  return { gap, deviation: spread, shift: mean(errors) > 0 ? (1 + spread) * gap : -(1 - spread) * gap };
}

export function applyCorrection(predicted: Float64Array, { shift }: Correction): Float64Array {
  return predicted.map((value) => value + shift);
}
