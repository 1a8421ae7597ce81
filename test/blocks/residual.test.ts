/** Residual blocks and ResNets: gradients, wiring, names, sizes. PyTorch's numbers: layers/convolutionGolden.test.ts. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Block } from '../../src/blocks/block.js';
import { ResidualBlock } from '../../src/blocks/residual.js';
import { ResNet, resnet34 } from '../../src/blocks/resnet.js';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { Input } from '../../src/layers/layer.js';
import { buildNetwork, trainableWeights } from '../../src/models/graph/network.js';
import type { Network } from '../../src/models/graph/network.js';
import { sizeOf } from '../../src/tensor.js';
import type { Shape } from '../../src/tensor.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, networkRunner, projections, randomWeights, runNetwork } from '../support/network.js';
import { dot, numericGradient, randomTensor } from '../support/values.js';

const blocks: readonly (readonly [string, () => Block, Shape])[] = [
  ['identity', () => new ResidualBlock({ filters: 3 }), [2, 5, 4, 3]],
  ['stride 2', () => new ResidualBlock({ filters: 4, stride: 2 }), [3, 5, 4, 3]],
  ['more channels', () => new ResidualBlock({ filters: 4 }), [2, 3, 4, 3]],
  ['projected on demand', () => new ResidualBlock({ filters: 3, projection: true }), [2, 4, 3, 3]],
  ['without batch normalisation', () => new ResidualBlock({ filters: 3, stride: 2, batchNorm: false }), [2, 5, 4, 2]],
  ['ResNet', () => new ResNet({ blocks: [1, 2], widths: [3, 4], stem: { kernelSize: 5 } }), [3, 9, 8, 2]],
  ['ResNet with the stem for small images', () => new ResNet({ blocks: [1], widths: [2], stem: { filters: 3, kernelSize: 3, stride: 1, pool: false } }), [2, 3, 4, 1]],
];

for (const [name, make, inputShape] of blocks) {
  test(`${name}: gradients of every weight and of the input, in training and at inference`, async () => {
    for (const training of [true, false]) await assertGradients(make(), { inputShape, seed: 5, training }, name);
  });
}

test('the same block twice shares its weights; their gradients add up', () => {
  const block = new ResidualBlock({ filters: 2, name: 'b' });
  const x = Input({ shape: [3, 4, 2] });
  const network = buildNetwork([x], [block.apply(block.apply(x))]);
  assert.equal(trainableWeights(network).map(({ key }) => key), trainableWeights(networkOf(new ResidualBlock({ filters: 2, name: 'b' }), [3, 4, 2])).map(({ key }) => key));
  const weights = randomWeights(network, 3);
  const inputs = [randomTensor(2, 'x', [2, 3, 4, 2])];
  const dOutputs = projections(network, 2, 4);
  const { gradients, inputGradients } = runNetwork(network, { weights, inputs, dOutputs });
  const forward = networkRunner(network, { weights, inputs });
  const loss = (): number => dot(forward().outputs, dOutputs.map((d) => d.data));
  for (const [key, gradient] of Object.entries(gradients)) assertClose(gradient, numericGradient(loss, weights[key]?.data ?? new Float64Array()), 1e-7, key);
  assertClose(inputGradients[0] ?? [], numericGradient(loss, inputs[0]?.data ?? new Float64Array()), 1e-7, 'dx');
});

test('with a path of zeros the identity shortcut is all there is', () => {
  const network = networkOf(new ResidualBlock({ filters: 2, name: 'b' }), [3, 4, 2]);
  const weights = randomWeights(network, 1);
  for (const key of ['b.norm2/gamma', 'b.norm2/beta']) weights[key]?.data.fill(0);
  const x = randomTensor(1, 'x', [2, 3, 4, 2]);
  const dy = randomTensor(1, 'dy', [2, 3, 4, 2]);
  const { outputs, inputGradients } = runNetwork(network, { weights, inputs: [x], dOutputs: [dy] });
  assertSame(outputs[0] ?? [], x.data.map((v) => Math.max(0, v)), 'y = relu(x)');
  assertSame(inputGradients[0] ?? [], x.data.map((v, i) => (v > 0 ? dy.data[i] ?? NaN : 0)), 'dx');
});

function names(network: Network): string[] {
  return network.nodes.map(({ name }) => name);
}

test('every layer of a block stands in the graph under a name', () => {
  assert.equal(names(networkOf(new ResidualBlock({ filters: 4, stride: 2, name: 'b' }), [6, 5, 3])),
    ['b.shortcut', 'b.shortcutNorm', 'b.conv1', 'b.norm1', 'b.relu1', 'b.conv2', 'b.norm2', 'b.add', 'b.relu2']);
  assert.equal(names(networkOf(new ResidualBlock({ filters: 3 }), [6, 5, 3])),
    ['conv2d', 'batch_norm', 'activation', 'conv2d_1', 'batch_norm_1', 'add', 'activation_1']);
  const small = networkOf(new ResNet({ blocks: [1, 1], widths: [3, 4], name: 'eye' }), [20, 30, 3]);
  assert.equal(names(small).filter((name) => /conv|shortcut$/.test(name)),
    ['eye.stem.conv', 'eye.stage1.block1.conv1', 'eye.stage1.block1.conv2', 'eye.stage2.block1.shortcut', 'eye.stage2.block1.conv1', 'eye.stage2.block1.conv2']);
  assert.equal(networkOf(new ResidualBlock({ filters: 4, stride: 2 }), [7, 10, 3]).outputs[0]?.shape, [4, 5, 4]);
});

test('resnet34 is the published one: 34 layers with weights, 21,284,672 of them without the last', () => {
  const network = networkOf(resnet34(), [350, 350, 3]);
  const trained = trainableWeights(network);
  assert.is(trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0), 21_284_672);
  assert.is(trained.filter(({ key }) => key.endsWith('/kernel') && !key.includes('shortcut')).length, 33);
  assert.is(trained.filter(({ key }) => key.includes('shortcut/')).length, 3);
  assert.is(trained.filter(({ key }) => key.endsWith('/bias')).length, 0);
  const shapeOf = (name: string): Shape | undefined => network.nodes.find((node) => node.name === name)?.outputShapes[0];
  assert.equal(['stem.conv', 'stem.pool', 'stage1.block3.relu2', 'stage2.block4.relu2', 'stage3.block6.relu2', 'stage4.block3.relu2'].map(shapeOf),
    [[175, 175, 64], [88, 88, 64], [88, 88, 64], [44, 44, 128], [22, 22, 256], [11, 11, 512]]);
});

test('refusals', () => {
  assert.match(thrown(ArgumentError, () => new ResidualBlock({ filters: 1.5 })).message, /ResidualBlock: filters must be a whole number/);
  assert.match(thrown(ArgumentError, () => new ResNet({ blocks: [1, 2], widths: [4] })).message, /two lists of one length.*got \[1,2\] and \[4\]/);
  assert.match(thrown(ArgumentError, () => new ResNet({ blocks: [0] })).message, /ResNet: blocks/);
  assert.match(thrown(ArgumentError, () => resnet34({ stem: { kernelSize: 4 } })).message, /stem\.kernelSize must be an odd number, got 4/);
  const [a, b] = [Input({ shape: [4, 4, 2] }), Input({ shape: [4, 4, 2] })];
  assert.match(thrown(ShapeError, () => new ResidualBlock({ filters: 2 }).applyAll([a, b])).message, /one tensor, got 2/);
  assert.match(thrown(ShapeError, () => resnet34().apply(Input({ shape: [32, 32] }))).message, /Conv2D 'stem\.conv': input must be \[batch, height, width, channels\]/);
  assert.match(thrown(ArgumentError, () => buildNetwork([a], [resnet34().apply(a), resnet34().apply(a)])).message, /'stem\.conv' twice/);
});

test.run();
