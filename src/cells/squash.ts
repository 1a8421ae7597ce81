/** The activations of the cells: those whose slope follows from their value, so that no step keeps what went into them. */
import type { ActivationKind, Kernels, Tensor } from '../backend.js';
import { requireChoice } from '../checks.js';
import { activationDefaults, refuseHardSigmoid } from '../layers/activationKinds.js';
import type { LayerHead } from '../layers/layer.js';

/** hardSigmoidFifth is that of Keras up to 2, TensorFlow.js and ONNX, hardSigmoidSixth that of Keras 3 and PyTorch. */
export type CellActivation = Exclude<ActivationKind, 'gelu' | 'softplus'>;

export const cellActivations: readonly CellActivation[] = ['tanh', 'sigmoid', 'relu', 'linear', 'hardSigmoidFifth', 'hardSigmoidSixth', 'leakyRelu', 'elu'];

/** @throws ArgumentError for another name. */
export function requireCellActivation(operation: string, argument: string, kind: CellActivation): CellActivation {
  refuseHardSigmoid(operation, argument, kind);
  return requireChoice(operation, argument, kind, cellActivations);
}

/** y = φ(x). */
export function squash(k: Kernels, kind: CellActivation, x: Tensor, out?: Tensor): Tensor {
  return k.activate(kind, x, activationDefaults(kind), out);
}

/** dy ⊙ φ′, from y = φ(x). */
export function squashBackward(k: Kernels, kind: CellActivation, y: Tensor, dy: Tensor, out?: Tensor): Tensor {
  return k.activateBackward(kind, y, y, dy, activationDefaults(kind), out);
}

/** What a state made of these values is to a loss, which cannot look behind it: the gates, or the next step, come in between. */
export function stateHead(activation: CellActivation): LayerHead | undefined {
  if (activation === 'linear') return undefined;
  return { activation: activation === 'sigmoid' ? 'blended' : activation };
}
