/** Training one network: checkpoints inside every epoch, and a run that was killed goes on as if it had not been. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Adam, EarlyStopping, LambdaCallback, ModelCheckpoint, ProgressBar, loadModel, warmUp } from 'bptt';
import type { Backend, Model, ModelData, TextStream } from 'bptt';
import type { HeatMap } from './heatMaps.js';
import { buildNetwork } from './network.js';
import type { NetworkName, NetworkOptions } from './network.js';
import type { Block } from './samples.js';

export interface TrainingOptions extends NetworkOptions {
  /** Epochs at most. */
  readonly epochs: number;
  /** Epochs without a better validation RMSE before training ends. */
  readonly patience: number;
  readonly batch: number;
  readonly variation: Variation;
}

/** How the weights move: as published, or so that the image branch of the published size stays alive. */
export const VARIATIONS = ['published', 'gentle'] as const;
export type Variation = (typeof VARIATIONS)[number];

const optimizers: Readonly<Record<Variation, () => Adam>> = {
  published: () => new Adam({ learningRate: 0.003 }),
  gentle: () => new Adam({ learningRate: warmUp({ epochs: 1, then: 0.0001 }), globalClipNorm: 1 }),
};

export interface TrainingRun {
  readonly options: TrainingOptions;
  /** Whatever else the weights depend on: the data, the version of the library. */
  readonly identity: unknown;
  readonly folder: string;
  readonly backend: Backend;
  readonly signal: AbortSignal;
  readonly progress: TextStream;
  /** Looks at the network after every epoch. */
  readonly look?: (model: Model) => Promise<Glance>;
}

/** What was seen after an epoch. */
export interface Glance {
  /** Kept beside the losses. */
  readonly figures: Readonly<Record<string, number>>;
  /** The heat map of one sample. */
  readonly map: HeatMap;
}

export interface TrainedNetwork {
  /** With the weights of the best epoch. */
  readonly model: Model;
  /** Losses, metrics and what `look` saw, by epoch. */
  readonly curves: Readonly<Record<string, readonly number[]>>;
  /** The heat map of one sample, by epoch; empty unless `look` was given. */
  readonly maps: readonly HeatMap[];
  /** Counted from 1. */
  readonly bestEpoch: number;
  /** Of all sittings. */
  readonly seconds: number;
}

/** What travels in the model file. */
interface Notes {
  readonly curves: Record<string, number[]>;
  readonly maps: HeatMap[];
  readonly seconds: number;
}

/** What a network is fed: images, closes, or both. */
export function inputsOf(name: NetworkName, { images, closes }: Block): ModelData {
  return { fusion: [images, closes], cnn: images, lstm: closes }[name];
}

/** Trains a network, or goes on where an earlier run of the same settings stopped, or takes what that run finished. */
export async function trainNetwork(name: NetworkName, train: Block, validation: Block, run: TrainingRun): Promise<TrainedNetwork> {
  const { options, folder, backend, signal, progress } = run;
  const hash = createHash('sha256').update(JSON.stringify([name, options, run.identity, backend.dtype])).digest('hex').slice(0, 8);
  const finished = join(folder, `${name}-${hash}.safetensors`);
  const unfinished = join(folder, `${name}-${hash}.part.safetensors`);
  if (existsSync(finished)) return described(await loadModel(finished, { backend }));

  const resume = existsSync(unfinished);
  const model = resume ? await loadModel(unfinished, { backend }) : compiled(name, options, backend);
  if (resume) progress.write(`${name}: goes on at epoch ${model.position.epoch + 1}, batch ${model.position.batch + 1}\n`);
  let since = performance.now();
  const notes = new LambdaCallback({
    async onEpochEnd(_epoch, logs) {
      const { curves, maps, seconds } = notesOf(model);
      const glance = await run.look?.(model);
      for (const [key, value] of Object.entries({ ...logs, ...glance?.figures })) (curves[key] ??= []).push(value);
      model.metadata = { curves, maps: glance ? [...maps, glance.map] : maps, seconds: seconds + (performance.now() - since) / 1000 };
      since = performance.now();
    },
  });
  await model.fit(inputsOf(name, train), train.targets, {
    epochs: options.epochs, batchSize: options.batch, signal, resume,
    validationData: [inputsOf(name, validation), validation.targets],
    callbacks: [
      new EarlyStopping({ monitor: 'val_rmse', patience: options.patience }), notes,
      new ModelCheckpoint({ path: unfinished, everyBatches: backend.name === 'gpu' ? undefined : options.full ? 50 : 20 }), new ProgressBar({ stream: progress }),
    ],
  });
  await model.save(finished);
  await rm(unfinished, { force: true });
  return described(model);
}

function compiled(name: NetworkName, options: TrainingOptions, backend: Backend): Model {
  const model = buildNetwork(name, options);
  model.compile({ optimizer: optimizers[options.variation](), loss: 'mse', metrics: ['rmse', 'mape'], backend });
  return model;
}

function notesOf(model: Model): Notes {
  return structuredClone({ curves: {}, maps: [], seconds: 0, ...model.metadata } as Notes);
}

function described(model: Model): TrainedNetwork {
  const { curves, maps, seconds } = notesOf(model);
  const errors = curves.val_rmse ?? [];
  return { model, curves, maps, seconds, bestEpoch: errors.indexOf(Math.min(...errors)) + 1 };
}
