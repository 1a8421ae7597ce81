/** Whether the tensors of a file are those of a network, checked before a model is made. */
import { FileFormatError, formatShape } from '../../errors.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { sameShape } from '../../tensor.js';
import type { HostTensor, Shape } from '../../tensor.js';
import { isCarried, slotName, stateName } from './names.js';
import { frozenLayers, stateTensors, trainableWeights } from './network.js';
import type { Network } from './network.js';

/** @throws FileFormatError if a tensor is missing, unknown or of another shape. */
export function requireTensors(network: Network, optimizer: Optimizer | undefined, tensors: ReadonlyMap<string, HostTensor>): void {
  const trained = trainableWeights(network);
  const frozen = frozenLayers(network);
  const stream = [...tensors].find(([name]) => isCarried(name));
  const states = stateTensors(network, stream?.[1].shape[0] ?? 1);
  const expected = new Map<string, Shape>([
    ...trained.map(({ key, shape }) => [key, shape] as const),
    ...states.filter(({ kind }) => kind === 'weight').map(({ key, shape }) => [key, shape] as const),
    ...(stream ? states.filter(({ kind }) => kind === 'carried') : []).map((spec) => [stateName(spec), spec.shape] as const),
    ...(optimizer?.slotNames ?? []).flatMap((slot) => trained.filter(({ layer }) => !frozen.has(layer)).map(({ key, shape }) => [slotName(slot, key), shape] as const)),
  ]);
  for (const [name, shape] of expected) {
    const found = tensors.get(name);
    if (!found || !sameShape(found.shape, shape)) throw mismatch(name, formatShape(shape), found ? formatShape(found.shape) : 'missing');
  }
  for (const name of tensors.keys()) {
    if (!expected.has(name)) throw mismatch(name, 'a tensor of this architecture', 'an unknown name');
  }
}

function mismatch(name: string, expected: string, actual: string): FileFormatError {
  return new FileFormatError({
    operation: 'loadModel', argument: `tensor '${name}'`, expected, actual, hint: 'The file belongs to another architecture.',
  });
}
