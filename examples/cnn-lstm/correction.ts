/** The published correction of a steady gap between forecast and truth, in log10 units. */

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
  const sum = errors.reduce((total, e) => total + e, 0);
  const mean = sum / errors.length;
  const gap = errors.reduce((total, e) => total + Math.abs(e), 0) / errors.length;
  const deviation = Math.sqrt(errors.reduce((total, e) => total + (e - mean) ** 2, 0) / errors.length);
  return { gap, deviation, shift: sum > 0 ? (1 + deviation) * gap : -(1 - deviation) * gap };
}

export function applyCorrection(predicted: Float64Array, { shift }: Correction): Float64Array {
  return predicted.map((value) => value + shift);
}
