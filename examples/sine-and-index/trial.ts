/** One training run of the study, on a thread of the pool: a program for `gridSearch`. */
import { Dense, Dropout, LSTM, RMSprop, Sequential } from 'bptt';
import type { TrialProgram } from 'bptt/forecast';
import { readCsv } from 'bptt/node';
import { backendNamed } from '../support/backends.js';
import type { BackendName } from '../support/backends.js';
import type { Reading } from '../../src/cli/reading.js';
import { makeSamples, part, predictSequences, startsOf } from './predictors.js';
import type { Samples } from './predictors.js';
import { randomWalkLike, sineWave } from './series.js';

export type SeriesName = 'sine' | 'index' | 'walk' | 'levels';

/** Plain JSON, as it goes to a thread. */
export type Run = {
  /** `walk` looks like the index, `levels` is the index without normalisation. */
  readonly series: SeriesName;
  /** Of the network, and of the random walk. */
  readonly seed: number;
  readonly batch: number;
  /** Epochs after which predictions are made, ascending; the last one ends the training. */
  readonly epochs: readonly number[];
  readonly window: number;
  /** Steps of each of the multiple sequences. */
  readonly steps: number;
  readonly backend: BackendName;
  /** The column of a CSV file. */
  readonly index: { readonly path: string; readonly reading: Reading; readonly column: string };
};

/** What the network says after some epochs, in the unit that it sees. */
export type Snapshot = {
  readonly epoch: number;
  /** One step ahead from each window of the test block. */
  readonly point: readonly number[];
  readonly full: readonly number[];
  readonly multiple: readonly (readonly number[])[];
};

export type RunResult = {
  /** After each epoch. */
  readonly loss: readonly number[];
  readonly validationLoss: readonly number[];
  readonly lastValidationLoss: number;
  readonly trained: number;
  readonly validated: number;
  readonly snapshots: readonly Snapshot[];
  readonly backend: string;
};

/** LSTM 50 (sequences) → dropout 0.2 → LSTM 100 → dropout 0.2 → dense 1. */
export function publishedNetwork(window: number, seed: number): Sequential {
  return new Sequential([
    new LSTM({ units: 50, returnSequences: true }),
    new Dropout({ rate: 0.2 }),
    new LSTM({ units: 100 }),
    new Dropout({ rate: 0.2 }),
    new Dense({ units: 1 }),
  ], { inputShape: [window, 1], seed });
}

export function samplesOf({ series, seed, window }: Pick<Run, 'series' | 'seed' | 'window'>, index: Float64Array): Samples {
  const values = series === 'sine' ? sineWave() : series === 'walk' ? randomWalkLike(index, seed) : index;
  return makeSamples(values, { window, normalise: series === 'index' || series === 'walk' });
}

/** Share of the training samples, the latest ones, that validation takes. */
const VALIDATION_SHARE = 0.05;

/** How many of the training samples are trained on, as `fit` splits them. */
export function trainedSamples(samples: number): number {
  return Math.floor(samples * (1 - VALIDATION_SHARE) + 1e-9);
}

export async function train(run: Run, samples: Samples, signal?: AbortSignal): Promise<RunResult> {
  const { batch, window, steps } = run;
  const model = publishedNetwork(window, run.seed);
  model.compile({ optimizer: new RMSprop(), loss: 'mse', backend: await backendNamed(run.backend) });
  const predict = (x: Parameters<typeof model.predict>[0]): ReturnType<typeof model.predict> => model.predict(x, { batchSize: 512, signal });
  const { x, y } = part(samples, 'train');
  const starts = startsOf(samples, steps);
  const loss: number[] = [];
  const validationLoss: number[] = [];
  const snapshots: Snapshot[] = [];
  for (const epoch of run.epochs) {
    const { history } = await model.fit(x, y, { epochs: epoch, batchSize: batch, validationSplit: VALIDATION_SHARE, resume: true, signal });
    loss.push(...(history.loss ?? []));
    validationLoss.push(...(history.val_loss ?? []));
    const multiple = await predictSequences(predict, samples, starts.multiple, steps);
    snapshots.push({
      epoch,
      point: [...(await predictSequences(predict, samples, starts.point, 1)).data],
      full: [...(await predictSequences(predict, samples, starts.full, starts.point.length)).data],
      multiple: starts.multiple.map((_, i) => [...multiple.data.subarray(i * steps, (i + 1) * steps)]),
    });
  }
  const backend = model.summary().split('backend ').at(-1)?.trim() ?? '';
  model.dispose();
  const trained = trainedSamples(y.size);
  return { loss, validationLoss, lastValidationLoss: validationLoss.at(-1) ?? NaN, trained, validated: y.size - trained, snapshots, backend };
}

const program: TrialProgram = async ({ parameters }, { signal }) => {
  const run = parameters.run as Run;
  const { path, reading, column } = run.index;
  const index = (await readCsv(path, { ...reading, columns: [column] })).columns[column] ?? new Float64Array();
  return train(run, samplesOf(run, index), signal);
};
export default program;
