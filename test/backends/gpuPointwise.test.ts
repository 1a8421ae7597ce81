/** Activations, gates, norms and losses on the gpu backend, against the float64 cpu backend. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActivationKind, LossKind, Tensor } from '../../src/backend.js';
import { compareKernels, testModes, withVulkan } from './gpuModes.js';
import { host, randomTensor } from '../support/values.js';

const activations: readonly ActivationKind[] = ['linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'gelu', 'softplus', 'hardSigmoidFifth', 'hardSigmoidSixth'];
const losses: readonly LossKind[] = ['mse', 'mae', 'huber', 'logCosh', 'binaryCrossentropy', 'categoricalCrossentropy', 'quantile'];

/** From the steep middle to where float32's exp overflows, both signs. */
const extremes = [0, 1e-6, 1e-3, 0.02, 0.1, 0.29, 0.31, 0.7, 1.3, 3, 6.5, 9.9, 11, 20, 79, 81, 90, 120, 1000].flatMap((x) => [x, -x]);

if (withVulkan()) {
  testModes('activations and their slopes, from tiny to huge', async (backend) => {
    // Each range apart: an output is measured against its largest entry.
    for (const range of [0.3, 4, 15, 1000]) {
      const x = extremes.filter((v) => Math.abs(v) <= range);
      await compareKernels(backend, { x: host([x.length], x), dy: [x.length] }, (k, t) => Object.fromEntries(activations.flatMap((kind) => {
        const y = k.activate(kind, t.x, 0.3);
        return [[`${kind} to ${range}`, y], [`${kind} backward to ${range}`, k.activateBackward(kind, t.x, y, t.dy, 0.3)]];
      })));
    }
  });

  testModes('activations let NaN through', async (backend) => {
    const device = backend.open();
    const program = device.compile((k, [x]) => ({ outputs: x ? activations.map((kind) => k.activate(kind, x, 0.3)) : [], variables: [] }), [[3]], []);
    const outputs = await program.run([Float32Array.of(1, NaN, -1)]);
    device.dispose();
    assert.is(outputs.length, activations.length);
    outputs.forEach((y, i) => assert.equal(Array.from(y, Number.isNaN), [false, true, false], activations[i]));
  });

  testModes('softmax and losses let NaN through', async (backend) => {
    const device = backend.open();
    const program = device.compile((k, [p = k.zeros([2, 3]), t = p]) => ({
      outputs: [k.softmax(p), ...losses.map((kind) => k.loss(kind, p, t, undefined, 0.3).loss)], variables: [],
    }), [[2, 3], [2, 3]], []);
    for (const bad of [0, 1, 2]) {
      const [softmax = [], ...values] = await program.run([Float32Array.of(1, 2, 3, 4, 5, 6).fill(NaN, 3 + bad, 4 + bad), new Float32Array(6).fill(0.5)]);
      assert.equal(Array.from(softmax, Number.isNaN), [false, false, false, true, true, true]);
      values.forEach(([loss], i) => assert.ok(Number.isNaN(loss), `${losses[i]} is ${loss}`));
    }
    device.dispose();
  });

  testModes('softmax', async (backend) => {
    await compareKernels(backend, { x: [4, 5], big: host([2, 3], [1000, 1001, 999, -1000, 0, 700]), dy: [4, 5], dBig: [2, 3] }, (k, { x, big, dy, dBig }) => {
      const [y, yBig] = [k.softmax(x), k.softmax(big)];
      return { y, yBig, dx: k.softmaxBackward(y, dy), dBig: k.softmaxBackward(yBig, dBig) };
    });
  });

  testModes('LSTM gates, with and without peepholes', async (backend) => {
    const [b, h] = [3, 5];
    await compareKernels(backend, {
      z: [b, 4 * h], cp: [b, h], p: [3, h], dh: [b, h], dc: [b, h], target: [3, h], rows: [7, 4 * h], before: [7, h], after: [7, h],
    }, (k, { z, cp, p, dh, dc, target, rows, before, after }) => {
      const results: Record<string, Tensor> = {};
      for (const peephole of [undefined, p]) {
        const forward = k.lstmGates(k.copy(z), cp, peephole);
        const name = peephole ? 'peephole' : 'plain';
        for (const [key, value] of Object.entries(forward)) results[`${name} ${key}`] = value as Tensor;
        for (const past of [undefined, dc]) {
          const back = k.lstmGatesBackward(forward, cp, dh, past, peephole);
          results[`${name} ${past ? 'dc' : 'no dc'} dz`] = back.dz;
          results[`${name} ${past ? 'dc' : 'no dc'} dcPrevious`] = back.dcPrevious;
        }
      }
      results.peepholeTo = k.lstmPeepholeTo(k.copy(target), rows, before, after);
      results.peepholeToZeros = k.lstmPeepholeTo(k.zeros([3, h]), rows, before, after);
      return results;
    });
  });

  testModes('GRU gates, reset after and before the product', async (backend) => {
    const [b, h] = [4, 3];
    await compareKernels(backend, { xz: [b, 3 * h], hz: [b, 3 * h], hz2: [b, 2 * h], hp: [b, h], hIn: [b, h], rhU: [b, h], dh: [b, h], drh: [b, h] },
      (k, { xz, hz, hz2, hp, hIn, rhU, dh, drh }) => {
        const after = k.gruGates(xz, hz, hp);
        const afterBack = k.gruGatesBackward(after.gates, hz, hp, dh);
        const reset = k.gruReset(xz, hz2, hIn);
        const rh = k.copy(reset.rh);
        const blend = k.gruBlend(reset.gates, xz, rhU, hp);
        const blendBack = k.gruBlendBackward(blend.gates, hp, dh);
        const dhPrevious = k.copy(blendBack.dhPrevious);
        const resetBack = k.gruResetBackward(blendBack.dxz, blend.gates, hIn, drh);
        return {
          gates: after.gates, h: after.h, dxz: afterBack.dxz, dhz: afterBack.dhz, dhPrevious: afterBack.dhPrevious,
          rh, blended: blend.gates, next: blend.h, dhPreviousBefore: dhPrevious, dxzBefore: resetBack.dxz, dhRecurrent: resetBack.dhRecurrent,
        };
      });
  });

  /** 150 rows: columns whose sums threads share. */
  for (const rows of [6, 150]) testModes(`layer and batch normalisation of ${rows} rows`, async (backend) => {
    const n = 5;
    const variance = host([n], randomTensor(3, 'variance', [n]).data.map((v) => 0.2 + Math.abs(v)));
    await compareKernels(backend, {
      x: [rows, n], gamma: [n], beta: [n], dy: [rows, n], dGamma: [n], dBeta: [n], mean: [n], variance,
    }, (k, { x, gamma, beta, dy, dGamma, dBeta, mean, variance: v }) => {
      const results: Record<string, Tensor> = { moving: k.movingAverage(mean, v, 0.93) };
      const layer = k.layerNorm(x, gamma, beta, 1e-3);
      const batch = k.batchNorm(x, gamma, beta, 1e-3);
      const inference = k.batchNormInference(x, gamma, beta, mean, v, 1e-3);
      const backs = {
        layer: k.layerNormBackward(x, layer, gamma, dy, k.copy(dGamma), k.copy(dBeta)),
        layerZeros: k.layerNormBackward(x, layer, gamma, dy, k.zeros([n]), k.zeros([n])),
        batch: k.batchNormBackward(x, batch, gamma, dy, k.copy(dGamma), k.copy(dBeta)),
        inference: k.batchNormInferenceBackward(x, inference, gamma, dy, k.copy(dGamma), k.copy(dBeta)),
      };
      for (const [name, record] of Object.entries({ layer, batch, inference })) {
        for (const [key, tensor] of Object.entries(record)) results[`${name} ${key}`] = tensor as Tensor;
      }
      for (const [name, record] of Object.entries(backs)) for (const [key, tensor] of Object.entries(record)) results[`${name} ${key}`] = tensor;
      return results;
    }, 1e-5);
  });

  testModes('losses, with and without row weights, and far out', async (backend) => {
    const [rows, n] = [13, 7];
    const far = host([9, 1], [1e-5, 0.3, -0.3, 5, -5, 50, -50, 200, -200]);
    const chances = host([rows, n], randomTensor(4, 'chances', [rows, n]).data.map((v) => 1 / (1 + Math.exp(-v))));
    await compareKernels(backend, { p: [rows, n], t: chances, w: [rows], far, zero: host([9, 1], new Float64Array(9)), one: [1, 1], goal: [1, 1] }, (k, t) => {
      const results: Record<string, Tensor> = {};
      for (const kind of losses) {
        for (const weights of [undefined, t.w]) {
          const { loss, dPrediction } = k.loss(kind, t.p, t.t, weights, 0.3);
          results[`${kind} ${weights ? 'weighted ' : ''}loss`] = loss;
          results[`${kind} ${weights ? 'weighted ' : ''}gradient`] = dPrediction;
        }
        const single = k.loss(kind, t.one, t.goal, undefined, 0.3);
        results[`${kind} of one`] = single.loss;
        const away = k.loss(kind, t.far, t.zero, undefined, 0.3);
        results[`${kind} far`] = away.loss;
        results[`${kind} far gradient`] = away.dPrediction;
      }
      return results;
    }, 5e-6);
  });

  test.run();
}
