/** Errata 1–4: what the gradient through time is, and when it vanishes. */
import { lstmProject, lstmStepBackward, lstmStepForward, rnnProject, rnnStepBackward, rnnStepForward, rnnWeightGradients } from 'bptt';
import type { Tensor } from 'bptt';
import { compute, identity, matrix, norm, relativeError, short, vector, zeros } from './compute.js';
import type { Matrix } from './compute.js';

/** A network whose loss is L = h_T · v: the terms t = T of equations 2 to 9. */
interface Network { readonly W: Matrix; readonly U: Matrix; readonly activation: 'tanh' | 'relu'; readonly x: readonly Matrix[] }
const v = matrix([[1, -0.5, 0.7]]);

function lossOf({ W, U, activation, x }: Network): number {
  const inputs = Object.fromEntries(x.map((value, t) => [`x${t}`, value]));
  const { h } = compute({ W, U, b: zeros(3), h0: zeros(1, 3), ...inputs }, (k, tensors) => {
    const p = { kernel: tensors.W, recurrentKernel: tensors.U, bias: tensors.b };
    const last = x.reduce((state, _, t) => rnnStepForward(k, p, rnnProject(k, p, at(tensors, t)), state, activation).h, tensors.h0);
    return { h: last };
  });
  return h.reduce((sum, value, j) => sum + value * (v.data[j] ?? 0), 0);
}

function at(tensors: Readonly<Record<string, Tensor>>, t: number): Tensor {
  const tensor = tensors[`x${t}`];
  if (!tensor) throw new Error(`no x${t}`);
  return tensor;
}

/** ∂L/∂weights by central differences: the judge. */
function measured(network: Network, name: 'W' | 'U'): Float64Array {
  const weights = network[name];
  const moved = (i: number, by: number): number =>
    lossOf({ ...network, [name]: { shape: weights.shape, data: weights.data.map((w, j) => (j === i ? w + by : w)) } });
  return weights.data.map((_, i) => (moved(i, 1e-5) - moved(i, -1e-5)) / 2e-5);
}

/** Our gradients (V5, V6) and those of the published equations, which send v·(Uᵀ)^(T−k) back to step k. */
function gradients({ W, U, activation, x }: Network) {
  const inputs = Object.fromEntries(x.map((value, t) => [`x${t}`, value]));
  return compute({ W, U, b: zeros(3), h0: zeros(1, 3), v, ...inputs }, (k, tensors) => {
    const p = { kernel: tensors.W, recurrentKernel: tensors.U, bias: tensors.b };
    const grads = { kernel: k.zeros([2, 3]), recurrentKernel: k.zeros([3, 3]), bias: k.zeros([3]) };
    const published = { W: k.zeros([2, 3]), withHk: k.zeros([3, 3]), withHBefore: k.zeros([3, 3]) };
    const caches = [];
    let h = tensors.h0;
    for (let t = 0; t < x.length; t++) {
      const step = rnnStepForward(k, p, rnnProject(k, p, at(tensors, t)), h, activation);
      caches.push(step.cache);
      h = step.h;
    }
    let dh = tensors.v;
    let power = tensors.v;
    for (const [t, cache] of [...caches.entries()].reverse()) {
      const step = rnnStepBackward(k, p, cache, dh, activation);
      rnnWeightGradients(k, grads, at(tensors, t), cache.hIn, step.dz);
      published.W = k.matmulTo('tn', published.W, at(tensors, t), power); // equation 9
      published.withHk = k.matmulTo('tn', published.withHk, cache.h, power); // equation 7
      published.withHBefore = k.matmulTo('tn', published.withHBefore, cache.hIn, power);
      dh = step.dh;
      power = k.matmul('nt', power, tensors.U);
    }
    return { dW: grads.kernel, dU: grads.recurrentKernel, equation9: published.W, equation7: published.withHk, corrected7: published.withHBefore };
  });
}

const U = matrix([[0.8, -0.5, 0.2], [0.4, 0.7, -0.6], [-0.3, 0.5, 0.9]]);
const W = matrix([[1, -0.5, 0.3], [0.2, 0.8, -1]]);
const inputsOf = (scale: number): Matrix[] => Array.from({ length: 20 }, (_, t) => matrix([[Math.sin(t) + scale, Math.cos(0.7 * t) + scale]]));
const tanhNetwork: Network = { W, U, activation: 'tanh', x: inputsOf(0) };
/** Positive throughout, so that relu is the identity: a linear network. */
const absolute = ({ shape, data }: Matrix, scale: number): Matrix => ({ shape, data: data.map((w) => scale * Math.abs(w)) });
const linearNetwork: Network = { W: absolute(W, 1), U: absolute(U, 0.5), activation: 'relu', x: inputsOf(1.5) };

