/** Random chains of Keras layers with their variables, for every way of writing them. */
import * as fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { uniform } from '../../../src/random.js';
import type { RandomGenerator } from '../../../src/random.js';
import type { KerasLayer, Variable } from './kerasFiles.js';

export interface Chain {
  readonly layers: readonly KerasLayer[];
  readonly steps: number;
  readonly features: number;
  readonly masked: boolean;
}

const activations = ['linear', 'sigmoid', 'tanh', 'relu', 'elu', 'leaky_relu', 'hard_sigmoid'] as const;

export type Kind = 'LSTM' | 'GRU' | 'SimpleRNN' | 'Bidirectional' | 'TimeDistributed' | 'Dense' | 'Conv1D' | 'BatchNormalization' | 'LayerNormalization' | 'Dropout';

export interface Spec {
  readonly kind: Kind;
  readonly inner: 'LSTM' | 'GRU' | 'SimpleRNN';
  readonly units: number;
  readonly activation: (typeof activations)[number];
  readonly recurrent: 'sigmoid' | 'hard_sigmoid' | 'tanh';
  readonly bias: boolean;
  readonly flag: boolean;
  readonly mode: 'concat' | 'sum' | 'mul' | 'ave';
  readonly padding: 'valid' | 'same' | 'causal';
  readonly taps: number;
  readonly softmax: boolean;
}

export const specs: fc.Arbitrary<readonly Spec[]> = fc.array(fc.record({
  kind: fc.constantFrom<Kind>('LSTM', 'GRU', 'SimpleRNN', 'LSTM', 'GRU', 'Bidirectional', 'Bidirectional', 'TimeDistributed', 'Dense', 'Conv1D', 'BatchNormalization', 'LayerNormalization', 'Dropout'),
  inner: fc.constantFrom('LSTM', 'GRU', 'SimpleRNN'), units: fc.integer({ min: 1, max: 4 }), activation: fc.constantFrom(...activations),
  recurrent: fc.constantFrom('sigmoid', 'hard_sigmoid', 'tanh'), bias: fc.boolean(), flag: fc.boolean(), mode: fc.constantFrom('concat', 'sum', 'mul', 'ave'),
  padding: fc.constantFrom('valid', 'same', 'causal'), taps: fc.integer({ min: 1, max: 3 }), softmax: fc.boolean(),
}), { minLength: 1, maxLength: 5 });

/** Multiples of 1/64 in [-1, 1), and above 0.2 for variances. */
export function variable(random: RandomGenerator, name: string, ...shape: number[]): Variable {
  const size = shape.reduce((product, n) => product * n, 1);
  const least = name === 'moving_variance' ? 1.25 : 0;
  return { name, shape, data: Float32Array.from({ length: size }, () => Math.floor(uniform(random) * 128) / 64 - 1 + least) };
}

const gates = { LSTM: 4, GRU: 3, SimpleRNN: 1 };

/** A recurrent layer's configuration and variables. */
export function recurrent(random: RandomGenerator, kind: Spec['inner'], spec: Spec, width: number, name: string, more: JsonObject): { config: JsonObject & { name: string }; variables: Variable[] } {
  const { activation, bias, flag, recurrent: gate, units } = spec;
  const n = gates[kind] * units;
  const config = {
    name, trainable: true, dtype: 'float32', units, activation, use_bias: bias, dropout: 0, recurrent_dropout: 0, unroll: false, kernel_regularizer: null, return_state: false, stateful: false, seed: null,
    ...(kind === 'SimpleRNN' ? {} : { recurrent_activation: gate }), ...(kind === 'GRU' ? { reset_after: flag } : kind === 'LSTM' ? { unit_forget_bias: true } : {}), ...more,
  };
  const biases = bias ? [kind === 'GRU' && flag ? variable(random, 'bias', 2, n) : variable(random, 'bias', n)] : [];
  return { config, variables: [variable(random, 'kernel', width, n), variable(random, 'recurrent_kernel', units, n), ...biases] };
}

function dense(random: RandomGenerator, spec: Spec, width: number, name: string): { config: JsonObject & { name: string }; variables: Variable[] } {
  const { activation, bias, softmax, units } = spec;
  return {
    config: { name, trainable: true, units, activation: softmax ? 'softmax' : activation, use_bias: bias, bias_initializer: { class_name: 'Zeros', config: {} }, kernel_constraint: null },
    variables: [variable(random, 'kernel', width, units), ...(bias ? [variable(random, 'bias', units)] : [])],
  };
}

