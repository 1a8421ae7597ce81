/** Activations of recurrent cells by the names and numbers that ONNX has for them. */
import type { CellActivation } from '../../../cells/squash.js';
import { activationDefaults } from '../../../layers/activationKinds.js';
import { floats, texts } from './graphBuilder.js';
import type { Attributes } from './graphBuilder.js';

const named: Readonly<Record<CellActivation, { readonly name: string; readonly alpha?: number; readonly beta?: number }>> = {
  tanh: { name: 'Tanh' }, sigmoid: { name: 'Sigmoid' }, relu: { name: 'Relu' },
  linear: { name: 'Affine', alpha: 1, beta: 0 },
  leakyRelu: { name: 'LeakyRelu', alpha: activationDefaults('leakyRelu') },
  elu: { name: 'Elu', alpha: activationDefaults('elu') },
  hardSigmoidFifth: { name: 'HardSigmoid', alpha: 1 / 5, beta: 0.5 },
  hardSigmoidSixth: { name: 'HardSigmoid', alpha: 1 / 6, beta: 0.5 },
};

/** Nothing where they are the defaults of the operator. Those that have numbers take them in turn from two lists. */
export function activationsOf(kinds: readonly CellActivation[], usual: readonly CellActivation[]): Attributes {
  if (kinds.every((kind, i) => kind === usual[i])) return {};
  const list = kinds.map((kind) => named[kind]);
  const alphas = list.flatMap(({ alpha }) => alpha ?? []);
  const betas = list.flatMap(({ beta }) => beta ?? []);
  return {
    activations: texts(list.map(({ name }) => name)),
    ...(alphas.length > 0 ? { activation_alpha: floats(alphas) } : {}), ...(betas.length > 0 ? { activation_beta: floats(betas) } : {}),
  };
}