/** ∂h_T/∂h_0 of a network at rest or driven by x, as rows of the identity sent back. */
function jacobianNorms(recurrent: Matrix, steps: number, drive: number): { truth: number; power: number } {
  const n = recurrent.shape[0] ?? 0;
  const results = compute({ W: identity(n), U: recurrent, b: zeros(n), x: { shape: [n, n], data: new Float64Array(n * n).fill(drive) }, h0: zeros(n, n), I: identity(n) }, (k, t) => {
    const p = { kernel: t.W, recurrentKernel: t.U, bias: t.b };
    const caches = [];
    let h = t.h0;
    for (let step = 0; step < steps; step++) {
      const next = rnnStepForward(k, p, rnnProject(k, p, t.x), h, 'tanh');
      caches.push(next.cache);
      h = next.h;
    }
    const truth = caches.reverse().reduce((dh, cache) => rnnStepBackward(k, p, cache, dh, 'tanh').dh, t.I);
    const power = caches.reduce((dh) => k.matmul('nt', dh, t.U), t.I);
    return { truth, power };
  });
  return { truth: norm(results.truth), power: norm(results.power) };
}

export function* throughTime(): Generator<string> {
  const ours = gradients(tanhNetwork);
  const judgeU = measured(tanhNetwork, 'U');
  const judgeW = measured(tanhNetwork, 'W');
  yield 'tanh, 3 units, 20 steps; relative distance to central differences';
  yield `  recurrent weights: V6 ${short(relativeError(ours.dU, judgeU))}   equation 7 ${short(relativeError(ours.equation7, judgeU))}`;
  yield `  input weights:     V5 ${short(relativeError(ours.dW, judgeW))}   equation 9 ${short(relativeError(ours.equation9, judgeW))}`;
  const driven = jacobianNorms(U, 50, 0.5);
  yield `  norm of dh_50/dh_0: product of diag(phi')W ${short(driven.truth)}   power of W ${short(driven.power)}`;
}

export function* enteringState(): Generator<string> {
  const ours = gradients(linearNetwork);
  const judgeU = measured(linearNetwork, 'U');
  yield 'linear, 3 units, 20 steps; relative distance to central differences';
  yield `  equation 7 with H_k ${short(relativeError(ours.equation7, judgeU))}   with H_(k-1) ${short(relativeError(ours.corrected7, judgeU))}`;
  yield `  equation 9 ${short(relativeError(ours.equation9, measured(linearNetwork, 'W')))}`;
}

export function* entries(): Generator<string> {
  const small = jacobianNorms(matrix(Array.from({ length: 4 }, () => [0.5, 0.5, 0.5, 0.5])), 20, 0);
  const large = jacobianNorms(matrix([[0, 5], [0, 0]]), 20, 0);
  yield `every entry 0.5, 4 units:  norm of dh_20/dh_0 = ${short(small.truth)}`;
  yield `an entry 5, [[0,5],[0,0]]: norm of dh_20/dh_0 = ${short(large.truth)}`;
}

export function* cellState(): Generator<string> {
  for (const bias of [0, 1, 5]) {
    const { dc } = compute({ W: zeros(1, 4), U: zeros(1, 4), b: vector([0, bias, 0, 0]), x: zeros(1, 1), h: zeros(1, 1), c: matrix([[0.5]]), one: matrix([[1]]) }, (k, t) => {
      const p = { kernel: t.W, recurrentKernel: t.U, bias: t.b };
      const caches = [];
      let state = { h: t.h, c: t.c };
      for (let step = 0; step < 100; step++) {
        const next = lstmStepForward(k, p, lstmProject(k, p, t.x), state.h, state.c);
        caches.push(next.cache);
        state = next;
      }
      return { dc: caches.reverse().reduce((d, cache) => lstmStepBackward(k, p, cache, t.h, d).dc, t.one) };
    });
    yield `forget bias ${bias}: dc_100/dc_0 = ${short(dc[0] ?? NaN)}`;
  }
}
