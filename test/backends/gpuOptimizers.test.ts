/** Updates on the gpu backend, against the float64 cpu backend; a guard that is not finite keeps every bit. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels, Tensor } from '../../src/backend.js';
import { compareKernels, testModes, withVulkan } from './gpuModes.js';
import { host, randomTensor } from '../support/values.js';

const shape = [3, 5];
const positive = (name: string): ReturnType<typeof host> => host(shape, randomTensor(9, name, shape).data.map((v) => 0.1 + v * v));
const inputs = {
  p: shape, g: shape, m: shape, v: positive('v'), vMax: positive('vMax'), rate: host([1], [0.013]), scale: host([1], [0.7]), correction: host([2], [1.9, 3.1]), weights: host([3], [0.8, 0.3, 1.7]),
};

/** Every update once, named by what it returns. */
function updates(k: Kernels, t: Record<keyof typeof inputs, Tensor>, guard: Tensor): Record<string, Tensor> {
  const results: Record<string, Tensor> = {};
  const c = (x: Tensor): Tensor => k.copy(x);
  const keep = (name: string, made: Readonly<Record<string, Tensor | undefined>>): void => {
    for (const [key, tensor] of Object.entries(made)) if (tensor) results[`${name} ${key}`] = tensor;
  };
  for (const clipValue of [0, 0.4]) {
    const settings = { learningRate: t.rate, gradientScale: t.scale, clipValue, decay: clipValue / 4, guard };
    keep(`sgd ${clipValue}`, k.sgd(c(t.p), t.g, undefined, settings, 0, false));
    keep(`momentum ${clipValue}`, k.sgd(c(t.p), t.g, c(t.m), settings, 0.9, false));
    keep(`nesterov ${clipValue}`, k.sgd(c(t.p), t.g, c(t.m), settings, 0.9, true));
    keep(`rmsprop ${clipValue}`, k.rmsprop(c(t.p), t.g, { v: c(t.v) }, settings, 0.9, 0, 1e-7));
    keep(`rmsprop centred ${clipValue}`, k.rmsprop(c(t.p), t.g, { v: c(t.v), mean: c(t.m) }, settings, 0.9, 0, 1e-7));
    keep(`rmsprop momentum ${clipValue}`, k.rmsprop(c(t.p), t.g, { v: c(t.v), velocity: c(t.m) }, settings, 0.9, 0.8, 1e-7));
    keep(`rmsprop both ${clipValue}`, k.rmsprop(c(t.p), t.g, { v: c(t.v), mean: c(t.m), velocity: c(t.m) }, settings, 0.9, 0.8, 1e-7));
    keep(`adagrad ${clipValue}`, k.adagrad(c(t.p), t.g, c(t.v), settings, 0.1));
    keep(`nadam ${clipValue}`, k.nadam(c(t.p), t.g, c(t.m), c(t.v), t.weights, { ...settings }, 0.9, 0.999, 1e-7));
    const adam = { ...settings };
    keep(`adam ${clipValue}`, k.adam(c(t.p), t.g, c(t.m), c(t.v), undefined, t.correction, adam, 0.9, 0.999, 1e-7));
    keep(`adamw amsgrad ${clipValue}`, k.adam(c(t.p), t.g, c(t.m), c(t.v), c(t.vMax), t.correction, adam, 0.9, 0.999, 1e-7));
  }
  keep('kept', { kept: k.keepIfFinite(guard, c(t.p), t.m) });
  return results;
}

if (withVulkan()) {
  testModes('updates', async (backend) => {
    await compareKernels(backend, { ...inputs, guard: host([1], [3.5]), huge: host([1], [-1e30]) }, (k, t) => ({
      ...updates(k, t, t.guard), 'large but finite': k.keepIfFinite(t.huge, k.copy(t.p), t.m),
    }));
  });

  testModes('clipping by norm', async (backend) => {
    await compareKernels(backend, { small: host([1], [0.09]), large: host([1], [49]) }, (k, { small, large }) => ({
      below: k.clipScale(small, 2), above: k.clipScale(large, 2), none: k.clipScale(large, Infinity),
    }));
  });

  for (const bad of [NaN, Infinity, -Infinity]) {
    testModes(`a guard of ${bad} keeps every old value, whatever the gradient`, async (backend) => {
      const names = ['p', 'g', 'm', 'v', 'vMax', 'rate', 'scale', 'correction', 'weights'] as const;
      const values = names.map((name) => {
        const given = inputs[name];
        return 'data' in given ? given : randomTensor(11, name, given);
      });
      values[1] = { shape, data: new Float64Array(15).fill(NaN) };
      const device = backend.open();
      let labels: string[] = [];
      const program = device.compile((k, tensors) => {
        const opened = Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Record<keyof typeof inputs, Tensor>;
        const results = updates(k, opened, tensors[9] ?? k.zeros([1]));
        labels = Object.keys(results);
        return { outputs: Object.values(results), variables: [] };
      }, [...values.map((value) => value.shape), [1]], []);
      const outputs = await program.run([...values.map(({ data }) => data), Float32Array.of(bad)]);
      device.dispose();
      assert.is(labels.length, 59);
      const old = { p: 'p', velocity: 'm', mean: 'm', m: 'm', v: 'v', sum: 'v', vMax: 'vMax', kept: 'p' } as const;
      labels.forEach((label, i) => {
        const key = (label.split(' ').at(-1) ?? '') as keyof typeof old;
        assert.equal(Array.from(outputs[i] ?? []), Array.from(values[names.indexOf(old[key])]?.data ?? [], Math.fround), label);
      });
    });
  }

  test.run();
}
