/**
 * The protocols of the study, as settings of the library's backtest: what the scaler sees, which samples choose the epoch,
 * and where each fit begins. Network, optimiser, batches and epochs are the same in all of them.
 */
import { Adam, EarlyStopping, randomStream } from 'bptt';
import type { Backend, Model } from 'bptt';
import { MinMaxScaler, expandingOrigin, rollingOrigin } from 'bptt/forecast';
import type { Fold, FoldSetup, WindowModel } from 'bptt/forecast';
import { stackedLstm } from '../support/network.js';

/**
 * - `leakFree`: min-max over the training rows of the split; a fresh model for each split (or a declared warm start, see
 *   `RefitOptions`); the last training samples, held back, choose the epoch.
 * - `published`: min-max over the whole file; one model carried through all splits; the scored samples choose the epoch.
 */
export type Protocol = 'leakFree' | 'published';

export type ProtocolSettings = {
  readonly protocol: Protocol;
  readonly window: number;
  readonly epochs: number;
  readonly seed: number;
  /** Initial weights by the split's number instead of its place: several models for one split. */
  readonly committee?: boolean;
};

export const PUBLISHED = { window: 60, train: 200, validation: 10, batch: 10, epochs: 10, patience: 5, learningRate: 0.001 } as const;

/** Samples of each split that the leak-free protocol holds back from training; as many as are scored. */
const HELD_BACK = PUBLISHED.validation;

export interface SplitSizes {
  readonly train: number;
  readonly validation: number;
  readonly step: number;
}

/** The splits of the published loop, which leaves the last possible one out: 1198 samples, 200 + 10, step 1 are 988. */
export function rollingSplits(samples: number, { train, validation, step }: SplitSizes): Fold[] {
  return rollingOrigin(samples - 1, { train, validation, step });
}

/** The same validation blocks, each with all samples before it to train on. */
export function expandingSplits(samples: number, { train, validation, step }: SplitSizes): Fold[] {
  return expandingOrigin(samples - 1, { train, validation, step });
}

export interface Span {
  readonly min: number;
  readonly max: number;
}

/** What the published scaler learns: the extremes of the whole file, those of the future included. */
export function spanOf(values: Float64Array): Span {
  return { min: values.reduce((a, b) => Math.min(a, b)), max: values.reduce((a, b) => Math.max(a, b)) };
}

export interface Tools {
  readonly backend: Backend;
  /** Around the carried model, to keep where it stands. */
  readonly keep?: (model: Model, fitter: (model: Model) => WindowModel) => WindowModel;
  /** Called after each fit with the samples of its split times the epochs it was allowed. */
  readonly onFit?: (work: number) => void;
}

/** @param values the series, original units; the published protocol turns it into units of the whole file's range. */
export function foldSetup(values: Float64Array, settings: ProtocolSettings, tools: Tools): FoldSetup {
  const { protocol, window, seed, committee = false } = settings;
  // One model at a time: a thread must not pile up the memory of a thousand.
  let current: Model | undefined;
  const fitter = (model: Model): WindowModel => fitOf(model, settings, tools);
  const forecaster = (fold: Fold): WindowModel => {
    current?.dispose();
    const own = randomStream(seed, committee ? 'model' : 'split', committee ? fold.index : fold.train.end).next() >>> 0;
    const model = stackedLstm({ window, features: 1, outputs: 1, seed: own });
    model.compile({ optimizer: new Adam({ learningRate: PUBLISHED.learningRate }), loss: 'mse', backend: tools.backend });
    current = model;
    return tools.keep?.(model, fitter) ?? fitter(model);
  };
  const shape = [values.length, 1];
  if (protocol === 'published') {
    const { min, max } = spanOf(values);
    return { series: { data: values.map((value) => (value - min) / (max - min)), shape }, window, monitor: 'scored', inSample: true, forecaster };
  }
  return { series: { data: values, shape }, window, monitor: HELD_BACK, inSample: true, scaler: () => new MinMaxScaler(), forecaster };
}

/** Loss curves of one fit, one value an epoch; the epoch whose weights were kept counts from 1. */
export type Curves = { readonly loss: readonly number[]; readonly validation: readonly number[]; readonly best: number };

function fitOf(model: Model, { epochs, protocol }: ProtocolSettings, { onFit }: Tools): WindowModel {
  const stopping = new EarlyStopping({ monitor: 'val_loss', patience: PUBLISHED.patience });
  return {
    async fit(x, y, { validation }) {
      if (!validation) throw new Error('nothing to choose the epoch by');
      const { history } = await model.fit(x, y, { epochs, batchSize: PUBLISHED.batch, callbacks: [stopping], validationData: [validation.x, validation.y] });
      onFit?.(((x.shape[0] ?? 0) + (protocol === 'leakFree' ? HELD_BACK : 0)) * epochs);
      return { loss: history.loss ?? [], validation: history.val_loss ?? [], best: stopping.bestEpoch + 1 } satisfies Curves;
    },
    predict: (x) => model.predict(x, { batchSize: 50 }),
  };
}
