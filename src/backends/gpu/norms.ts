/** Layer and batch normalisation. Ids N… refer to src/layers/layerNorm.ts and batchNorm.ts. */
import type { NormForward, NormKernels, Tensor } from '../../backend.js';
import { add } from './arrays.js';
import type { Recorder } from './recorder.js';
import { columnSum } from './reduce.js';
import { literal, rowColumn, sections, total } from './source.js';
import { cut, requireSize, rowCount, width } from './tensor.js';

type Backward = { dx: Tensor; dGamma: Tensor; dBeta: Tensor };

export function normKernels(recorder: Recorder): NormKernels {
  /** Mean and 1/√(variance + ε) of each row. */
  function rowStatistics(x: Tensor, epsilon: number, centred: boolean): [Tensor, Tensor] {
    const [rows, n] = [rowCount(x), width(x)];
    const element = `a[i * ${n} + j]`;
    const mean = centred ? `${total('sum', n, element)} const mean = sum / ${n};` : 'const mean = 0;'; // N1, N10
    return cut(recorder.run([2 * rows], { a: x }, sections(
      [rows, `${mean} return mean;`],
      [rows, `${mean} ${total('squares', n, `(${element} - mean) * (${element} - mean)`)} return 1 / Math.sqrt(squares / ${n} + ${literal(epsilon)});`], // N2
    )), [rows], [rows]);
  }

  /** Mean, biased variance and 1/√(variance + ε) of each column. */
  function columnStatistics(x: Tensor, epsilon: number): [Tensor, Tensor, Tensor] {
    const [rows, n] = [rowCount(x), width(x)];
    const at = `a[j * ${n} + column]`;
    const sum = columnSum(recorder, { a: x }, rows, n, at);
    const mean = recorder.run([n], { sum }, `return sum[i] / ${rows};`); // N1
    const squares = columnSum(recorder, { a: x, mean }, rows, n, `(${at} - mean[column]) * (${at} - mean[column])`);
    const [variance, inverseStd] = cut(recorder.run([2 * n], { squares }, sections(
      [n, `return squares[i] / ${rows};`],
      [n, `return 1 / Math.sqrt(squares[i] / ${rows} + ${literal(epsilon)});`], // N2
    )), [n], [n]);
    return [mean, variance, inverseStd];
  }

  /** N3; `group`: row or column. */
  function normalised(x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, inverseStd: Tensor, group: 'row' | 'column'): Tensor {
    return recorder.run(x.shape, { a: x, gamma, beta, mean, rs: inverseStd }, `
      ${rowColumn('row', 'column', 'i', width(x))}
      return (a[i] - mean[${group}]) * rs[${group}] * gamma[column] + beta[column];`);
  }

  /** Σ dy and Σ dy·x̂ of each column: the gradients of beta and gamma. N4, N5 */
  function columnSums(x: Tensor, { mean, inverseStd }: NormForward, dy: Tensor, group: 'j' | 'column'): [Tensor, Tensor] {
    const [rows, n] = [rowCount(x), width(x)];
    const at = `j * ${n} + column`;
    return [
      columnSum(recorder, { dy }, rows, n, `dy[${at}]`),
      columnSum(recorder, { a: x, mean, rs: inverseStd, dy }, rows, n, `dy[${at}] * (a[${at}] - mean[${group}]) * rs[${group}]`),
    ];
  }

  function batchBackward(
    x: Tensor, forward: NormForward, gamma: Tensor, dy: Tensor, dGamma: Tensor, dBeta: Tensor, constantStatistics: boolean,
  ): Backward {
    requireSize('batchNormBackward', 'dy', dy, x.size);
    const [sum, sumHat] = columnSums(x, forward, dy, 'column');
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
      requireSize('layerNorm', 'gamma', gamma, width(x));
      const [mean, inverseStd] = rowStatistics(x, epsilon, centred);
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
      requireSize('batchNorm', 'gamma', gamma, width(x));
      const [mean, variance, inverseStd] = columnStatistics(x, epsilon);
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
