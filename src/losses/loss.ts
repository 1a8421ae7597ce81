/** What a loss is: one of the library's, or one of the user's own. */
import type { KernelFamily, Kernels, Tensor } from '../backend.js';
import { ShapeError, formatShape, quoted } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';

/** What a loss says of R rows, each by itself. */
export interface RowLosses {
  /** [R], or [R, N] of a loss that is one for each number. */
  readonly losses: Tensor;
  /** [R, N]: the gradient of each loss with respect to its own prediction, as if there were no mean and no weights. */
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

/**
 * The mean over rows or numbers, each times its weight, and its gradient. `weights`: [R], or one for each number.
 * @throws ShapeError if the loss returns tensors of other sizes than it says.
 */
export function byRows(
  loss: LossFunction, k: Kernels, prediction: Tensor, target: Tensor, weights: Tensor | undefined,
): { loss: Tensor; dPrediction: Tensor } {
  const width = prediction.shape.at(-1) ?? 1;
  const rows = prediction.size / width;
  const { losses, dPrediction } = loss.compare(k, k.reshape(prediction, [rows, width]), k.reshape(target, [rows, target.size / rows]));
  const count = loss.per === 'row' ? rows : prediction.size;
  requireSize(loss.name, 'losses', losses, count);
  requireSize(loss.name, 'dPrediction', dPrediction, prediction.size);
  const sum = (x: Tensor): Tensor => k.sumLast(k.reshape(x, [1, x.size]));
  if (!weights) return { loss: k.scale(sum(losses), 1 / count), dPrediction: k.reshape(k.scale(dPrediction, 1 / count), prediction.shape) };
  const weighted = (x: Tensor): Tensor => k.scale(k.mulRows(k.reshape(x, [weights.size, x.size / weights.size]), weights), 1 / count);
  return { loss: sum(weighted(losses)), dPrediction: k.reshape(weighted(dPrediction), prediction.shape) };
}

function requireSize(loss: string, argument: string, { size, shape }: Tensor, expected: number): void {
  if (size === expected) return;
  throw new ShapeError({ operation: `loss ${quoted(loss)}`, argument, expected: `${expected} numbers`, actual: formatShape(shape) });
}
