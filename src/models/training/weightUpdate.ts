/** What a step does with its gradients: clipping, decay, the optimiser's update and constraints, one weight after the other. */
import type { Kernels, Tensor } from '../../backend.js';
import { decayOf } from '../../optimizers/decay.js';
import { slot } from '../../optimizers/optimizer.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { slotName } from '../graph/names.js';
import type { WeightSpec } from '../graph/network.js';
import { goodName } from './variables.js';

interface UpdateSettings {
  /** [1]. */
  readonly learningRate: Tensor | undefined;
  /** [1], where it is not finite, nothing moves. */
  readonly guard: Tensor;
  /** [1], where it is not finite, nothing is learnt, though nothing is wrong. */
  readonly hold?: Tensor | undefined;
  /** Over all gradients, [1]. */
  readonly sumOfSquares: Tensor;
  readonly scalars: Tensor | undefined;
  /** The value of a variable before the step, by its name. */
  readonly before: (name: string) => Tensor;
}

/** New values of weights, slots and last good weights, by name. @param gradients by key. */
export function optimizerStep(
  k: Kernels, optimizer: Optimizer, weights: readonly WeightSpec[], gradients: ReadonlyMap<string, Tensor>, settings: UpdateSettings,
): Map<string, Tensor> {
  const { learningRate, guard: sound, hold, sumOfSquares, scalars, before } = settings;
  if (!learningRate) throw new Error('no learning rate');
  const guard = hold ? k.add(sound, hold) : sound;
  const { globalClipNorm = Infinity, clipNorm, clipValue = 0, slotNames } = optimizer;
  const plain = { learningRate, guard, gradientScale: k.clipScale(sumOfSquares, globalClipNorm), clipValue, decay: 0 }; // C1
  const decaying = { ...plain, decay: optimizer.weightDecay };
  const after = new Map<string, Tensor>();
  for (const { key } of weights) after.set(goodName(key), k.keepIfFinite(sound, before(goodName(key)), before(key)));
  for (const { key, constraint } of weights) {
    const gradient = gradients.get(key);
    if (!gradient) continue;
    const shared = decayOf(optimizer, key) > 0 ? decaying : plain;
    const inputs = clipNorm === undefined ? shared : { ...shared, gradientScale: k.clipScale(k.sumSquares([gradient]), clipNorm) }; // C3
    const slots = Object.fromEntries(slotNames.map((name) => [name, before(slotName(name, key))]));
    const updated = optimizer.update(k, before(key), gradient, slots, scalars, inputs);
    after.set(key, constraint ? k.keepIfFinite(guard, updated.p, constraint.apply(k, updated.p)) : updated.p);
    for (const name of slotNames) after.set(slotName(name, key), slot(updated.slots, name));
  }
  return after;
}
