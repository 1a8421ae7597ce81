/** Every recurrent cell, for tests that run over all of them. */
import type { Kernels, Tensor } from '../../src/backend.js';
import { GRU } from '../../src/layers/gru.js';
import { Layer } from '../../src/layers/layer.js';
import type { AnyLayer, Forward, JsonObject, NoTensors, Run } from '../../src/layers/layer.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentOptions } from '../../src/layers/recurrent.js';
import { SimpleRNN } from '../../src/layers/simpleRnn.js';
import type { Shape } from '../../src/tensor.js';

export const cellKinds = ['rnn-tanh', 'rnn-relu', 'lstm', 'lstm-peephole', 'gru', 'gru-reset-before'] as const;
export type CellKind = (typeof cellKinds)[number];

/** A layer of one of the kinds; the names are those of the golden files. */
export function makeRecurrent(kind: CellKind, options: RecurrentOptions): SimpleRNN | LSTM | GRU {
  switch (kind) {
    case 'rnn-tanh': return new SimpleRNN(options);
    case 'rnn-relu': return new SimpleRNN({ ...options, activation: 'relu' });
    case 'lstm': return new LSTM(options);
    case 'lstm-peephole': return new LSTM({ ...options, peepholes: true });
    case 'gru': return new GRU(options);
    case 'gru-reset-before': return new GRU({ ...options, resetAfter: false });
  }
}

/** {@link makeRecurrent} for callers that do not mind the cell. */
export function recurrentLayer(kind: CellKind, options: RecurrentOptions): AnyLayer {
  return makeRecurrent(kind, options);
}

/** Joins its inputs along the last axis. For tests: the library's own joining lives inside Bidirectional. */
export class Concat extends Layer<NoTensors, NoTensors, readonly number[]> {
  override readonly kind = 'concat';
  override readonly className = 'Concat';

  override config(): JsonObject {
    return {};
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [[...(inputs[0] ?? []).slice(0, -1), inputs.reduce((total, shape) => total + (shape.at(-1) ?? 0), 0)]];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, readonly number[]> {
    return { outputs: [k.concat(inputs)], cache: inputs.map((x) => x.shape.at(-1) ?? 1) };
  }

  override backward({ k }: Run, _p: NoTensors, widths: readonly number[], [dy]: readonly (Tensor | undefined)[]): Tensor[] {
    return dy ? k.split(dy, widths) : [];
  }
}

/** Turns the time axis of [B, T, D] round. For tests. */
export class ReverseTime extends Layer<NoTensors, NoTensors, null> {
  override readonly kind = 'reverse_time';
  override readonly className = 'ReverseTime';

  override config(): JsonObject {
    return {};
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [this.single(inputs)];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, null> {
    return { outputs: [turned(k, this.single(inputs))], cache: null };
  }

  override backward({ k }: Run, _p: NoTensors, _cache: null, [dy]: readonly (Tensor | undefined)[]): Tensor[] {
    return dy ? [turned(k, dy)] : [];
  }
}

function turned(k: Kernels, x: Tensor): Tensor {
  const byTime = k.swapLeading(x);
  const steps = byTime.shape[0] ?? 0;
  return k.swapLeading(k.stack(Array.from({ length: steps }, (_, t) => k.row(byTime, steps - 1 - t))));
}
