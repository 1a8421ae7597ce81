/** Errata 5–7 and 11: gates, biases, dropout, and how far an LSTM can reach. */
import { Dropout, lstmProject, lstmStepForward } from 'bptt';
import { compute, matrix, short, vector, zeros } from './compute.js';
import type { Matrix } from './compute.js';

interface Run { readonly z: readonly number[]; readonly bias: readonly number[]; readonly inputs: readonly number[]; readonly c0?: number }

/** One LSTM unit with h·U = 0: h and c after all inputs. */
function unit({ z, bias, inputs, c0 = 0 }: Run): { h: number; c: number } {
  const x = Object.fromEntries(inputs.map((value, t) => [`x${t}`, matrix([[value]])]));
  const last = compute<string, 'h' | 'c'>({ W: matrix([z]), U: zeros(1, 4), b: vector(bias), h: zeros(1, 1), c: matrix([[c0]]), ...x }, (k, t) => {
    const get = (name: string) => t[name] ?? k.zeros([1, 1]);
    const p = { kernel: get('W'), recurrentKernel: get('U'), bias: get('b') };
    let state = { h: get('h'), c: get('c') };
    for (let step = 0; step < inputs.length; step++) state = lstmStepForward(k, p, lstmProject(k, p, get(`x${step}`)), state.h, state.c);
    return { h: state.h, c: state.c };
  });
  return { h: last.h[0] ?? NaN, c: last.c[0] ?? NaN };
}

const silence = (steps: number): number[] => new Array<number>(steps).fill(0);

export function* withoutBiases(): Generator<string> {
  const z = [3, -2, 4, 5];
  yield `zero input, zero state, 50 steps: h = ${short(unit({ z, bias: [0, 0, 0, 0], inputs: silence(50) }).h)} without biases, ${short(unit({ z, bias: [1, 1, 0.5, 1], inputs: silence(50) }).h)} with biases (1, 1, 0.5, 1)`;
  yield `c = 1, then 10 steps of silence:  c = ${short(unit({ z, bias: [0, 0, 0, 0], inputs: silence(10), c0: 1 }).c)} without biases, ${short(unit({ z, bias: [0, 5, 0, 0], inputs: silence(10), c0: 1 }).c)} with forget bias 5`;
}

export function* labels(): Generator<string> {
  const [zi, zf, zg, zo] = [0.5, 1, -1, 2];
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
  const right = unit({ z: [zi, zf, zg, zo], bias: [0, 0, 0, 0], inputs: [1], c0: 1 });
  const mislabelled = Math.tanh(zg) * 1 + sigmoid(zi) * sigmoid(zf);
  yield `forget gate: equation 3 gives ${short(sigmoid(zf))}, in (0, 1); equation 2, labelled so, gives ${short(Math.tanh(zg))}, in (-1, 1)`;
  yield `new memory from c = 1: ${short(right.c)} with the equations, ${short(mislabelled)} with the labels`;
}

export function* dropoutIsNoGate(): Generator<string> {
  const logit = (share: number): number => Math.log(share / (1 - share));
  const gated = (f: number): number => unit({ z: [0, 0, 0, 0], bias: [0, logit(f), 0, 0], inputs: silence(20), c0: 1 }).c;
  yield `forget gate held at 0.2, 20 steps: c = 1 becomes ${short(gated(0.2))}; at 0.8: ${short(gated(0.8))}`;
  const dropout = new Dropout({ rate: 0.2 });
  const ones: Matrix = matrix([[1, 1, 1, 1, 1]]);
  const { train, infer } = compute({ ones, mask: matrix([[1.25, 1.25, 0, 1.25, 1.25]]) }, (k, t) => ({
    train: dropout.forward({ k, training: true, noise: [t.mask] }, {}, {}, [t.ones]).outputs[0] ?? t.ones,
    infer: dropout.forward({ k, training: false, noise: [] }, {}, {}, [t.ones]).outputs[0] ?? t.ones,
  }));
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  yield `dropout of rate 0.2: ${train.join(' ')} in training, mean ${short(mean(train))}; ${infer.join(' ')} at inference`;
}

export function* boundedOutput(): Generator<string> {
  const trend = Array.from({ length: 200 }, (_, t) => t * 1000);
  const { h, c } = unit({ z: [1, 1, 1, 1], bias: [0, 1, 0, 0], inputs: trend });
  yield `input rising from 0 to ${trend.at(-1)}: c = ${short(c)}, h = ${short(h)}`;
}
