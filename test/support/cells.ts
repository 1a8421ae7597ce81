/** One test bench for the pure step functions of the three cells. */
import type { Kernels, Tensor } from '../../src/backend.js';
import { gruProject, gruStepBackward, gruStepForward, gruWeightGradients } from '../../src/cells/gru.js';
import { lstmPeepholeGradients, lstmProject, lstmStepBackward, lstmStepForward, lstmWeightGradients } from '../../src/cells/lstm.js';
import { rnnProject, rnnStepBackward, rnnStepForward, rnnWeightGradients } from '../../src/cells/rnn.js';
import type { CellKind } from './recurrent.js';
import { gruRow, lstmRow, rnnRow } from './scalarCells.js';
import type { CellWeights } from './scalarCells.js';
import { runStep } from './step.js';
import { randomTensor } from './values.js';
import type { Host } from './values.js';

export interface StepCase {
  readonly kind: CellKind;
  readonly sizes: { readonly B: number; readonly D: number; readonly H: number };
  /** kernel, recurrentKernel, bias and, where the cell has it, recurrentBias or peephole. */
  readonly weights: Record<string, Host>;
  readonly x: Host;
  readonly states: Host[];
}

const gateCount: Record<CellKind, number> = { 'rnn-tanh': 1, 'rnn-relu': 1, lstm: 4, 'lstm-peephole': 4, gru: 3, 'gru-reset-before': 3 };

export function stepCase(kind: CellKind, sizes: StepCase['sizes'], seed: number): StepCase {
  const { B, D, H } = sizes;
  const G = gateCount[kind];
  const shapes: Record<string, number[]> = {
    kernel: [D, G * H], recurrentKernel: [H, G * H], bias: [G * H],
    ...(kind === 'gru' ? { recurrentBias: [3 * H] } : {}), ...(kind === 'lstm-peephole' ? { peephole: [3, H] } : {}),
  };
  const weights = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, randomTensor(seed, name, shape, 0.6)]));
  const states = (G === 4 ? ['h', 'c'] : ['h']).map((name) => randomTensor(seed, name, [B, H]));
  return { kind, sizes, weights, x: randomTensor(seed, 'x', [B, D]), states };
}

/** The step, row by row and number by number: h, then c. */
export function scalarStep({ kind, sizes: { B, D, H }, weights, x, states }: StepCase): number[][] {
  const data = (name: string): Float64Array => weights[name]?.data ?? new Float64Array();
  const w: CellWeights = {
    kernel: data('kernel'), recurrentKernel: data('recurrentKernel'), bias: data('bias'),
    recurrentBias: weights.recurrentBias?.data, peephole: weights.peephole?.data,
  };
  const row = (t: Host | undefined, b: number, width: number): number[] => Array.from(t?.data.subarray(b * width, (b + 1) * width) ?? []);
  const h: number[] = [];
  const c: number[] = [];
  for (let b = 0; b < B; b++) {
    const [xb, hb, cb] = [row(x, b, D), row(states[0], b, H), row(states[1], b, H)];
    if (kind.startsWith('lstm')) {
      const next = lstmRow(w, xb, hb, cb);
      h.push(...next.h);
      c.push(...next.c);
    } else {
      h.push(...(kind.startsWith('gru') ? gruRow(w, xb, hb) : rnnRow(w, xb, hb, kind === 'rnn-relu' ? (v) => Math.max(v, 0) : Math.tanh)));
    }
  }
  return states.length === 2 ? [h, c] : [h];
}

/** Names of what {@link stepGradients} returns, in order. */
export function gradientNames({ weights, states }: StepCase): string[] {
  return [...Object.keys(weights), 'x', ...['h', 'c'].slice(0, states.length)];
}

interface Written { readonly state: Tensor[]; readonly gradients: (dState: Tensor[]) => Tensor[] }

/** One step written with the pure functions of src/cells. */
function write(k: Kernels, { kind, weights }: StepCase, tensors: readonly Tensor[]): Written {
  const names = Object.keys(weights);
  const p = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
  const [x, h, c] = tensors.slice(names.length);
  const { kernel, recurrentKernel, bias, recurrentBias, peephole } = p;
  if (!kernel || !recurrentKernel || !bias || !x || !h) throw new Error('a tensor is missing');
  const params = { kernel, recurrentKernel, bias };
  const zero = (): typeof params => ({ kernel: k.zeros(kernel.shape), recurrentKernel: k.zeros(recurrentKernel.shape), bias: k.zeros(bias.shape) });

  if (c) {
    const all = peephole ? { ...params, peephole } : params;
    const step = lstmStepForward(k, all, lstmProject(k, params, x), h, c);
    return {
      state: [step.h, step.c],
      gradients([dh = step.h, dc]) {
        const past = lstmStepBackward(k, all, step.cache, dh, dc);
        const grads = { ...zero(), ...(peephole ? { peephole: k.zeros(peephole.shape) } : {}) };
        lstmWeightGradients(k, grads, x, h, past.dz);
        lstmPeepholeGradients(k, grads, past.dz, { cPrevious: c, c: step.c });
        return [...names.map((name) => grads[name as 'kernel']), k.matmul('nt', past.dz, kernel), past.dh, past.dc];
      },
    };
  }
  if (kind.startsWith('gru')) {
    const all = recurrentBias ? { ...params, recurrentBias } : params;
    const options = { resetAfter: kind === 'gru' };
    const step = gruStepForward(k, all, gruProject(k, params, x), h, options);
    return {
      state: [step.h],
      gradients([dh = step.h]) {
        const past = gruStepBackward(k, all, step.cache, dh, options);
        const grads = { ...zero(), ...(recurrentBias ? { recurrentBias: k.zeros(recurrentBias.shape) } : {}) };
        gruWeightGradients(k, grads, x, h, past.dxz, past.dhz, options.resetAfter ? undefined : step.cache.recurrent);
        return [...names.map((name) => grads[name as 'kernel']), k.matmul('nt', past.dxz, kernel), k.add(past.dhCarry, past.dhProduct)];
      },
    };
  }
  const activation = kind === 'rnn-relu' ? 'relu' : 'tanh';
  const step = rnnStepForward(k, params, rnnProject(k, params, x), h, activation);
  return {
    state: [step.h],
    gradients([dh = step.h]) {
      const past = rnnStepBackward(k, params, step.cache, dh, activation);
      const grads = zero();
      rnnWeightGradients(k, grads, x, h, past.dz);
      return [...names.map((name) => grads[name as 'kernel']), k.matmul('nt', past.dz, kernel), past.dh];
    },
  };
}

/** The state after one step: h, then c. */
export function stepForward(c: StepCase): Float64Array[] {
  return runStep([...Object.values(c.weights), c.x, ...c.states], (k, tensors) => write(k, c, tensors).state);
}

/** Gradients of Σ dState⊙state in the order of {@link gradientNames}. */
export function stepGradients(c: StepCase, dState: readonly Host[]): Float64Array[] {
  const given = [...Object.values(c.weights), c.x, ...c.states];
  return runStep([...given, ...dState], (k, tensors) => write(k, c, tensors.slice(0, given.length)).gradients(tensors.slice(given.length)));
}

/** A random ∂L/∂state for each state. */
export function randomStateGradients({ states, sizes: { B, H } }: StepCase, seed: number): Host[] {
  return states.map((_, i) => randomTensor(seed, `dState ${i}`, [B, H]));
}

/** The values to vary, in the order of {@link gradientNames}. */
export function varied({ weights, x, states }: StepCase): Host[] {
  return [...Object.values(weights), x, ...states];
}
