import type { ActivationKernels, ActivationKind } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { literal, rowColumn, sections, total } from './source.js';
import { cut, requireSize, rowCount, width } from './tensor.js';

function hardSigmoid(slope: number): string {
  return `const z = x * ${literal(slope)} + 0.5; if (z <= 0) { return 0; } if (z >= 1) { return 1; } return z;`; // NaN passes
}

function hardSlope(slope: number): string {
  return `if (y <= 0) { return 0; } if (y >= 1) { return 0; } return d * ${literal(slope)};`;
}

/** φ(x). */
function value(kind: ActivationKind, alpha: string): string {
  switch (kind) {
    case 'linear': return 'return x;';
    case 'sigmoid': return 'return sigmoid(x);';
    case 'tanh': return 'return tangent(x);';
    case 'relu': return 'if (x <= 0) { return 0; } return x;'; // NaN passes
    case 'leakyRelu': return `if (x > 0) { return x; } return ${alpha} * x;`;
    case 'elu': return `if (x > 0) { return x; } return ${alpha} * decayMinusOne(x);`;
    case 'gelu': return `return 0.5 * x * (1 + erf(x * ${Math.SQRT1_2}));`;
    case 'softplus': return 'return softplus(x);';
    case 'hardSigmoidFifth': return hardSigmoid(1 / 5);
    case 'hardSigmoidSixth': return hardSigmoid(1 / 6);
  }
}

/** dy · φ′(x), with y = φ(x). */
function slope(kind: ActivationKind, alpha: string): string {
  switch (kind) {
    case 'linear': return 'return d;';
    case 'sigmoid': return 'return d * y * (1 - y);';
    case 'tanh': return 'return d * (1 - y * y);';
    case 'relu': return 'if (x > 0) { return d; } return 0;';
    case 'leakyRelu': return `if (x > 0) { return d; } return d * ${alpha};`;
    case 'elu': return `if (x > 0) { return d; } return d * (y + ${alpha});`;
    case 'gelu': return `return d * (0.5 * (1 + erf(x * ${Math.SQRT1_2})) + x * decay(-0.5 * x * x) * ${1 / Math.sqrt(2 * Math.PI)});`;
    case 'softplus': return 'return d * sigmoid(x);';
    case 'hardSigmoidFifth': return hardSlope(1 / 5);
    case 'hardSigmoidSixth': return hardSlope(1 / 6);
  }
}

export function activationKernels(recorder: Recorder): ActivationKernels {
  return {
    activate: (kind, x, alpha) => recorder.run(x.shape, { a: x }, `const x = a[i]; ${value(kind, literal(alpha))}`),
    activateBackward(kind, x, y, dy, alpha) {
      requireSize('activateBackward', 'dy', dy, y.size);
      return recorder.run(dy.shape, { ax: x, ay: y, ad: dy }, `const x = ax[i]; const y = ay[i]; const d = ad[i]; ${slope(kind, literal(alpha))}`);
    },
    softmax(x) {
      const [rows, n] = [rowCount(x), width(x)];
      const largest = `let max = a[i * ${n}]; for (let j = 1; j < ${n}; j++) { const next = a[i * ${n} + j]; if (next > max) { max = next; } }`;
      const [max, mass] = cut(recorder.run([2 * rows], { a: x }, sections(
        [rows, `${largest} return max;`],
        [rows, `${largest} ${total('sum', n, `decay(a[i * ${n} + j] - max)`)} return sum;`],
      )), [rows], [rows]);
      return recorder.run(x.shape, { a: x, max, mass }, `${rowColumn('row', 'column', 'i', n)} return decay(a[i] - max[row]) / mass[row];`);
    },
    softmaxBackward(y, dy) {
      requireSize('softmaxBackward', 'dy', dy, y.size);
      const n = width(y);
      const dot = recorder.run([rowCount(y)], { y, dy }, `${total('sum', n, `y[i * ${n} + j] * dy[i * ${n} + j]`)} return sum;`);
      return recorder.run(y.shape, { y, dy, dot }, `${rowColumn('row', 'column', 'i', n)} return y[i] * (dy[i] - dot[row]);`);
    },
  };
}
