/** Parameter updates. The equations with their ids stand in src/optimizers. */
import type { OptimizerKernels } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { ifFinite, literal } from './source.js';
import { requireSize } from './tensor.js';
import { tensorAt, updating } from './updating.js';

export function optimizerKernels(recorder: Recorder): OptimizerKernels {
  const { settingsOf, gradient, kept, update } = updating(recorder);

  return {
    clipScale(sumOfSquares, limit) {
      if (limit === Infinity) return recorder.run([1], {}, 'return 1;');
      return recorder.run([1], { a: sumOfSquares }, `
        const norm = Math.sqrt(a[0]); if (norm > ${literal(limit)}) { return ${literal(limit)} / norm; } return 1;`); // C1
    },
    keepIfFinite(guard, kept, candidate) {
      requireSize('keepIfFinite', 'candidate', candidate, kept.size);
      return recorder.run(kept.shape, { gd: guard, a: kept, b: candidate }, ifFinite('gd[0]', 'b[i]', 'a[i]'));
    },
    sgd(p, g, velocity, inputs, momentum, nesterov) {
      requireSize('sgd', 'gradient', g, p.size);
      const begin = `${gradient(inputs)} const step = lr * gi;`;
      const others = { g, s: settingsOf(inputs) };
      if (!velocity) return { p: tensorAt(update({ p }, others, [`${begin} ${kept(inputs)} const next = kept - step;`]), 0) }; // S1, S4
      const speed = `${begin} const u = ${literal(momentum)} * v[i] - step;`; // S2
      const after = update({ p, v: velocity }, others, [
        `${speed} ${kept(inputs)} const next = kept + ${nesterov ? `${literal(momentum)} * u - step` : 'u'};`, // S3, S4
        `${speed} const next = u;`,
      ]);
      return { p: tensorAt(after, 0), velocity: tensorAt(after, 1) };
    },
    adam(p, g, m, v, vMax, correction, inputs, beta1, beta2, epsilon) {
      requireSize('adam', 'gradient', g, p.size);
      const begin = gradient(inputs);
      const first = `const mi = ${literal(beta1)} * m[i] + ${literal(1 - beta1)} * gi;`; // A1
      const second = `const vi = ${literal(beta2)} * v[i] + ${literal(1 - beta2)} * gi * gi;`; // A2
      const largest = `const top = ${vMax ? 'Math.max(x[i], vi)' : 'vi'};`; // A5
      const after = update({ p, m, v, ...(vMax ? { x: vMax } : {}) }, { g, s: settingsOf(inputs, correction) }, [
        `${begin} ${first} ${second} ${largest}
         ${kept(inputs)} const rate = lr * s[3] / Math.sqrt(s[4]);
         const next = kept - rate * mi / (Math.sqrt(top) + ${literal(epsilon)});`, // A3, A4, A6
        `${begin} ${first} const next = mi;`,
        `${begin} ${second} const next = vi;`,
        `${begin} ${second} ${largest} const next = top;`,
      ]);
      const next = { p: tensorAt(after, 0), m: tensorAt(after, 1), v: tensorAt(after, 2) };
      return vMax ? { ...next, vMax: tensorAt(after, 3) } : next;
    },
  };
}
