/** Sizes that no kernel can take are refused where the network is built; large ones that mean something are computed alike. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  AveragePool1D, AveragePool2D, Bidirectional, Concatenate, Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Dense, DepthwiseConv1D, Flatten, GRU, Input, LSTM, MaxPool1D, MaxPool2D, Model, RepeatVector, Reshape,
  ResidualBlock, SeparableConv1D, Sequential, SimpleRNN, TimeDistributed, UpSampling1D, UpSampling2D, ZeroPad1D, ZeroPad2D, cpu, tensor, wasm, zeros,
} from '../../src/index.js';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { assertClose, thrown } from '../support/compare.js';
import { randomTensor } from '../support/values.js';

type Made = ConstructorParameters<typeof Sequential>[0][number];

const sequence: Readonly<Record<string, (n: number) => Made>> = {
  'LSTM units': (n) => new LSTM({ units: n }),
  'GRU units': (n) => new GRU({ units: n }),
  'SimpleRNN units': (n) => new SimpleRNN({ units: n }),
  'Bidirectional units': (n) => new Bidirectional({ layer: new LSTM({ units: n }) }),
  'TimeDistributed units': (n) => new TimeDistributed({ layer: new Dense({ units: n }) }),
  'Dense units': (n) => new Dense({ units: n }),
  'Conv1D filters': (n) => new Conv1D({ filters: n, kernelSize: 1 }),
  'Conv1D kernelSize': (n) => new Conv1D({ filters: 1, kernelSize: n, padding: 'same' }),
  'Conv1D padding': (n) => new Conv1D({ filters: 1, kernelSize: 2, padding: [0, n] }),
  'Conv1DTranspose filters': (n) => new Conv1DTranspose({ filters: n, kernelSize: 1 }),
  'Conv1DTranspose kernelSize': (n) => new Conv1DTranspose({ filters: 1, kernelSize: n }),
  'Conv1DTranspose stride': (n) => new Conv1DTranspose({ filters: 1, kernelSize: 1, stride: n }),
  'Conv1DTranspose outputPadding': (n) => new Conv1DTranspose({ filters: 1, kernelSize: 1, outputPadding: n }),
  'DepthwiseConv1D depthMultiplier': (n) => new DepthwiseConv1D({ kernelSize: 1, depthMultiplier: n }),
  'SeparableConv1D filters': (n) => new SeparableConv1D({ filters: n, kernelSize: 1 }),
  'MaxPool1D poolSize': (n) => new MaxPool1D({ poolSize: n, padding: 'same' }),
  'AveragePool1D padding': (n) => new AveragePool1D({ poolSize: n, padding: [n - 1, 0] }),
  'ZeroPad1D padding': (n) => new ZeroPad1D({ padding: n }),
  'UpSampling1D size': (n) => new UpSampling1D({ size: n }),
  'RepeatVector n': (n) => new RepeatVector({ n }),
  'Reshape targetShape': (n) => new Reshape({ targetShape: [n, -1] }),
};

const images: Readonly<Record<string, (n: number) => Made>> = {
  'Conv2D filters': (n) => new Conv2D({ filters: n, kernelSize: 1 }),
  'Conv2D kernelSize': (n) => new Conv2D({ filters: 1, kernelSize: [1, n], padding: 'same' }),
  'Conv2DTranspose padding': (n) => new Conv2DTranspose({ filters: 1, kernelSize: 2, padding: [[n, 0], [0, 1]] }),
  'Conv2D padding': (n) => new Conv2D({ filters: 1, kernelSize: 2, padding: [[n, 0], [0, 1]] }),
  'MaxPool2D poolSize': (n) => new MaxPool2D({ poolSize: [n, 1], padding: 'same' }),
  'AveragePool2D poolSize': (n) => new AveragePool2D({ poolSize: n, padding: 'same' }),
  'UpSampling2D size': (n) => new UpSampling2D({ size: [1, n] }),
  'ZeroPad2D padding': (n) => new ZeroPad2D({ padding: n }),
  'ResidualBlock filters': (n) => new ResidualBlock({ filters: n }),
};

/** Options that are no size of any tensor by themselves: refused only where they do not fit into a kernel's 32 bits. */
const distances: Readonly<Record<string, (n: number) => AnyLayer>> = {
  'Conv1D stride': (n) => new Conv1D({ filters: 2, kernelSize: 2, stride: n }),
  "Conv1D stride, padding 'same'": (n) => new Conv1D({ filters: 2, kernelSize: 3, stride: n, padding: 'same' }),
  'Conv1D dilation of one tap': (n) => new Conv1D({ filters: 2, kernelSize: 1, dilation: n }),
  'MaxPool1D stride': (n) => new MaxPool1D({ poolSize: 3, stride: n, padding: 1 }),
  'AveragePool1D stride': (n) => new AveragePool1D({ poolSize: 2, stride: n }),
};

