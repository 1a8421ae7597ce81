/**
 * How updates are written: one kernel makes the new parameter and its new state side by side. Where the guard is not finite, every old
 * value is chosen again.
 */
import type { Tensor, UpdateInputs } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { ifFinite, literal, sections } from './source.js';
import { cut } from './tensor.js';

export interface Updating {
  /** Learning rate, gradient scale, guard and the scalars of this step in one buffer: a kernel has few inputs. */
  settingsOf(inputs: UpdateInputs, scalars?: Tensor): Tensor;
  /** Declares the gradient an update sees: scaled by clipping to a norm, then cut to ± clipValue. */
  gradient(inputs: UpdateInputs): string;
  /** Declares what decoupled weight decay leaves of the parameter. */
  kept(inputs: UpdateInputs): string;
  /** Runs an update; each body computes `next`, from which the old value is chosen back where the guard is not finite. */
  update(old: Readonly<Record<string, Tensor>>, others: Readonly<Record<string, Tensor>>, bodies: readonly string[]): Tensor[];
}

export function updating(recorder: Recorder): Updating {
  const packed = new WeakMap<UpdateInputs, Tensor>();

  function settingsOf(inputs: UpdateInputs, scalars?: Tensor): Tensor {
    const known = packed.get(inputs);
    if (known) return known;
    const { learningRate, gradientScale, guard } = inputs;
    const settings = recorder.run([3 + (scalars?.size ?? 0)], { lr: learningRate, gs: gradientScale, gd: guard, ...(scalars ? { co: scalars } : {}) }, `
      if (i < 0.5) { return lr[0]; }
      if (i < 1.5) { return gs[0]; }
      ${scalars ? 'if (i < 2.5) { return gd[0]; } return co[i - 3];' : 'return gd[0];'}`);
    packed.set(inputs, settings);
    return settings;
  }

  function gradient({ clipValue }: UpdateInputs): string {
    const scaled = 's[1] * g[i]';
    const limit = literal(clipValue);
    return `const gi = ${clipValue > 0 ? `Math.max(-${limit}, Math.min(${limit}, ${scaled}))` : scaled}; const lr = s[0];`;
  }

  function kept({ decay }: UpdateInputs): string {
    return `const kept = ${decay > 0 ? `p[i] * (1 - lr * ${literal(decay)})` : 'p[i]'};`;
  }

  function update(old: Readonly<Record<string, Tensor>>, others: Readonly<Record<string, Tensor>>, bodies: readonly string[]): Tensor[] {
    const names = Object.keys(old);
    const [p] = Object.values(old);
    const n = p?.size ?? 0;
    const whole = recorder.run([n * names.length], { ...old, ...others }, sections(
      ...names.map((name, k) => [n, `${bodies[k] ?? ''} ${ifFinite('s[2]', 'next', `${name}[i]`)}`] as const),
    ));
    return cut(whole, ...Object.values(old).map(({ shape }) => shape));
  }

  return { settingsOf, gradient, kept, update };
}

export function tensorAt(list: readonly Tensor[], i: number): Tensor {
  const tensor = list[i];
  if (!tensor) throw new Error(`no result ${i}`);
  return tensor;
}
