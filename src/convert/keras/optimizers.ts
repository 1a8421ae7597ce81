/** Optimisers of Keras: options, and what they have gathered. */
import type { JsonObject, JsonValue } from '../../json.js';
import { slotName } from '../../models/graph/names.js';
import { optimizerFromConfig } from '../../optimizers/resolve.js';
import { Adagrad } from '../../optimizers/adagrad.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { RMSprop } from '../../optimizers/rmsprop.js';
import type { FloatArray, HostTensor } from '../../tensor.js';
import type { StoredTensor, WantedLayer } from './filling.js';
import { serialized, shown } from './layerConfig.js';
import type { KerasVariable } from './variables.js';

const options: Readonly<Record<string, string>> = {
  learning_rate: 'learningRate', lr: 'learningRate', clipnorm: 'clipNorm', global_clipnorm: 'globalClipNorm', clipvalue: 'clipValue', weight_decay: 'weightDecay',
  learningRate: 'learningRate', beta1: 'beta1', beta2: 'beta2', weightDecay: 'weightDecay', useNesterov: 'nesterov', initialAccumulatorValue: 'initialAccumulator', beta_1: 'beta1', beta_2: 'beta2', epsilon: 'epsilon', amsgrad: 'amsgrad', rho: 'rho', momentum: 'momentum', centered: 'centered', nesterov: 'nesterov', initial_accumulator_value: 'initialAccumulator',
};

/** How it computes, or what it does not do unless another option says so. */
const silent = new Set(['name', 'jit_compile', 'is_legacy_optimizer', 'ema_momentum', 'ema_overwrite_frequency', 'schedule_decay']);

/** @returns the optimiser, or why there is none. */
export function optimizerOf(value: JsonValue | undefined): Optimizer | string {
  const found = serialized(value);
  if (!found) return `optimizer ${shown(value)} has no counterpart`;
  const className = found.className.replace(/^.*>/, '');
  const taken: Record<string, JsonValue> = {};
  for (const [key, each] of Object.entries(found.config)) {
    const option = Object.hasOwn(options, key) ? options[key] : undefined;
    if (each === null || each === undefined || silent.has(key)) continue;
    if (option !== undefined && typeof each !== 'object') taken[option] = each;
    else if (each !== false && each !== 0) return `optimizer ${className}: ${key} ${shown(each)} has no counterpart`;
  }
  try {
    return optimizerFromConfig(className, usable(className, taken));
  } catch (cause) {
    return `optimizer ${className}: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/** Options that say nothing are left out where the class here has none of that name. */
function usable(className: string, { nesterov, ...taken }: Readonly<Record<string, JsonValue>>): JsonObject {
  return className === 'SGD' && nesterov === true && taken.momentum !== 0 ? { ...taken, nesterov } : taken;
}

interface Gathered { readonly slots: ReadonlyMap<string, HostTensor>; readonly steps: number }

/** All variables of an optimiser in order. `paired`: m, v, m, v, … as Keras has them since 2.11; else all m, then all v. */
export interface StoredState { readonly tensors: readonly StoredTensor[]; readonly paired: boolean }

/** @returns slots by their names here, or why there are none. */
export async function optimizerState(optimizer: Optimizer, layers: readonly WantedLayer[], { paired, tensors: stored }: StoredState): Promise<Gathered | string> {
  const trained = layers.flatMap((layer) => (layer.frozen ? [] : layer.variables.filter((variable) => variable.trained).map((variable) => ({ layer, variable }))));
  const [first] = stored;
  const from = stored.findIndex(({ shape }) => shape.length > 0);
  if (first?.shape.length !== 0) return 'what the optimizer had gathered is not in the file';
  const [steps = 0] = (await first.read()).data;
  const slots = new Map<string, HostTensor>();
  if (from < 0) return { slots, steps };
  const arranged = arrange(optimizer, stored.slice(from), paired, trained.map(({ variable }) => variable));
  if (!arranged) return 'what the optimizer had gathered is not in the order of the weights';
  for (const [i, { layer, variable }] of trained.entries()) {
    const values = new Map<string, readonly FloatArray[]>();
    for (const slot of optimizer.slotNames) {
      const tensor = arranged.get(slot)?.[i];
      if (tensor) values.set(slot, variable.decode(await tensor.read()));
    }
    variable.targets.forEach((target, part) => {
      for (const [slot, parts] of values) {
        const data = parts[part];
        const shape = layer.shapes.get(target);
        if (data && shape) slots.set(slotName(slot, `${layer.name}/${target}`), { data: asHere(optimizer, slot, data, values.get('mean')?.[part]), shape });
      }
    });
  }
  return { slots, steps };
}

/** Keras's slots in its order, by their names here. */
function slotsOf(optimizer: Optimizer): readonly string[] {
  return optimizer instanceof RMSprop ? ['v', 'velocity', 'mean'].filter((slot) => optimizer.slotNames.includes(slot)) : optimizer.slotNames;
}

/** By slot one tensor for each variable. */
function arrange(optimizer: Optimizer, stored: readonly StoredTensor[], paired: boolean, variables: readonly KerasVariable[]): ReadonlyMap<string, readonly StoredTensor[]> | undefined {
  const names = slotsOf(optimizer);
  const count = variables.length;
  const pairs = paired && names[0] === 'm';
  const slot = (which: number): StoredTensor[] => (pairs && which < 2 ? stored.slice(0, 2 * count).filter((_, i) => i % 2 === which) : stored.slice(which * count, (which + 1) * count));
  const arranged = new Map(names.map((name, which) => [name, slot(which)]));
  const fitting = [...arranged.values()].every((tensors) => tensors.length === count && tensors.every(({ shape }, i) => shape.join() === variables[i]?.shapes[0]?.join()));
  return fitting ? arranged : undefined;
}

/** Adagrad here counts from 0, and centred RMSprop keeps the variance. */
function asHere(optimizer: Optimizer, slot: string, data: FloatArray, mean: FloatArray | undefined): FloatArray {
  if (optimizer instanceof Adagrad) return data.map((value) => Math.max(0, value - optimizer.initialAccumulator));
  return slot === 'v' && mean ? data.map((value, i) => Math.max(0, value - (mean[i] ?? 0) ** 2)) : data;
}
