/** Convolution, pooling, residual blocks and a small ResNet against PyTorch: outputs, every gradient, running statistics. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ResidualBlock } from '../../src/blocks/residual.js';
import { ResNet } from '../../src/blocks/resnet.js';
import { Conv1D, Conv2D } from '../../src/layers/conv2d.js';
import { Dense } from '../../src/layers/dense.js';
import type { AnyLayer, SymbolicTensor } from '../../src/layers/layer.js';
import { AveragePool1D, AveragePool2D, GlobalAveragePool1D, GlobalAveragePool2D, MaxPool1D, MaxPool2D } from '../../src/layers/pooling.js';
import { Input } from '../../src/layers/layer.js';
import { buildNetwork } from '../../src/models/graph/network.js';
import type { Network } from '../../src/models/graph/network.js';
import { readGolden } from '../golden/read.js';
import type { Golden } from '../golden/read.js';
import { assertClose } from '../support/compare.js';
import { casesOf, compareLayer, precisions } from '../support/goldenLayer.js';
import { runNetwork } from '../support/network.js';
import type { Named } from '../support/network.js';

for (const [file, count, make] of [
  ['conv2d', 6, (options: ConstructorParameters<typeof Conv2D>[0]): AnyLayer => new Conv2D(options)],
  ['conv1d', 4, (options: ConstructorParameters<typeof Conv1D>[0]): AnyLayer => new Conv1D(options)],
] as const) {
  const golden = readGolden(file);
  const cases = casesOf(golden);
  test(`${file}: all cases are here`, () => assert.is(cases.length, count));
  for (const [name, options] of cases) {
    test(`${file}, ${name}: ${JSON.stringify(options)}`, () => {
      const shape = golden.get(`${name}/kernel`).shape;
      const layer = make({ ...options, kernelSize: (file === 'conv2d' ? shape.slice(0, 2) : shape[0]) as number, filters: shape.at(-1) ?? 0, name: 'it' });
      compareLayer(golden, name, layer, options.useBias === false ? ['kernel'] : ['kernel', 'bias']);
    });
  }
}

const pools = readGolden('pooling');
test('pooling: all cases are here', () => assert.is(casesOf(pools).length, 7));
for (const [name, options] of casesOf(pools)) {
  test(`pooling, ${name}: ${JSON.stringify(options)}`, () => {
    const Max = name.endsWith('Time') ? MaxPool1D : MaxPool2D;
    const Average = name.endsWith('Time') ? AveragePool1D : AveragePool2D;
    compareLayer(pools, name, name.startsWith('max') ? new Max(options) : new Average(options), []);
  });
}
test('pooling, global', () => {
  compareLayer(pools, 'global', new GlobalAveragePool2D(), []);
  compareLayer(pools, 'globalTime', new GlobalAveragePool1D(), []);
});

/** A network whose weights the file has by our own keys: one training step, then inference with the statistics before it. */
function compareNetwork(golden: Golden, place: string, network: Network): void {
  const inPlace = Object.keys(golden.tensors).filter((key) => key.startsWith(place)).map((key) => key.slice(place.length));
  const weights: Named = Object.fromEntries(inPlace.filter((key) => !/^(train|inference)\/|^(x|R)$/.test(key)).map((key) => [key, golden.get(place + key)]));
  for (const [backend, tolerance] of precisions) {
    for (const mode of ['train', 'inference']) {
      const result = runNetwork(
        network, { weights, inputs: [golden.get(`${place}x`)], dOutputs: [golden.get(`${place}R`)], training: mode === 'train' }, backend,
      );
      const compared = new Set<string>();
      const close = (actual: ArrayLike<number> | undefined, key: string): void => {
        compared.add(key);
        assertClose(actual ?? [], golden.get(`${place}${mode}/${key}`).data, tolerance, `${place}${mode}, ${backend.description}: ${key}`);
      };
      close(result.outputs[0], 'out');
      close(result.inputGradients[0], 'grad/x');
      for (const [key, gradient] of Object.entries(result.gradients)) close(gradient, `grad/${key}`);
      if (mode === 'train') for (const [key, state] of Object.entries(result.states)) close(state, key);
      assert.equal([...compared].sort(), inPlace.filter((key) => key.startsWith(`${mode}/`)).map((key) => key.slice(mode.length + 1)).sort(), 'every tensor was compared');
    }
  }
}

function after(x: SymbolicTensor, ...parts: readonly { apply: (x: SymbolicTensor) => SymbolicTensor }[]): Network {
  return buildNetwork([x], [parts.reduce((tensor, part) => part.apply(tensor), x)]);
}

const blocks = readGolden('residual');
test('residual blocks: all cases are here', () => assert.is(casesOf(blocks).length, 4));
for (const [name, options] of casesOf(blocks)) {
  test(`residual block, ${name}: ${JSON.stringify(options)}`, () => {
    const block = new ResidualBlock({ ...options, filters: Number(options.filters), name: 'block' });
    compareNetwork(blocks, `${name}/`, after(Input({ shape: blocks.get(`${name}/x`).shape.slice(1) }), block));
  });
}

test('a small ResNet with its head', () => {
  const golden = readGolden('resnet');
  const trunk = new ResNet({ blocks: [1, 2], widths: [3, 4], stem: { kernelSize: 5 } });
  const network = after(Input({ shape: golden.get('x').shape.slice(1) }), trunk, new GlobalAveragePool2D(), new Dense({ units: 2 }));
  compareNetwork(golden, '', network);
});

test.run();
