/** Where training stands, and what it has logged. */
import { ArgumentError } from '../../errors.js';
import type { CallbackState, Logs } from '../../callbacks/callback.js';

/** Logged values of every epoch, in the form Keras users know. */
export interface History {
  /** Epoch numbers, from 0. */
  readonly epoch: number[];
  /** Each logged value over the epochs: loss, mae, val_loss, learningRate, … */
  readonly history: Record<string, number[]>;
  /** With `validateEvery`: what validation inside epochs gave, by the steps of this run. */
  validation?: { readonly step: number[]; readonly history: Record<string, number[]> };
  /** Why training ended before its last epoch; undefined if it did not. */
  stopped?: string;
}

/** Something that callbacks are told; part of the position while some of them have not heard it. */
export interface TrainingEvent {
  readonly hook: 'onBatchEnd' | 'onEpochEnd' | 'onCheckpoint';
  /** The batch or epoch. */
  readonly at: number;
  readonly logs: Logs;
  /** Of the last step before it. */
  readonly learningRate: number;
  /** Names of the callbacks that have not heard it, in their order; undefined: none has. */
  waiting?: string[];
}

/** States by order and name. */
export type CallbackStates = readonly { readonly name: string; readonly state: CallbackState }[];

/** Where training stands; saved with the model. */
export interface Position {
  /** Epochs done in the current run of fit. */
  epoch: number;
  /** Batches done in the current epoch. */
  batch: number;
  /** Optimiser steps done since the model was made; drives dropout masks and Adam's corrections. */
  step: number;
  /** Steps done in the current run, which `fit` begins unless it resumes and `trainOnBatch` goes on with; drives schedules. */
  runSteps: number;
  /** Epochs done since the model was made; drives shuffling. */
  totalEpochs: number;
  learningRateFactor: number;
  /** Sums of the epoch in progress; empty between epochs. */
  tally: number[];
  /** Of the data and batches the current epoch began with; of batches given one by one `stepsPerEpoch`, or 0, and 0. */
  samples: number;
  batchSize: number;
  callbacks: CallbackStates;
  /** What some callbacks have not heard yet; empty unless the model was saved in a hook, or one failed. */
  events: TrainingEvent[];
}

export function startPosition(): Position {
  return { epoch: 0, batch: 0, step: 0, runSteps: 0, totalEpochs: 0, learningRateFactor: 1, tally: [], samples: 0, batchSize: 0, callbacks: [], events: [] };
}

/** @throws ArgumentError if an epoch that was interrupted would go on with other batches. */
export function requireSameBatches(position: Position, samples: number, batchSize: number): void {
  if (position.batch === 0 || (position.samples === samples && position.batchSize === batchSize)) return;
  throw new ArgumentError({
    operation: 'fit', argument: 'resume', expected: `${described(position.samples, position.batchSize)}, as when the epoch began`,
    actual: described(samples, batchSize), hint: 'Pass the same data and batchSize or stepsPerEpoch, or leave resume off.',
  });
}

function described(samples: number, batchSize: number): string {
  if (batchSize > 0) return `${samples} samples in batches of ${batchSize}`;
  return samples > 0 ? `batches given one by one, ${samples} an epoch` : 'batches given one by one up to their end';
}
