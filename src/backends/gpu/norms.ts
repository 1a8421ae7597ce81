/** Layer and batch normalisation. Ids N… refer to src/layers/layerNorm.ts and batchNorm.ts. */
import type { NormForward, NormKernels, Tensor } from '../../backend.js';
import { add } from './arrays.js';
import type { Recorder } from './recorder.js';
import { literal, rowColumn, sections, total } from './source.js';
import { cut, requireSize, rowCount, width } from './tensor.js';

type Backward = { dx: Tensor; dGamma: Tensor; dBeta: Tensor };

export function normKernels(recorder: Recorder): NormKernels {
  /** Mean, biased variance and 1/√(variance + ε) of `groups` groups of `count` elements; `element`: the j-th of group i. */
  function statistics(x: Tensor, groups: number, count: number, element: string, epsilon: number, centred = true): [Tensor, Tensor, Tensor] {
    const mean = centred ? `${total('sum', count, element)} const mean = sum / ${count};` : 'const mean = 0;'; // N1, N10
    const variance = `${mean} ${total('squares', count, `(${element} - mean) * (${element} - mean)`)} const variance = squares / ${count};`;
    return cut(recorder.run([3 * groups], { a: x }, sections(
      [groups, `${mean} return mean;`],
      [groups, `${variance} return variance;`],
      [groups, `${variance} return 1 / Math.sqrt(variance + ${literal(epsilon)});`], // N2
    )), [groups], [groups], [groups]);
  }

  /** N3; `group`: row or column. */
  function normalised(x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, inverseStd: Tensor, group: 'row' | 'column'): Tensor {
    return recorder.run(x.shape, { a: x, gamma, beta, mean, rs: inverseStd }, `
      ${rowColumn('row', 'column', 'i', width(x))}
      return (a[i] - mean[${group}]) * rs[${group}] * gamma[column] + beta[column];`);
  }

  /** Σ dy and Σ dy·x̂ of each column: the gradients of beta and gamma. N4, N5 */
  function columnSums(x: Tensor, { mean, inverseStd }: NormForward, dy: Tensor, group: 'j' | 'i'): [Tensor, Tensor] {
    const [rows, n] = [rowCount(x), width(x)];
    const at = `j * ${n} + i`;
    return cut(recorder.run([2 * n], { a: x, mean, rs: inverseStd, dy }, sections(
      [n, `${total('sum', rows, `dy[${at}]`)} return sum;`],
      [n, `${total('sum', rows, `dy[${at}] * (a[${at}] - mean[${group}]) * rs[${group}]`)} return sum;`],
    )), [n], [n]);
  }

  function batchBackward(
    x: Tensor, forward: NormForward, gamma: Tensor, dy: Tensor, dGamma: Tensor, dBeta: Tensor, constantStatistics: boolean,
  ): Backward {
    requireSize('batchNormBackward', 'dy', dy, x.size);
    const [sum, sumHat] = columnSums(x, forward, dy, 'i');
    const inputs = { a: x, mean: forward.mean, rs: forward.inverseStd, gamma, dy };
    const dx = recorder.run(x.shape, constantStatistics ? inputs : { ...inputs, sum, sumHat }, `
      ${rowColumn('row', 'column', 'i', width(x))}
      const scale = gamma[column] * rs[column];
      ${constantStatistics ? 'return scale * dy[i];' : `
      const hat = (a[i] - mean[column]) * rs[column];
      return scale * (dy[i] - (sum[column] + hat * sumHat[column]) / ${rowCount(x)});`}`); // N6
    return { dx, dGamma: add(recorder, dGamma, sumHat), dBeta: add(recorder, dBeta, sum) };
  }

  return {
    layerNorm(x, gamma, beta, epsilon, centred = true) {
      const n = width(x);
      requireSize('layerNorm', 'gamma', gamma, n);
      const [mean, , inverseStd] = statistics(x, rowCount(x), n, `a[i * ${n} + j]`, epsilon, centred);
      return { y: normalised(x, gamma, beta, mean, inverseStd, 'row'), mean, inverseStd };
    },
    layerNormBackward(x, forward, gamma, dy, dGamma, dBeta, centred = true) {
      requireSize('layerNormBackward', 'dy', dy, x.size);
      const [rows, n] = [rowCount(x), width(x)];
      const [columnSum, columnHat] = columnSums(x, forward, dy, 'j');
      const inputs = { a: x, mean: forward.mean, rs: forward.inverseStd, gamma, dy };
      const at = `i * ${n} + j`;
      const [sum, sumHat] = cut(recorder.run([2 * rows], inputs, sections(
        [rows, `${total('sum', n, `dy[${at}] * gamma[j]`)} return sum;`],
        [rows, `${total('sum', n, `dy[${at}] * gamma[j] * (a[${at}] - mean[i]) * rs[i]`)} return sum;`],
      )), [rows], [rows]);
      const dx = recorder.run(x.shape, centred ? { ...inputs, sum, sumHat } : { ...inputs, sumHat }, `
        ${rowColumn('row', 'column', 'i', n)}
        const hat = (a[i] - mean[row]) * rs[row];
        return rs[row] * (dy[i] * gamma[column] - (${centred ? 'sum[row] + ' : ''}hat * sumHat[row]) / ${n});`); // N6, N11
      return { dx, dGamma: add(recorder, dGamma, columnHat), dBeta: add(recorder, dBeta, columnSum) };
    },
    batchNorm(x, gamma, beta, epsilon) {
      const n = width(x);
      requireSize('batchNorm', 'gamma', gamma, n);
      const [mean, variance, inverseStd] = statistics(x, n, rowCount(x), `a[j * ${n} + i]`, epsilon);
      return { y: normalised(x, gamma, beta, mean, inverseStd, 'column'), mean, inverseStd, variance };
    },
    batchNormBackward: (x, forward, gamma, dy, dGamma, dBeta) => batchBackward(x, forward, gamma, dy, dGamma, dBeta, false),
    batchNormInference(x, gamma, beta, mean, variance, epsilon) {
      requireSize('batchNormInference', 'mean', mean, width(x));
      const inverseStd = recorder.run(variance.shape, { a: variance }, `return 1 / Math.sqrt(a[i] + ${literal(epsilon)});`); // N2
      return { y: normalised(x, gamma, beta, mean, inverseStd, 'column'), mean, inverseStd };
    },
    batchNormInferenceBackward: (x, forward, gamma, dy, dGamma, dBeta) => batchBackward(x, forward, gamma, dy, dGamma, dBeta, true),
    movingAverage: (running, observed, momentum) => recorder.run(running.shape, { a: running, b: observed },
      `return ${literal(momentum)} * a[i] + ${literal(1 - momentum)} * b[i];`), // N7
  };
}