const tooLarge = [2 ** 30, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 1e12, 2 ** 53, 1e300];
const noSizes = [-1, 1.5, NaN, Infinity];

for (const [makers, inputShape] of [[sequence, [6, 2]], [images, [4, 5, 2]], [distances, [6, 2]]] as const) {
  for (const [what, make] of Object.entries(makers)) {
    test(`${what}: refused by name where no kernel takes it`, () => {
      for (const n of [...tooLarge, ...noSizes]) {
        if (n === -1 && what.startsWith('Reshape')) continue; // both to be worked out: a refusal of its own
        let caught: unknown;
        try {
          new Sequential([make(n)], { inputShape });
        } catch (error) {
          caught = error;
        }
        assert.ok(caught instanceof ArgumentError || caught instanceof ShapeError, `${n}: ${String(caught)}`);
      }
    });
  }
}

for (const [what, make] of Object.entries(distances)) {
  test(`${what}: however large, wasm and cpu agree`, async () => {
    const x = randomTensor(4, 'x', [2, 6, 2]);
    for (const n of [5, 7, 2 ** 16, 2 ** 29, 2 ** 30 - 1]) {
      const results = [];
      for (const backend of [cpu(), await wasm()]) {
        const model = new Sequential([new Conv1D({ filters: 2, kernelSize: 1 }), make(n), new Flatten(), new Dense({ units: 1 })], { inputShape: [6, 2], seed: 3 });
        model.compile({ loss: 'mse', backend });
        const { loss, gradients } = await model.lossAndGradients(x, [1, 2]);
        results.push([loss, ...Object.values(gradients).flatMap(({ data }) => [...data])]);
        model.dispose();
      }
      assertClose(results[1] ?? [], results[0] ?? [], 1e-5, String(n));
    }
  });
}

test('shapes whose product is too large are refused, whoever makes it', () => {
  for (const shape of [[2 ** 31], [2 ** 16, 2 ** 15], [2 ** 27, 2 ** 27, 2 ** 27]]) {
    assert.match(thrown(ShapeError, () => new Sequential([new Flatten()], { inputShape: shape })).message, /fewer than 2\^30 elements/);
  }
  // Each weight is small enough for its sizes, and too large for memory.
  assert.match(thrown(ShapeError, () => new Sequential([new Dense({ units: 40_000 })], { inputShape: [40_000] })).message, /Dense: kernel must be .*got \[40000, 40000\]/);
  assert.match(thrown(ShapeError, () => new Sequential([new LSTM({ units: 20_000 })], { inputShape: [3, 1] })).message, /LSTM: recurrentKernel must be/);
  // A graph of a few nodes that doubles its width with each.
  let wide = Input({ shape: [2] });
  const x = wide;
  for (let i = 0; i < 60; i++) wide = new Concatenate().apply([wide, wide]);
  assert.match(thrown(ShapeError, () => new Model({ inputs: [x], outputs: [wide] })).message, /output must be whole sizes/);
});

test('arrays that memory cannot hold, or that hold less than they say, are refused', () => {
  for (const n of [2 ** 40, 1e12, 2 ** 53, 1e300]) {
    thrown(ShapeError, () => zeros([n]));
    assert.match(thrown(ShapeError, () => tensor({ data: [1], shape: [n] })).message, /data must be \d.* numbers for shape/);
  }
});

test.run();
