/**
 * Parameter updates: one kernel writes the new parameter and its new state side by side. The equations with their ids stand
 * in src/optimizers. Where the guard is not finite, every old value is chosen again.
 */
import type { OptimizerKernels, Tensor, UpdateInputs } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { ifFinite, literal, sections } from './source.js';
import { cut, requireSize } from './tensor.js';

export function optimizerKernels(recorder: Recorder): OptimizerKernels {
  /** Learning rate, gradient scale, guard and Adam's corrections in one buffer: a kernel has few inputs. */
  const packed = new WeakMap<UpdateInputs, Tensor>();

  function settingsOf(inputs: UpdateInputs, correction?: Tensor): Tensor {
    const known = packed.get(inputs);
    if (known) return known;
    const { learningRate, gradientScale, guard } = inputs;
    const settings = recorder.run([5], { lr: learningRate, gs: gradientScale, gd: guard, ...(correction ? { co: correction } : {}) }, `
      if (i < 0.5) { return lr[0]; }
      if (i < 1.5) { return gs[0]; }
      if (i < 2.5) { return gd[0]; }
      ${correction ? 'return co[i - 3];' : 'return 0;'}`);
    packed.set(inputs, settings);
    return settings;
  }

  /** Declares the gradient an update sees: scaled by global-norm clipping, then cut to ± clipValue. */
  function gradient(clipValue: number): string {
    const scaled = 's[1] * g[i]';
    const limit = literal(clipValue);
    return `const gi = ${clipValue > 0 ? `Math.max(-${limit}, Math.min(${limit}, ${scaled}))` : scaled}; const lr = s[0];`;
  }

  /** Runs an update; each body computes `next`, from which the old value is chosen back where the guard is not finite. */
  function update(old: Readonly<Record<string, Tensor>>, others: Readonly<Record<string, Tensor>>, bodies: readonly string[]): Tensor[] {
    const names = Object.keys(old);
    const [p] = Object.values(old);
    const n = p?.size ?? 0;
    const whole = recorder.run([n * names.length], { ...old, ...others }, sections(
      ...names.map((name, k) => [n, `${bodies[k] ?? ''} ${ifFinite('s[2]', 'next', `${name}[i]`)}`] as const),
    ));
    return cut(whole, ...Object.values(old).map(({ shape }) => shape));
  }

  function tensorAt(list: readonly Tensor[], i: number): Tensor {
    const tensor = list[i];
    if (!tensor) throw new Error(`no result ${i}`);
    return tensor;
  }

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
      const begin = `${gradient(inputs.clipValue)} const step = lr * gi;`;
      const others = { g, s: settingsOf(inputs) };
      if (!velocity) return { p: tensorAt(update({ p }, others, [`${begin} const next = p[i] - step;`]), 0) }; // S1
      const speed = `${begin} const u = ${literal(momentum)} * v[i] - step;`; // S2
      const after = update({ p, v: velocity }, others, [
        `${speed} const next = p[i] + ${nesterov ? `${literal(momentum)} * u - step` : 'u'};`, // S3
        `${speed} const next = u;`,
      ]);
      return { p: tensorAt(after, 0), velocity: tensorAt(after, 1) };
    },
    rmsprop(p, g, v, inputs, rho, epsilon) {
      requireSize('rmsprop', 'gradient', g, p.size);
      const begin = `${gradient(inputs.clipValue)} const vi = ${literal(rho)} * v[i] + ${literal(1 - rho)} * gi * gi;`; // R1
      const after = update({ p, v }, { g, s: settingsOf(inputs) }, [
        `${begin} const next = p[i] - (lr * gi) / Math.sqrt(vi + ${literal(epsilon)});`, // R2
        `${begin} const next = vi;`,
      ]);
      return { p: tensorAt(after, 0), v: tensorAt(after, 1) };
    },
    adam(p, g, m, v, vMax, correction, inputs, beta1, beta2, epsilon, decay) {
      requireSize('adam', 'gradient', g, p.size);
      const begin = gradient(inputs.clipValue);
      const first = `const mi = ${literal(beta1)} * m[i] + ${literal(1 - beta1)} * gi;`; // A1
      const second = `const vi = ${literal(beta2)} * v[i] + ${literal(1 - beta2)} * gi * gi;`; // A2
      const largest = `const top = ${vMax ? 'Math.max(x[i], vi)' : 'vi'};`; // A5
      const after = update({ p, m, v, ...(vMax ? { x: vMax } : {}) }, { g, s: settingsOf(inputs, correction) }, [
        `${begin} ${first} ${second} ${largest}
         const rate = lr * s[3] / Math.sqrt(s[4]);
         const next = p[i] * (1 - lr * ${literal(decay)}) - rate * mi / (Math.sqrt(top) + ${literal(epsilon)});`, // A3, A4, A6
        `${begin} ${first} const next = mi;`,
        `${begin} ${second} const next = vi;`,
        `${begin} ${second} ${largest} const next = top;`,
      ]);
      const next = { p: tensorAt(after, 0), m: tensorAt(after, 1), v: tensorAt(after, 2) };
      return vMax ? { ...next, vMax: tensorAt(after, 3) } : next;
    },
  };
}
