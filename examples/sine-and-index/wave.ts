/** Whether a predicted sequence is still the sine wave: its size, its frequency, its error over the steps. */
import { correlation, mse } from 'bptt/forecast';

export interface WaveFigures {
  /** Half the span of the last 200 steps; 1 is right. */
  readonly amplitude: number;
  /** Steps a period, from upward crossings of the middle; 100 is right, NaN without two crossings. */
  readonly period: number;
  readonly correlation: number;
  /** Root mean squared error of each hundred steps; the wave itself has 0.707. */
  readonly errors: readonly number[];
}

export function waveFigures(truth: Float64Array, predicted: readonly number[]): WaveFigures {
  const last = predicted.slice(-200);
  return {
    amplitude: (Math.max(...last) - Math.min(...last)) / 2,
    period: periodOf(predicted),
    correlation: correlation(truth, predicted),
    errors: Array.from({ length: Math.ceil(truth.length / 100) }, (_, i) =>
      Math.sqrt(mse(truth.subarray(i * 100, (i + 1) * 100), predicted.slice(i * 100, (i + 1) * 100)))),
  };
}

/** Mean distance between upward crossings of the mean value, each placed between two steps by its line. */
export function periodOf(values: readonly number[]): number {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  const crossings: number[] = [];
  for (let i = 1; i < values.length; i++) {
    const before = (values[i - 1] ?? NaN) - middle;
    const after = (values[i] ?? NaN) - middle;
    if (before < 0 && after >= 0) crossings.push(i - 1 + before / (before - after));
  }
  return ((crossings.at(-1) ?? NaN) - (crossings[0] ?? NaN)) / (crossings.length - 1);
}
