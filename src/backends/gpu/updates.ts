/** Parameter updates of the less common optimisers. The equations with their ids stand in src/optimizers. */
import type { UpdateKernels } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { literal } from './source.js';
import { requireSize } from './tensor.js';
import { tensorAt, updating } from './updating.js';

export function updateKernels(recorder: Recorder): UpdateKernels {
  const { settingsOf, gradient, kept, update } = updating(recorder);
  return {
    rmsprop(p, g, { v, mean, velocity }, inputs, rho, momentum, epsilon) {
      requireSize('rmsprop', 'gradient', g, p.size);
      const take = literal(1 - rho);
      const squares = mean
        ? `const apart = gi - m[i]; const vi = ${literal(rho)} * v[i] + ${literal(rho * (1 - rho))} * apart * apart;` // R4
        : `const vi = ${literal(rho)} * v[i] + ${take} * gi * gi;`; // R1
      const begin = `${gradient(inputs)} ${squares}`;
      const step = `const step = ${velocity ? `${literal(momentum)} * u[i] + ` : ''}(lr * gi) / Math.sqrt(vi + ${literal(epsilon)});`; // R2, R3
      const bodies = {
        p: `${begin} ${step} ${kept(inputs)} const next = kept - step;`, // S4
        v: `${begin} const next = vi;`,
        m: `${gradient(inputs)} const next = m[i] + ${take} * (gi - m[i]);`, // R5
        u: `${begin} ${step} const next = step;`,
      };
      const old = { p, v, ...(mean ? { m: mean } : {}), ...(velocity ? { u: velocity } : {}) };
      const names = Object.keys(old) as (keyof typeof bodies)[];
      const after = update(old, { g, s: settingsOf(inputs) }, names.map((name) => bodies[name]));
      return {
        p: tensorAt(after, 0), v: tensorAt(after, 1), mean: mean && tensorAt(after, 2), velocity: velocity && tensorAt(after, mean ? 3 : 2),
      };
    },
    nadam(p, g, m, v, weights, inputs, beta1, beta2, epsilon) {
      requireSize('nadam', 'gradient', g, p.size);
      const first = `const mi = ${literal(beta1)} * m[i] + ${literal(1 - beta1)} * gi;`; // A1
      const second = `const vi = ${literal(beta2)} * v[i] + ${literal(1 - beta2)} * gi * gi;`; // A2
      const begin = gradient(inputs);
      const after = update({ p, m, v }, { g, s: settingsOf(inputs, weights) }, [
        `${begin} ${first} ${second} ${kept(inputs)}
         const next = kept - lr * (s[3] * mi + s[4] * gi) / (Math.sqrt(s[5] * vi) + ${literal(epsilon)});`, // A8, S4
        `${begin} ${first} const next = mi;`,
        `${begin} ${second} const next = vi;`,
      ]);
      return { p: tensorAt(after, 0), m: tensorAt(after, 1), v: tensorAt(after, 2) };
    },
    adagrad(p, g, sum, inputs, epsilon) {
      requireSize('adagrad', 'gradient', g, p.size);
      const begin = `${gradient(inputs)} const total = v[i] + gi * gi;`; // R6
      const after = update({ p, v: sum }, { g, s: settingsOf(inputs) }, [
        `${begin} ${kept(inputs)} const next = kept - (lr * gi) / Math.sqrt(total + ${literal(epsilon)});`, // R7, S4
        `${begin} const next = total;`,
      ]);
      return { p: tensorAt(after, 0), sum: tensorAt(after, 1) };
    },
  };
}
