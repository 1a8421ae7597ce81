/** Training steps of sequence layers beside the recurrent ones, on one batch: W12 and W13. */
import { Adam, Dense, Embedding, GlobalAveragePool1D, Input, LSTM, Model, MultiHeadAttention } from 'bptt';
import type { Backend } from 'bptt';
import { randomArray } from './workloads.js';

export interface SequenceWorkload {
  /** `attention`: self-attention of 8 heads, mean over time, dense 1. `embedding`: Embedding of 64 numbers, LSTM 128, dense 1. */
  readonly net: 'attention' | 'embedding';
  readonly batch: number;
  readonly steps: number;
  /** Width of the sequence, or how many indices there are. */
  readonly inputs: number;
  readonly about: string;
}

export const sequenceWorkloads: Readonly<Record<string, SequenceWorkload>> = {
  W12: { net: 'attention', batch: 16, steps: 128, inputs: 128, about: 'multi-head attention, 8 heads of 16, 128 steps' },
  W13: { net: 'embedding', batch: 32, steps: 50, inputs: 1000, about: 'Embedding 1000 → 64, LSTM 128' },
};

export function buildSequenceModel({ net, steps, inputs }: SequenceWorkload, backend: Backend): Model {
  const input = Input({ shape: net === 'attention' ? [steps, inputs] : [steps] });
  const last = net === 'attention'
    ? new GlobalAveragePool1D().apply(new MultiHeadAttention({ numHeads: 8, keyDim: inputs / 8 }).apply(input))
    : new LSTM({ units: 128 }).apply(new Embedding({ inputDim: inputs, outputDim: 64 }).apply(input));
  const model = new Model({ inputs: input, outputs: new Dense({ units: 1 }).apply(last), seed: 1 });
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse', backend });
  return model;
}

export function buildSequenceData({ net, batch, steps, inputs }: SequenceWorkload): { x: { data: Float32Array; shape: number[] }; y: { data: Float32Array; shape: number[] } } {
  const y = { data: randomArray(batch, 2), shape: [batch, 1] };
  if (net === 'attention') return { x: { data: randomArray(batch * steps * inputs, 1), shape: [batch, steps, inputs] }, y };
  return { x: { data: randomArray(batch * steps, 1).map((v) => Math.floor((Math.abs(v) / Math.sqrt(3)) * inputs) % inputs), shape: [batch, steps] }, y };
}
