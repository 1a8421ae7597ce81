/**
 * Fifty training steps of a stacked LSTM with dropout, and the SHA-256 of the weights after them.
 *
 * Initial weights and data come from whole-number arithmetic: the library's initialisers use Math.log, Math.cos and
 * Math.sqrt, and the standard leaves the last bit of the first two to the engine.
 */
import type { Backend } from '../../src/backend.js';
import { Dense } from '../../src/layers/dense.js';
import { Dropout } from '../../src/layers/dropout.js';
import { LSTM } from '../../src/layers/lstm.js';
import { Sequential } from '../../src/models/sequential.js';
import { Adam } from '../../src/optimizers/adam.js';
import { sizeOf } from '../../src/tensor.js';
import type { Shape } from '../../src/tensor.js';

/** In [−0.5, 0.5), different for each tensor: a linear congruential generator on 32 bits. */
function filled(shape: Shape, seed: number): { data: Float32Array; shape: Shape } {
  let state = seed;
  const data = new Float32Array(sizeOf(shape)).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  return { data, shape };
}

function hexadecimal(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param pinned initial weights as described above; else those of the seed. */
export async function fiftySteps(backend: Backend, pinned = true): Promise<string> {
  const [batch, steps, inputs] = [32, 11, 5];
  const model = new Sequential([
    new LSTM({ units: 37, returnSequences: true, recurrentDropout: 0.1 }), new Dropout({ rate: 0.3 }),
    new LSTM({ units: 66 }), new Dropout({ rate: 0.2 }), new Dense({ units: 3 }),
  ], { inputShape: [steps, inputs], seed: 42 });
  model.compile({ optimizer: new Adam({ globalClipNorm: 1 }), loss: 'mse', backend });
  if (pinned) {
    const weights = Object.entries(model.getWeights()).map(([key, { shape }], i) => [key, filled(shape, i + 1)] as const);
    model.setWeights(Object.fromEntries(weights));
  }
  const x = filled([batch, steps, inputs], 101);
  const y = filled([batch, 3], 102);
  for (let step = 0; step < 50; step++) await model.trainOnBatch(x, y);
  const values = Object.entries(model.getWeights()).sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, { data }]) => Array.from(data));
  model.dispose();
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => bytes.setFloat32(i * 4, value, true));
  return hexadecimal(await crypto.subtle.digest('SHA-256', bytes.buffer));
}
