/** Losses composed of several kernels; derived in docs/losses.md. Fetched for a model that has one, with the pointwise kernels. */
import type { Kernels, Tensor } from '../backend.js';
import { ShapeError, formatShape, quoted } from '../errors.js';
import type { Judge, LossFunction, LossResult } from './loss.js';

export { gaussian, poisson, studentT } from './likelihoods.js';

/** The share ε of the target goes to all classes alike, two of them for yes and no (Szegedy et al. 2016). @param judge the loss without it. */
export function smoothed(kind: 'binaryCrossentropy' | 'categoricalCrossentropy', share: number, judge: Judge): Judge {
  return (k, p, t, weights) => {
    const classes = kind === 'binaryCrossentropy' ? 2 : p.shape.at(-1) ?? 1;
    return judge(k, p, k.affine(t, 1 - share, share / classes), weights); // Q3
  };
}

/** Targets are numbers of classes. @param judge the loss of one-hot rows. */
export function sparse(share: number, judge: Judge): Judge {
  const dense = smoothed('categoricalCrossentropy', share, judge);
  return (k, p, t, weights) => dense(k, p, k.reshape(k.oneHot(t, p.shape.at(-1) ?? 1), p.shape), weights);
}

/** The mean over the levels, each of which has a column of the output. */
export function quantiles(levels: readonly number[]): Judge {
  return (k, prediction, target, weights) => {
    const column = k.reshape(target, [target.size, 1]);
    const parts = k.split(k.reshape(prediction, [target.size, levels.length]), levels.map(() => 1))
      .map((own, i) => k.loss('quantile', own, column, weights, levels[i] ?? 0.5)); // Q1
    const sum = parts.map(({ loss }) => loss).reduce((a, b) => k.add(a, b));
    const dPrediction = k.concat(parts.map((part) => part.dPrediction));
    return { loss: k.scale(sum, 1 / levels.length), dPrediction: k.reshape(k.scale(dPrediction, 1 / levels.length), prediction.shape) }; // Q2
  };
}

/** Of a loss that judges rows. */
export function written(loss: LossFunction): Judge {
  return (k, prediction, target, weights) => byRows(loss, k, prediction, target, weights);
}

/**
 * The mean over rows or numbers, each times its weight, and its gradient. `weights`: [R], or one for each number.
 * @throws ShapeError if the loss returns tensors of other sizes than it says.
 */
function byRows(
  loss: LossFunction, k: Kernels, prediction: Tensor, target: Tensor, weights: Tensor | undefined,
): LossResult {
  const width = prediction.shape.at(-1) ?? 1;
  const rows = prediction.size / width;
  const { losses, dPrediction } = loss.compare(k, k.reshape(prediction, [rows, width]), k.reshape(target, [rows, target.size / rows]));
  const count = loss.per === 'row' ? rows : prediction.size;
  requireSize(loss.name, 'losses', losses, count);
  requireSize(loss.name, 'dPrediction', dPrediction, prediction.size);
  const sum = (x: Tensor): Tensor => k.sumLast(k.reshape(x, [1, x.size]));
  if (!weights) return { loss: k.scale(sum(losses), 1 / count), dPrediction: k.reshape(k.scale(dPrediction, 1 / count), prediction.shape) };
  const weighted = (x: Tensor): Tensor => {
    const shape = [weights.size, x.size / weights.size];
    const all = k.mulRows(k.full(shape, 1), weights);
    return k.scale(k.select(all, k.mul(k.reshape(x, shape), all), k.zeros(shape)), 1 / count); // 0 where the weight is, were the loss ∞
  };
  return { loss: sum(weighted(losses)), dPrediction: k.reshape(weighted(dPrediction), prediction.shape) };
}

function requireSize(loss: string, argument: string, { size, shape }: Tensor, expected: number): void {
  if (size === expected) return;
  throw new ShapeError({ operation: `loss ${quoted(loss)}`, argument, expected: `${expected} numbers`, actual: formatShape(shape) });
}