/** @param masked whether Masking comes first. @param convolution false where the writer could not have built it behind a mask. */
export function makeChain(random: RandomGenerator, given: readonly Spec[], masked: boolean, convolution: boolean): Chain {
  const [steps, features] = [7, 3];
  const layers: KerasLayer[] = [];
  let width = features;
  const name = (stem: string): string => `${stem}_${layers.length + 1}`;
  const put = (className: string, config: KerasLayer['config'], ...variables: KerasLayer['variables']): void => { layers.push({ className, config, variables }); };
  if (masked) put('Masking', { name: name('masking'), mask_value: 0, dtype: 'float32' });
  for (const [i, spec] of given.entries()) {
    const { kind, units } = spec;
    const sequences = { return_sequences: true as JsonValue };
    switch (kind) {
      case 'LSTM':
      case 'GRU':
      case 'SimpleRNN': {
        const last = i === given.length - 1 && spec.flag;
        const { config, variables } = recurrent(random, kind, spec, width, name(kind.toLowerCase()), { return_sequences: !last, go_backwards: spec.softmax });
        put(kind, config, { folder: 'cell', variables });
        width = units;
        break;
      }
      case 'Bidirectional': {
        const ahead = recurrent(random, spec.inner, spec, width, 'inner', { ...sequences, go_backwards: false });
        const back = recurrent(random, spec.inner, spec, width, 'inner', sequences);
        put('Bidirectional', { name: name('bidirectional'), trainable: true, merge_mode: spec.mode, layer: { class_name: spec.inner, config: ahead.config } },
          { folder: 'forward_layer/cell', variables: ahead.variables }, { folder: 'backward_layer/cell', variables: back.variables });
        width = spec.mode === 'concat' ? 2 * units : units;
        break;
      }
      case 'TimeDistributed': {
        const { config, variables } = dense(random, spec, width, 'inner');
        put('TimeDistributed', { name: name('time_distributed'), layer: { class_name: 'Dense', config } }, { folder: 'layer', variables });
        width = units;
        break;
      }
      case 'Dense': {
        const { config, variables } = dense(random, spec, width, name('dense'));
        put('Dense', config, { folder: '', variables });
        width = units;
        break;
      }
      case 'Conv1D':
        if (!convolution) break;
        put('Conv1D', {
          name: name('conv1d'), filters: units, kernel_size: [spec.taps], strides: [1], padding: spec.padding === 'valid' ? 'same' : spec.padding, dilation_rate: [spec.flag ? 2 : 1], data_format: 'channels_last', groups: 1,
          activation: spec.activation, use_bias: spec.bias,
        }, { folder: '', variables: [variable(random, 'kernel', spec.taps, width, units), ...(spec.bias ? [variable(random, 'bias', units)] : [])] });
        width = units;
        break;
      case 'BatchNormalization':
        put('BatchNormalization', { name: name('batch_normalization'), axis: spec.flag ? 2 : -1, momentum: 0.9, epsilon: 0.01, center: true, scale: true },
          { folder: '', variables: ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((each) => variable(random, each, width)) });
        break;
      case 'LayerNormalization':
        put('LayerNormalization', { name: name('layer_normalization'), axis: spec.flag ? [2] : -1, epsilon: 0.01, center: true, scale: true }, { folder: '', variables: ['gamma', 'beta'].map((each) => variable(random, each, width)) });
        break;
      case 'Dropout': put('Dropout', { name: name('dropout'), rate: 0.5, noise_shape: null, seed: null }, { folder: 'seed_generator', variables: [variable(random, 'state', 2)] });
    }
  }
  return { layers: layers.length > 0 ? layers : [{ className: 'Dropout', config: { name: 'dropout', rate: 0.1 }, variables: [] }], steps, features, masked };
}

/** Samples; with a mask some steps are zeros. */
export function samplesOf({ features, masked, steps }: Chain, random: RandomGenerator): number[][][] {
  return Array.from({ length: 2 }, (_, b) => Array.from({ length: steps }, (_t, t) => Array.from({ length: features }, () => (masked && (t + b) % 3 === 1 ? 0 : Math.floor(uniform(random) * 128) / 64 - 0.9375))));
}
