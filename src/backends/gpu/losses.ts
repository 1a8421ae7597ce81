/** Loss values and gradients. Definitions with sources: src/losses/losses.ts. */
import type { LossKernels, LossKind, Tensor } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { sumOf } from './reduce.js';
import { literal, rowColumn, sections, total } from './source.js';
import { cut, requireSize, rowCount, width } from './tensor.js';

type Elementwise = Exclude<LossKind, 'categoricalCrossentropy'>;

/** ℓ of one element; in scope: prediction p, target t, e = p − t. */
function value(kind: Elementwise, parameter: number): string {
  const q = literal(parameter);
  switch (kind) {
    case 'mse': return 'e * e';
    case 'mae': return 'Math.abs(e)';
    case 'huber': return `(Math.abs(e) <= ${q} ? 0.5 * e * e : ${q} * (Math.abs(e) - ${literal(0.5 * parameter)}))`;
    case 'logCosh': return `(Math.abs(e) + softTail(2 * e) - ${Math.LN2})`;
    case 'binaryCrossentropy': return '(softplus(p) - p * t)';
    case 'quantile': return `(e > 0 ? ${literal(1 - parameter)} * e : ${literal(-parameter)} * e)`;
  }
}

/** ∂ℓ/∂p. */
function slope(kind: Elementwise, parameter: number): string {
  const q = literal(parameter);
  switch (kind) {
    case 'mse': return '2 * e';
    case 'mae': return 'signOf(e)';
    case 'huber': return `(Math.abs(e) <= ${q} ? e : ${q} * signOf(e))`;
    case 'logCosh': return 'tangent(e)';
    case 'binaryCrossentropy': return '(sigmoid(p) - t)';
    case 'quantile': return `(e > 0 ? ${literal(1 - parameter)} : ${q} * Math.min(signOf(e), 0))`;
  }
}

/** 0 where the row's weight is, whatever its loss, were it ∞. */
function weighed(term: string, weights: Tensor | undefined, row: string): string {
  return weights ? `(w[${row}] === 0 ? 0 : ${term})` : term;
}

export function lossKernels(recorder: Recorder): LossKernels {
  function elementwise(
    kind: Elementwise, prediction: Tensor, target: Tensor, weights: Tensor | undefined, parameter: number,
  ): { loss: Tensor; dPrediction: Tensor } {
    const n = prediction.size;
    const prepare = `const p = ap[i]; const t = at[i]; const e = p - t; ${weights ? rowColumn('row', 'column', 'i', width(prediction)) : ''}`;
    const factor = weights ? `w[row] / ${n}` : literal(1 / n);
    const inputs = { ap: prediction, at: target, ...(weights ? { w: weights } : {}) };
    const [each, dPrediction] = cut(recorder.run([2 * n], inputs, sections(
      [n, `${prepare} return ${weighed(`${factor} * ${value(kind, parameter)}`, weights, 'row')};`],
      [n, `${prepare} return ${weighed(`${factor} * ${slope(kind, parameter)}`, weights, 'row')};`],
    )), [n], prediction.shape);
    return { loss: sumOf(recorder, [each]), dPrediction };
  }

  function categorical(prediction: Tensor, target: Tensor, weights: Tensor | undefined): { loss: Tensor; dPrediction: Tensor } {
    const [rows, n] = [rowCount(prediction), width(prediction)];
    const logSumExp = `
      let max = a[i * ${n}];
      for (let j = 1; j < ${n}; j++) { const next = a[i * ${n} + j]; if (next > max) { max = next; } }
      ${total('sum', n, `decay(a[i * ${n} + j] - max)`)}
      const logSum = max + Math.log(sum);`;
    const factor = weights ? `w[r] / ${rows}` : literal(1 / rows);
    const weight: Record<string, Tensor> = weights ? { w: weights } : {};
    const [logSum, mass, each] = cut(recorder.run([3 * rows], { a: prediction, t: target, ...weight }, sections(
      [rows, `${logSumExp} return logSum;`],
      [rows, `${total('mass', n, `t[i * ${n} + j]`)} return mass;`],
      [rows, `${logSumExp} const r = i; ${total('loss', n, `t[i * ${n} + j] * (logSum - a[i * ${n} + j])`)} return ${weighed(`${factor} * loss`, weights, 'r')};`],
    )), [rows], [rows], [rows]);
    const dPrediction = recorder.run(prediction.shape, { a: prediction, t: target, logSum, mass, ...weight }, `
      ${rowColumn('r', 'column', 'i', n)} return ${weighed(`${factor} * (mass[r] * decay(a[i] - logSum[r]) - t[i])`, weights, 'r')};`);
    return { loss: sumOf(recorder, [each]), dPrediction };
  }

  return {
    loss(kind, prediction, target, weights, parameter) {
      requireSize(`loss ${kind}`, 'target', target, prediction.size);
      if (weights) requireSize(`loss ${kind}`, 'weights', weights, rowCount(prediction));
      return kind === 'categoricalCrossentropy'
        ? categorical(prediction, target, weights)
        : elementwise(kind, prediction, target, weights, parameter);
    },
  };
}
