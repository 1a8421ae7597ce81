/**
 * Recurrent networks. W1–W9 and W14–W17 are training steps (forward, loss, backpropagation through time, Adam at 0.001) on one batch
 * (images.ts has W10 and W11, sequences.ts W12 and W13); p predictions; s one step of a stream.
 */
import { Adam, Dense, Dropout, GRU, LSTM, Sequential, SimpleRNN, randomStream } from 'bptt';
import type { Backend } from 'bptt';

export interface Workload {
  readonly cell: 'lstm' | 'gru' | 'rnn';
  /** Batch, time steps, input width. */
  readonly batch: number;
  readonly steps: number;
  readonly inputs: number;
  /** Units of each recurrent layer. */
  readonly layers: readonly number[];
  /** Dropout after each recurrent layer. */
  readonly dropout?: readonly number[];
  /** Units of each dense layer. */
  readonly head: readonly number[];
  /** States are kept between calls. */
  readonly stateful?: boolean;
  readonly about: string;
}

const narrow = { cell: 'lstm', batch: 32, steps: 20, inputs: 4, head: [1] } as const;

export const workloads: Readonly<Record<string, Workload>> = {
  W1: { cell: 'lstm', batch: 32, steps: 50, inputs: 1, layers: [50, 100], head: [1], about: 'LSTM 50 → LSTM 100' },
  W2: { ...narrow, layers: [5], about: 'LSTM 5' },
  W3: { ...narrow, layers: [25], about: 'LSTM 25' },
  W4: { ...narrow, layers: [125], about: 'LSTM 125' },
  W5: { ...narrow, layers: [250], about: 'LSTM 250' },
  W6: { ...narrow, layers: [5, 5, 5, 5, 5], about: 'five LSTM 5' },
  W7: { ...narrow, cell: 'rnn', layers: [125], about: 'tanh RNN 125' },
  W8: { cell: 'lstm', batch: 10, steps: 60, inputs: 1, layers: [50, 50], dropout: [0.3, 0.2], head: [25, 1], about: 'LSTM 50 → LSTM 50, dropout, dense 25' },
  W9: { cell: 'lstm', batch: 20, steps: 12, inputs: 11, layers: [200], head: [1], about: 'LSTM 200' },
  W14: { ...narrow, cell: 'gru', layers: [250], about: 'GRU 250' },
  W15: { cell: 'lstm', batch: 256, steps: 50, inputs: 1, layers: [50], head: [1], about: 'LSTM 50, batch 256' },
  W16: { cell: 'lstm', batch: 64, steps: 100, inputs: 8, layers: [128, 128], head: [1], about: 'LSTM 128 → LSTM 128, 100 steps, batch 64' },
  W17: { cell: 'lstm', batch: 32, steps: 1000, inputs: 1, layers: [50], head: [1], about: 'LSTM 50, 1000 steps' },
};

const pair = { cell: 'lstm', steps: 50, inputs: 1, layers: [50, 100], head: [1], about: 'LSTM 50 → LSTM 100' } as const;

/** Predictions: what a service waits for. */
export const predictions: Readonly<Record<string, Workload>> = {
  p1: { ...pair, batch: 1 },
  p2: { ...pair, batch: 1, layers: [50], about: 'LSTM 50' },
  p3: { cell: 'lstm', batch: 1, steps: 100, inputs: 8, layers: [128, 128], head: [1], about: 'LSTM 128 → LSTM 128, 100 steps' },
  p4: { ...pair, batch: 32 },
  p5: { cell: 'lstm', batch: 1, steps: 20, inputs: 4, layers: [250], head: [1], about: 'LSTM 250, 20 steps' },
};

/** One step at a time, states kept. */
export const streams: Readonly<Record<string, Workload>> = {
  s1: { cell: 'lstm', batch: 1, steps: 1, inputs: 8, layers: [64], head: [1], stateful: true, about: 'LSTM 64' },
};

/** Uniform in [−√3, √3]: mean 0, variance 1. */
export function randomArray(size: number, seed: number): Float32Array {
  const random = randomStream(seed, 'bench');
  return new Float32Array(size).map(() => (random.next() / 2 ** 31) * Math.sqrt(3));
}

/** Floating-point operations of the products alone; a training step has the two gradients of each as well, but none of the data. */
export function productOperations({ cell, layers, batch, steps, inputs, head, stateful = false }: Workload, training: boolean): number {
  const gates = { lstm: 4, gru: 3, rnn: 1 }[cell];
  let width = inputs;
  let [sum, ofData] = [0, 0];
  layers.forEach((units, i) => {
    const each = 2 * batch * gates * units;
    if (i === 0) ofData = each * steps * width;
    sum += each * (steps * width + (stateful ? steps : steps - 1) * units); // the first step has no state to multiply by
    width = units;
  });
  for (const units of head) {
    sum += 2 * batch * width * units;
    width = units;
  }
  return training ? 3 * sum - ofData : sum;
}

export function buildModel(workload: Workload, backend: Backend): Sequential {
  const { cell, layers, dropout = [], head, stateful } = workload;
  const Cell = { lstm: LSTM, gru: GRU, rnn: SimpleRNN }[cell];
  const recurrent = layers.flatMap((units, i) => {
    const layer = new Cell({ units, returnSequences: i < layers.length - 1, ...(stateful ? { stateful } : {}) });
    const rate = dropout[i];
    return rate === undefined ? [layer] : [layer, new Dropout({ rate })];
  });
  const model = new Sequential([...recurrent, ...head.map((units) => new Dense({ units }))], {
    inputShape: [workload.steps, workload.inputs], seed: 1,
  });
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse', backend });
  return model;
}

export function buildData({ batch, steps, inputs }: Workload): { x: { data: Float32Array; shape: number[] }; y: { data: Float32Array; shape: number[] } } {
  return {
    x: { data: randomArray(batch * steps * inputs, 1), shape: [batch, steps, inputs] },
    y: { data: randomArray(batch, 2), shape: [batch, 1] },
  };
}
