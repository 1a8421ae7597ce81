/**
 * The network: the window as so many days of 24 hours is read by an LSTM, a day a step; what it leaves is joined with the hours of the last week and the
 * statistics of the window, on which a dense layer stands, and a linear one on both. The last one starts at 0, so training starts at the seasonal naive forecast.
 */
import { Activation, Add, Concatenate, Cropping1D, Dense, Dropout, Flatten, Input, LSTM, Model, Reshape } from 'bptt';
import { DAY, WEEK } from './settings.js';
import type { NetworkSettings } from './settings.js';

/** The part of a NetworkSpec that it needs. */
export interface HourlySpec {
  readonly window: number;
  readonly columns: readonly string[];
  readonly staticColumns: readonly string[];
  readonly steps: number;
  readonly parameters: number;
  readonly seed: number;
}

export function hourlyNetwork({ window, columns, staticColumns, steps, parameters, seed }: HourlySpec, { units, dropout, hidden }: NetworkSettings): Model {
  const hours = Input({ shape: [window, columns.length] });
  const statistics = Input({ shape: [staticColumns.length] });
  const days = new Reshape({ targetShape: [window / DAY, DAY * columns.length] }).apply(hours);
  const week = new Flatten().apply(new Cropping1D({ cropping: [(window - WEEK) / DAY, 0] }).apply(days));
  const seen = new Concatenate().apply([week, statistics]);
  const state = units === 0 ? undefined : new Dropout({ rate: dropout }).apply(new LSTM({ units }).apply(days));
  // One dense layer over [seen, state], as two: what is seen is data, and no gradient flows back to it.
  const below = new Dense({ units: hidden }).apply(seen);
  const wide = new Activation({ kind: 'relu' }).apply(state ? new Add().apply([below, new Dense({ units: hidden, useBias: false }).apply(state)]) : below);
  const linear = { units: steps * parameters, kernelInitializer: 'zeros' } as const;
  const out = new Add().apply([new Dense(linear).apply(seen), new Dense({ ...linear, useBias: false }).apply(state ? new Concatenate().apply([state, wide]) : wide)]);
  return new Model({ inputs: [hours, statistics], outputs: new Reshape({ targetShape: [steps, parameters] }).apply(out), seed });
}
