/** One trial, run on a worker thread: a configuration, a protocol and a seed in, all figures of its run out. */
import type { Sequential } from 'bptt';
import { collapseRatio } from 'bptt/forecast';
import type { TrialProgram } from 'bptt/forecast';
import { readCsv } from 'bptt/node';
import { backendNamed } from '../support/backends.js';
import type { BackendName } from '../support/backends.js';
import type { Reading } from '../../src/cli/reading.js';
import { BAR_COLUMNS, prepare } from './features.js';
import type { MeanOf } from './features.js';
import { layerGradients } from './gradients.js';
import type { LayerGradient } from './gradients.js';
import { buildNetwork } from './network.js';
import { runNamed } from './plan.js';

export type TrialParameters = {
  /** `published | LSTM 5 × 15 | 2`. */
  readonly run: string;
  readonly csv: string;
  readonly reading: Reading;
  readonly meanOf: MeanOf;
  readonly epochs: number;
  readonly backend: BackendName;
  /** Of the first repeat. */
  readonly seed: number;
};

export type TrialResult = {
  /** Mean squared error on the test part, scaled. */
  readonly loss: number;
  readonly trainLoss: number;
  /** Scaled, of the test part, in time order. */
  readonly predictions: readonly number[];
  /** After each epoch, scaled. `train` is the mean over the epoch's steps, each before its update. */
  readonly curves: { readonly train: readonly number[]; readonly test: readonly number[] };
  /** std(prediction) / std(target) on the test part, before and after training. */
  readonly collapse: { readonly initial: number; readonly trained: number };
  readonly gradients: { readonly initial: readonly LayerGradient[]; readonly trained: readonly LayerGradient[] };
  /** ‖θ − θ₀‖ / ‖θ₀‖ of each recurrent layer, input side first: how far training has moved it. */
  readonly moved: readonly number[];
  /** How many numbers the recurrent layers and the last one have. */
  readonly weights: number;
};

const program: TrialProgram = async ({ parameters }, { signal }) => {
  const { run, csv, reading, meanOf, epochs, backend, seed } = parameters as TrialParameters;
  const { protocol, configuration, repeat } = runNamed(run);
  const { train, test } = prepare(await readCsv(csv, { ...reading, columns: BAR_COLUMNS }), meanOf);
  // Not the seed of the trial: the same repeat has the same initial weights and order of samples under every protocol.
  const model = buildNetwork(configuration, protocol, seed + repeat - 1, await backendNamed(backend));
  const batchSize = protocol.batch ?? train.volume.length;
  const passes = Math.ceil(epochs * (protocol.share ?? 1));
  const look = async () => {
    const prediction = await model.predict(test.x, { batchSize });
    return {
      predictions: Array.from(prediction.data), collapse: collapseRatio(test.y, prediction), gradients: await layerGradients(model, train),
      weights: recurrentWeights(model),
    };
  };

  const before = await look();
  const { history } = await model.fit(train.x, train.y, { epochs: passes, batchSize, validationData: [test.x, test.y], signal });
  const after = await look();
  const { loss = NaN } = await model.evaluate(test.x, test.y, { batchSize });
  const { loss: trainLoss = NaN } = await model.evaluate(train.x, train.y, { batchSize });
  const result: TrialResult = {
    loss, trainLoss, predictions: after.predictions.map(short),
    curves: { train: (history.loss ?? []).map(short), test: (history.val_loss ?? []).map(short) },
    collapse: { initial: before.collapse, trained: after.collapse },
    gradients: { initial: before.gradients, trained: after.gradients },
    moved: after.weights.map((layer, i) => distance(layer, before.weights[i] ?? layer) / distance(layer.map(() => 0), before.weights[i] ?? layer)),
    weights: after.weights.reduce((sum, layer) => sum + layer.length, 0) + configuration.units + 1,
  };
  model.dispose();
  return result;
};

/** All weights of each recurrent layer in one list, input side first. */
function recurrentWeights(model: Sequential): number[][] {
  const weights = Object.entries(model.getWeights());
  const names = weights.flatMap(([key]) => (key.endsWith('/recurrentKernel') ? [key.slice(0, key.indexOf('/'))] : []));
  return names.map((name) => weights.filter(([key]) => key.startsWith(`${name}/`)).flatMap(([, { data }]) => Array.from(data)));
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? NaN)) ** 2, 0));
}

/** Six digits are more than the plots show, and keep the results file small. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}

export default program;
