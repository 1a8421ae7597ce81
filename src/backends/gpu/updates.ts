/** Parameter updates of the less common optimisers. The equations with their ids stand in src/optimizers. */
import type { UpdateKernels } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { literal } from './source.js';
import { requireSize } from './tensor.js';
import { tensorAt, updating } from './updating.js';

export function updateKernels(recorder: Recorder): UpdateKernels {
  const { settingsOf, gradient, update } = updating(recorder);

  return {
    rmsprop(p, g, v, inputs, rho, epsilon) {
      requireSize('rmsprop', 'gradient', g, p.size);
      const begin = `${gradient(inputs.clipValue)} const vi = ${literal(rho)} * v[i] + ${literal(1 - rho)} * gi * gi;`; // R1
      const after = update({ p, v }, { g, s: settingsOf(inputs) }, [
        `${begin} const next = p[i] - (lr * gi) / Math.sqrt(vi + ${literal(epsilon)});`, // R2
        `${begin} const next = vi;`,
      ]);
      return { p: tensorAt(after, 0), v: tensorAt(after, 1) };
    },
  };
}
