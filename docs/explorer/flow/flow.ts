/** ‖∂L/∂h_t‖ of three cells whose recurrent matrices have a given spectral radius, and their gates a given bias. */
import { GRU, LSTM, Sequential, SimpleRNN, randomStream, wasm } from 'bptt';
import type { Backend, Model } from 'bptt';
import { gradientFlow } from 'bptt/explain';

export const STEPS = 60;
export const UNITS = 16;
const BATCH = 4;

export interface FlowSettings {
  /** ρ: every block of U is ρ times an orthogonal matrix, whose eigenvalues all have absolute value 1. */
  readonly rho: number;
  /** Biases of the gates that keep: f of the LSTM, z of the GRU. */
  readonly forget: number;
  readonly update: number;
  /** Standard deviation of the inputs: large ones saturate the units. */
  readonly size: number;
  readonly seed: number;
}

export type FlowCell = 'RNN' | 'LSTM' | 'GRU';

export interface Flow {
  readonly settings: FlowSettings;
  /** [T] ‖∂L/∂h_t‖ over ‖∂L/∂h_T‖; `LSTM memory` is ‖∂L/∂c_t‖, over that of step T − 1, the first that hears of it. */
  readonly curves: Readonly<Record<FlowCell | 'LSTM memory', Float64Array>>;
  /** ρ^(T−t), what a linear cell would give. */
  readonly theory: Float64Array;
  /** The norm of the gradient of all weights. */
  readonly norms: Readonly<Record<FlowCell, number>>;
}

const CELLS = {
  RNN: { layer: () => new SimpleRNN({ units: UNITS, name: 'cell' }), blocks: 1 },
  LSTM: { layer: () => new LSTM({ units: UNITS, name: 'cell' }), blocks: 4 },
  GRU: { layer: () => new GRU({ units: UNITS, name: 'cell' }), blocks: 3 },
} as const;

export const sigmoid = (bias: number): number => 1 / (1 + Math.exp(-bias));

/**
 * What a step back multiplies by at most while states are near 0, by cell: the absolute values of eigenvalues of ∂S_t/∂S_{t−1} there, where φ′ = 1, i = o = r = ½
 * and the way through the gates, whose slopes carry the state as a factor, is nothing.
 */
export function mostOfAStep({ rho, forget, update }: Pick<FlowSettings, 'rho' | 'forget' | 'update'>): Readonly<Record<FlowCell, number>> {
  const [f, z] = [sigmoid(forget), sigmoid(update)];
  return { RNN: rho, LSTM: f + rho / 4, GRU: z + ((1 - z) * rho) / 2 };
}

/** Uniform, of variance 1. */
function noise(length: number, seed: number, name: string): Float64Array {
  const random = randomStream(seed, name);
  return Float64Array.from({ length }, () => Math.sqrt(12) * ((random.next() >>> 0) / 2 ** 32 - 0.5));
}

/** An orthogonal matrix [H, H], as the library draws one. */
function orthogonal(seed: number): ArrayLike<number> {
  const model = new Sequential([new SimpleRNN({ units: UNITS, name: 'cell', recurrentInitializer: 'orthogonal' })], { inputShape: [1, 1], seed });
  const { data } = model.getWeights()['cell/recurrentKernel'] ?? { data: [] };
  return Array.from({ length: UNITS * UNITS }, (_, i) => Number(data[i]));
}

function recurrentKernel(blocks: number, { rho, seed }: FlowSettings): { readonly data: Float64Array; readonly shape: number[] } {
  const data = new Float64Array(UNITS * UNITS * blocks);
  for (let block = 0; block < blocks; block++) {
    const q = orthogonal(seed + 100 * block);
    for (let row = 0; row < UNITS; row++) {
      for (let column = 0; column < UNITS; column++) data[row * blocks * UNITS + block * UNITS + column] = rho * (q[row * UNITS + column] ?? 0);
    }
  }
  return { data, shape: [UNITS, UNITS * blocks] };
}

/** Zero but for one block. */
function bias(blocks: number, block: number, value: number): { readonly data: Float64Array; readonly shape: number[] } {
  return { data: new Float64Array(UNITS * blocks).fill(value, block * UNITS, (block + 1) * UNITS), shape: [UNITS * blocks] };
}

function relative(norms: Float64Array): Float64Array {
  const last = [...norms].reverse().find((norm) => norm > 0) ?? 1;
  return norms.map((norm) => norm / last);
}

async function measure(name: FlowCell, backend: Backend, settings: FlowSettings): Promise<{ h: Float64Array; c?: Float64Array; norm: number }> {
  const { layer, blocks } = CELLS[name];
  const model: Model = new Sequential([layer()], { inputShape: [STEPS, 1], seed: settings.seed });
  model.compile({ loss: 'mse', backend });
  model.setWeights({
    'cell/recurrentKernel': recurrentKernel(blocks, settings),
    ...(name === 'LSTM' ? { 'cell/bias': bias(4, 1, settings.forget) } : name === 'GRU' ? { 'cell/bias': bias(3, 1, settings.update) } : {}),
  });
  const x = { data: noise(BATCH * STEPS, settings.seed, 'input').map((value) => settings.size * value), shape: [BATCH, STEPS, 1] };
  const y = { data: noise(BATCH * UNITS, settings.seed, 'target'), shape: [BATCH, UNITS] };
  const [flow] = await gradientFlow(model, x, y);
  const { gradients } = await model.lossAndGradients(x, y);
  let squares = 0;
  for (const { data } of Object.values(gradients)) for (let i = 0; i < data.length; i++) squares += Number(data[i]) ** 2;
  model.dispose();
  return { h: relative(flow?.h ?? new Float64Array(STEPS)), ...(flow?.c ? { c: relative(flow.c) } : {}), norm: Math.sqrt(squares) };
}

/** On WebAssembly, whose numbers are the same on every machine. */
export async function flowOf(settings: FlowSettings): Promise<Flow> {
  const backend = await wasm();
  const rnn = await measure('RNN', backend, settings);
  const lstm = await measure('LSTM', backend, settings);
  const gru = await measure('GRU', backend, settings);
  return {
    settings,
    curves: { 'RNN': rnn.h, 'LSTM': lstm.h, 'GRU': gru.h, 'LSTM memory': lstm.c ?? new Float64Array(STEPS) },
    theory: Float64Array.from({ length: STEPS }, (_, i) => settings.rho ** (STEPS - 1 - i)),
    norms: { RNN: rnn.norm, LSTM: lstm.norm, GRU: gru.norm },
  };
}
