/** One training run of the study, on a thread of the pool: a program for `gridSearch`. */
import { Adam, Dense, Dropout, LSTM, Sequential, piecewise } from 'bptt';
import { rmse } from 'bptt/forecast';
import type { TrialProgram } from 'bptt/forecast';
import { readCsv } from 'bptt/node';
import { backendNamed } from '../support/backends.js';
import type { BackendName } from '../support/backends.js';
import type { Reading } from '../../src/cli/reading.js';
import { monthlySamples } from './series.js';
import type { View } from './series.js';

/** What all runs of a study have in common. */
export type Common = {
  readonly csv: string;
  readonly reading: Reading;
  /** Target first. */
  readonly columns: readonly string[];
  readonly epochs: number;
  /** Samples a step; 0: all of them. */
  readonly batch: number;
  readonly window: number;
  readonly backend: BackendName;
};

export type Cell = { readonly units: number; readonly rate: number };

/** What one run learns from, and how far it looks. `repeat` is there to draw another seed. */
export type Task = { readonly known: number; readonly horizon: number; readonly view: View; readonly repeat?: number };

export type RunResult = {
  /** RMSE over the months that follow the known ones, as far as the file goes; of the fit where none follow. Unit of the target. */
  readonly loss: number;
  /** Last known month of each forecast, and the forecasts, for all samples of the file: unit of the target. */
  readonly origins: readonly number[];
  readonly forecasts: readonly (readonly number[])[];
  /** From the last month on. */
  readonly future: readonly number[];
  /** Mean squared error in training (scaled, dropout on), averaged over each `CURVE`-th of the epochs. */
  readonly curve: readonly number[];
  readonly backend: string;
};

/** Points of the loss curve. */
export const CURVE = 50;
/** Months that a run is judged on after those it knows: the length of a block. */
export const BLOCK = 20;

/** LSTM → dropout 0.2 → dense. */
export function publishedNetwork({ units }: Cell, shape: readonly [window: number, features: number], outputs: number, seed: number): Sequential {
  return new Sequential([new LSTM({ units }), new Dropout({ rate: 0.2 }), new Dense({ units: outputs })], { inputShape: [...shape], seed });
}

/** The learning rate falls to a fifth after half of the epochs: 250 of 500. */
export function publishedAdam({ rate }: Cell, epochs: number): Adam {
  return new Adam({ learningRate: piecewise({ rate, afterEpochs: [epochs / 2], factor: 0.2 }), beta1: 0.9, beta2: 0.999 });
}

const program: TrialProgram = async ({ parameters, seed }, { signal }) => {
  const { common, task, ...cell } = parameters as { common: Common; task: Task } & Cell;
  const { csv, reading, columns, epochs, batch, window } = common;
  const { known, horizon, view } = task;
  const frame = await readCsv(csv, { ...reading, columns });
  const samples = monthlySamples(frame, { columns, view, known, window, horizon });
  const { x, y, trained, origins } = samples;

  const model = publishedNetwork(cell, [window, columns.length], horizon, seed);
  model.compile({ optimizer: publishedAdam(cell, epochs), loss: 'mse', backend: await backendNamed(common.backend) });
  const { history } = await model.fit(x.hi(trained), y.hi(trained), { epochs, batchSize: batch || trained, signal });
  const forecasts = samples.inverse(await model.predict(x, { batchSize: 128, signal }));
  const future = samples.inverseLatest(await model.predict(samples.latest, { signal }));
  const backend = model.summary().split('backend ').at(-1)?.trim() ?? '';
  model.dispose();

  const target = frame.columns[columns[0] ?? ''] ?? new Float64Array();
  const actual = Array.from(origins, (origin) => Array.from(target.subarray(origin + 1, origin + 1 + horizon)));
  const [from, to] = known < frame.rows ? [known, Math.min(known + BLOCK, frame.rows)] : [0, frame.rows];
  const judged = Array.from(origins.keys()).filter((i) => (origins[i] ?? 0) + 1 >= from && (origins[i] ?? 0) + horizon < to);
  const result: RunResult = {
    loss: rmse(judged.map((i) => actual[i] ?? []), judged.map((i) => forecasts[i] ?? [])),
    origins: Array.from(origins), forecasts, future, curve: averaged(history.loss ?? [], Math.min(CURVE, epochs)), backend,
  };
  return result;
};
export default program;

/** The means of equal parts of a list. */
function averaged(values: readonly number[], parts: number): number[] {
  return Array.from({ length: parts }, (_, i) => {
    const part = values.slice(Math.round((i * values.length) / parts), Math.round(((i + 1) * values.length) / parts));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
