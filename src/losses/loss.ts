/** What a loss is: one of the library's, or one of the user's own. */
import type { KernelFamily, Kernels, LossKind, Tensor } from '../backend.js';
import type { JsonObject } from '../layers/layer.js';

/** What a loss says of R rows, each by itself. */
export interface RowLosses {
  /** [R], or [R, N] of a loss that is one for each number. */
  readonly losses: Tensor;
  /** [R, N], the gradient of each loss with respect to its own prediction, as if there were no mean and no weights. */
  readonly dPrediction: Tensor;
}

/**
 * A loss of one's own, written with kernels as layers are. It judges rows: [R, N] are all leading axes of the output as rows, over its
 * last axis. Weights, masks and the mean are the model's: it multiplies losses and gradients by what a row counts.
 *
 *     const squared: LossFunction = {
 *       name: 'squared', per: 'number',
 *       compare(k, p, t) {
 *         const e = k.sub(p, t);
 *         return { losses: k.mul(e, e), dPrediction: k.scale(e, 2) };
 *       },
 *     };
 *
 * `checkLossGradients(squared, { shape: [4, 3] })` compares its gradient with differences.
 */
export interface LossFunction {
  /** For summaries and saved models, which find it again in `loadModel(…, { customLosses })`. */
  readonly name: string;
  /** Whether `compare` gives one loss for each row, [R], or for each number, [R, N]. */
  readonly per: 'row' | 'number';
  /**
   * How many numbers of the output describe one number of the target, as mean and scale do: the output's last axis is so long, and the
   * target's is 1 or left out. Only with `per: 'row'`. Default: the target has the shape of the output.
   */
  readonly parameters?: number | undefined;
  /**
   * The activation that makes probabilities of what it compares. Where an output ends in it, the loss is given what goes in, as the
   * cross-entropies are.
   */
  readonly logits?: 'sigmoid' | 'softmax' | undefined;
  /** Kernels it calls beside the core and the pointwise ones (docs/decisions/kernel-families.md). */
  readonly families?: readonly KernelFamily[] | undefined;
  /** The options it was made with, as JSON: what its maker is handed by `loadModel`. */
  config?(): JsonObject;
  /** Reads its operands only. */
  compare(k: Kernels, prediction: Tensor, target: Tensor): RowLosses;
}

/** The mean loss and its gradient. */
export interface LossResult { readonly loss: Tensor; readonly dPrediction: Tensor }

/** `weights`: one for each of the R rows of [R, N], or for each number of the target. */
export type Judge = (k: Kernels, prediction: Tensor, target: Tensor, weights: Tensor | undefined) => LossResult;

/**
 * e = p − t. Of numbers: mse e², mae |e|, huber, logCosh, quantile. Of classes, p logits: the cross-entropies, sparse for numbers of classes.
 * Minus log likelihoods: poisson (p = log λ), gaussian ([μ, s]), studentT ([μ, s, d]). docs/losses.md has them all.
 */
export type LossName = LossKind | 'sparseCategoricalCrossentropy' | 'poisson' | 'gaussian' | 'studentT';

export interface LossOptions {
  kind: LossName;
  /** Width of the quadratic part of huber. Default 1. */
  delta?: number | undefined;
  /**
   * Level of the quantile loss, in (0, 1). Default 0.5. A list of rising levels for several at once: the last axis of the output then
   * holds a forecast for each, and the target has 1 there, or leaves that axis out.
   */
  quantile?: number | readonly number[] | undefined;
  /** Of cross-entropies: the share of the target that is spread over all classes, in [0, 1). Default 0. */
  labelSmoothing?: number | undefined;
  /** Of gaussian and studentT: what the scale cannot fall below, in units of the target. Default 1e-3. */
  minScale?: number | undefined;
}

/** All options of the losses, as they are where nobody says otherwise. */
export type LossSettings = { readonly [K in Exclude<keyof LossOptions, 'kind'>]-?: NonNullable<LossOptions[K]> };
