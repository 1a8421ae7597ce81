/** Whether the tensors of a file are those of a network, checked before a model is made. */
import { FileFormatError, formatShape } from '../../errors.js';
import type { ForwardLayer } from '../../layers/forwardLayer.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { sameShape } from '../../tensor.js';
import type { HostTensor, Shape } from '../../tensor.js';
import { isCarried, slotName, stateName } from './names.js';
import { frozenLayers, stateTensors, trainableWeights } from './network.js';
import type { KeptTensor, Network } from './network.js';

type Tensors = ReadonlyMap<string, HostTensor>;
type Expected = readonly (readonly [name: string, shape: Shape])[];

/** @throws FileFormatError if a tensor is missing, unknown or of another shape. */
export function requireTensors(network: Network, optimizer: Optimizer | undefined, tensors: Tensors): void {
  const weights = trainableWeights(network);
  const frozen = frozenLayers(network);
  const trained = weights.filter(({ layer }) => !frozen.has(layer));
  requireKept(network, weights, tensors, (optimizer?.slotNames ?? []).flatMap((slot) => trained.map(({ key, shape }) => [slotName(slot, key), shape] as const)));
}

/** The same of weights, running statistics and carried states, and of what is expected besides. */
export function requireKept(network: Network<ForwardLayer>, weights: readonly KeptTensor[], tensors: Tensors, others: Expected = []): void {
  const stream = [...tensors].find(([name]) => isCarried(name));
  const states = stateTensors(network, stream?.[1].shape[0] ?? 1).filter(({ kind }) => kind === 'weight' || stream);
  const expected = new Map([
    ...weights.map(({ key, shape }) => [key, shape] as const), ...states.map((spec) => [stateName(spec), spec.shape] as const), ...others,
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
