/** What names and defaults mean depends on who wrote the file. */

export interface Dialect {
  readonly writer: 'Keras 3' | 'Keras 2' | 'Keras up to 2.2' | 'TensorFlow.js';
  /** One name, two functions: clip(x/6 + ½) since Keras 3, clip(x/5 + ½) before and in TensorFlow.js. */
  readonly hardSigmoid: 'hardSigmoidSixth' | 'hardSigmoidFifth';
  /** Of gates, where the configuration does not say. */
  readonly recurrentActivation: 'sigmoid' | 'hard_sigmoid';
  /** Of GRU, where the configuration does not say. */
  readonly resetAfter: boolean;
  /** Whether layers that know no masks end them; elsewhere such a model could not be built. */
  readonly endsMasks: boolean;
}

const keras3: Dialect = { writer: 'Keras 3', hardSigmoid: 'hardSigmoidSixth', recurrentActivation: 'sigmoid', resetAfter: true, endsMasks: true };
const keras2: Dialect = { writer: 'Keras 2', hardSigmoid: 'hardSigmoidFifth', recurrentActivation: 'sigmoid', resetAfter: true, endsMasks: false };
const early: Dialect = { writer: 'Keras up to 2.2', hardSigmoid: 'hardSigmoidFifth', recurrentActivation: 'hard_sigmoid', resetAfter: false, endsMasks: false };
export const tensorFlowJs: Dialect = { writer: 'TensorFlow.js', hardSigmoid: 'hardSigmoidFifth', recurrentActivation: 'hard_sigmoid', resetAfter: false, endsMasks: false };

/**
 * By the version that the file states: `3.5.0`, `2.15.0`, `2.2.4`, `2.2.4-tf` of TensorFlow 2.0.
 * @param usual where it states none.
 */
export function dialectOf(version: string | undefined, usual: 'Keras 3' | 'Keras 2'): Dialect {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (major === undefined) return usual === 'Keras 3' ? keras3 : keras2;
  if (Number(major) >= 3) return keras3;
  return Number(major) < 2 || (Number(minor) < 3 && !version?.endsWith('-tf')) ? early : keras2;
}
