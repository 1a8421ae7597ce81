/** The names of activations, and what goes with them. */
import type { ActivationKind, Kernels, Tensor } from '../backend.js';
import { requireChoice } from '../checks.js';
import { ArgumentError } from '../errors.js';

/** Slope of leakyRelu below zero and scale of elu: Keras's defaults. The other kinds have no parameter. */
export function activationDefaults(kind: ActivationKind): number {
  return kind === 'leakyRelu' ? 0.2 : kind === 'elu' ? 1 : 0;
}

export const activationKinds: readonly ActivationKind[] = [
  'linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'gelu', 'softplus', 'hardSigmoidFifth', 'hardSigmoidSixth',
];

/** φ(x), or softmax over the last axis. */
export function activate(k: Kernels, kind: ActivationKind | 'softmax', x: Tensor, alpha?: number): Tensor {
  return kind === 'softmax' ? k.softmax(x) : k.activate(kind, x, alpha ?? activationDefaults(kind));
}

/** Two functions go by one name. @throws ArgumentError saying which they are. */
export function refuseHardSigmoid(operation: string, argument: string, kind: string): void {
  if (!/^hard_?sigmoid$/i.test(kind)) return;
  throw new ArgumentError({
    operation, argument, expected: 'hardSigmoidFifth | hardSigmoidSixth', actual: `'${kind}', which is said of both`,
    hint: "clip(x/5 + 0.5) of Keras up to 2, TensorFlow.js and ONNX is 'hardSigmoidFifth'; clip(x/6 + 0.5) of Keras 3 and PyTorch is 'hardSigmoidSixth'.",
  });
}

/** @throws ArgumentError for an unknown name. */
export function requireActivation(operation: string, kind: ActivationKind): ActivationKind {
  if ((kind as string) === 'softmax') {
    throw new ArgumentError({ operation, argument: 'activation', expected: activationKinds.join(' | '), actual: 'softmax', hint: "Use new Activation({ kind: 'softmax' }) after the layer." });
  }
  refuseHardSigmoid(operation, 'activation', kind);
  return requireChoice(operation, 'activation', kind, activationKinds);
}
