/**
 * What is measured. W1–W9 are the recurrent workloads this project is judged by (images.ts has W10 and W11): one training
 * step (forward, loss, backpropagation through time, Adam at 0.001) on one batch.
 */
import { Adam, Dense, Dropout, LSTM, Sequential, SimpleRNN, randomStream } from 'bptt';
import type { Backend } from 'bptt';

export interface Workload {
  readonly cell: 'lstm' | 'rnn';
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
};

/** Square matrix products. */
export const products: Readonly<Record<string, number>> = { M1: 64, M2: 256, M3: 512, M4: 1024 };

/** Uniform in [−√3, √3]: mean 0, variance 1. */
export function randomArray(size: number, seed: number): Float32Array {
  const random = randomStream(seed, 'bench');
  return new Float32Array(size).map(() => (random.next() / 2 ** 31) * Math.sqrt(3));
}

export function buildModel(workload: Workload, backend: Backend): Sequential {
  const { cell, layers, dropout = [], head } = workload;
  const recurrent = layers.flatMap((units, i) => {
    const options = { units, returnSequences: i < layers.length - 1 };
    const layer = cell === 'lstm' ? new LSTM(options) : new SimpleRNN(options);
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
