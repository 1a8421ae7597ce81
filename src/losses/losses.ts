/**
 * Losses over predictions p and targets t of one shape; e = p − t. The value is the mean over all elements
 * (categorical cross-entropy: over rows). Sample weights multiply row losses before the mean, which still divides by
 * the number of rows, as in Keras.
 *
 *   mse                      e²
 *   mae                      |e|
 *   huber (δ)                e²/2 where |e| ≤ δ, else δ(|e| − δ/2)                     Huber 1964
 *   logCosh                  log cosh e
 *   binaryCrossentropy       log(1 + eᵖ) − p·t, p a logit
 *   categoricalCrossentropy  −Σ_j t_j log softmax(p)_j, p logits over the last axis
 *   quantile (q)             q·(t−p) where p ≤ t, else (1−q)·(p−t)                     Koenker & Bassett 1978
 */
import type { KernelFamily, LossKind } from '../backend.js';
import { checkOptions, requireChoice } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';

export interface LossOptions {
  kind: LossKind;
  /** Width of the quadratic part of huber. Default 1. */
  delta?: number;
  /** Level of the quantile loss, in (0, 1). Default 0.5. */
  quantile?: number;
}

const optionNames: OptionNames<LossOptions> = { kind: true, delta: true, quantile: true };

/** A loss by name, or with its parameter. */
export type Loss = LossKind | LossOptions;

export interface ResolvedLoss {
  readonly kind: LossKind;
  readonly parameter: number;
  /** What it calls beside the core of the kernels. */
  readonly families: readonly KernelFamily[];
}

export const lossKinds: readonly LossKind[] = [
  'mse', 'mae', 'huber', 'logCosh', 'binaryCrossentropy', 'categoricalCrossentropy', 'quantile',
];

/** @throws ArgumentError for an unknown name, a parameter outside its domain, or one that the loss does not have. */
export function resolveLoss(loss: Loss): ResolvedLoss {
  const { kind, delta = 1, quantile = 0.5 } = typeof loss === 'string' ? { kind: loss } : checkOptions('loss', loss, optionNames);
  requireChoice('compile', 'loss', kind, lossKinds);
  for (const [argument, owner] of [['delta', 'huber'], ['quantile', 'quantile']] as const) {
    if (typeof loss === 'string' || loss[argument] === undefined || kind === owner) continue;
    throw new ArgumentError({ operation: 'loss', argument, expected: `absent: only ${owner} has it`, actual: `given to ${kind}` });
  }
  if (kind === 'huber' && !(delta > 0)) {
    throw new ArgumentError({ operation: 'huber', argument: 'delta', expected: 'a positive number', actual: String(delta) });
  }
  if (kind === 'quantile' && !(quantile > 0 && quantile < 1)) {
    throw new ArgumentError({ operation: 'quantile', argument: 'quantile', expected: 'a level in (0, 1)', actual: String(quantile) });
  }
  return { kind, parameter: kind === 'huber' ? delta : kind === 'quantile' ? quantile : 0, families: [] };
}

export function lossConfig({ kind, parameter }: ResolvedLoss): JsonObject {
  if (kind === 'huber') return { kind, delta: parameter };
  return kind === 'quantile' ? { kind, quantile: parameter } : { kind };
}
