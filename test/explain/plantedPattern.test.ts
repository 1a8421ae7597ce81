/**
 * A small CNN learns to tell stripes across from stripes upright, at random places of noisy pictures that hold a chessboard too,
 * as bright and as large. What decides is known, so every map can be held against it; an untrained network is the control.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  classLogit, deletionInsertion, eigenCam, gradCam, gradCamPlusPlus, inputGradients, integratedGradients, layerCam, occlusion, overChannels, scoreCam,
} from '../../src/explain/index.js';
import { Adam, Concatenate, Conv2D, Dense, GlobalAveragePool2D, Input, LSTM, Model } from '../../src/index.js';
import type { Sequential } from '../../src/index.js';
import { randomStream } from '../../src/random.js';
import { randomTensor } from '../support/values.js';
import { chance, hitRate, network, pictures, side, smoothed } from './planted.js';

const [training, unseen] = [pictures(600, 1), pictures(100, 2)];
const options = { target: classLogit(unseen.classes), batchSize: 25 };
const atSeen = { ...options, layer: 'seen' };
type Maps = { data: ArrayLike<number>; shape: readonly number[] };

/** Every method, with the hit rate that a trained network must reach. */
const methods: Record<string, [atLeast: number, (model: Sequential) => Promise<Maps>]> = {
  'Grad-CAM': [0.95, async (model) => (await gradCam(model, unseen.x, atSeen)).resized],
  'Grad-CAM before the relu': [0.95, async (model) => (await gradCam(model, unseen.x, options)).resized],
  'Grad-CAM++': [0.95, async (model) => (await gradCamPlusPlus(model, unseen.x, atSeen)).resized],
  LayerCAM: [0.95, async (model) => (await layerCam(model, unseen.x, atSeen)).resized],
  'LayerCAM of the first convolution': [0.9, async (model) => (await layerCam(model, unseen.x, { ...options, layer: 'conv2d' })).resized],
  EigenCAM: [0.95, async (model) => (await eigenCam(model, unseen.x, atSeen)).resized],
  'Score-CAM': [0.95, async (model) => (await scoreCam(model, unseen.x, atSeen)).resized],
  occlusion: [0.9, async (model) => (await occlusion(model, unseen.x, { ...options, window: 6, stride: 2 })).resized],
  'integrated gradients': [0.9, async (model) => smoothed(overChannels((await integratedGradients(model, unseen.x, { ...options, steps: 20 })).attributions[0] ?? [], 'sum'))],
};
// Plain gradients are not among them: they say how steeply the score would move, not where the evidence lies. Smoothed as the integrated
// ones they hit in 0.63 and 0.12 of the pictures. On a series, where they have something to say, see the last test.

const trained: Sequential[] = [];

test('the network learns, and tells pictures it has not seen', async () => {
  for (const seed of [3, 4]) {
    const model = network(seed);
    await model.fit(training.x, training.y, { epochs: 8, batchSize: 20 });
    const accuracy = (await model.evaluate(unseen.x, unseen.y)).categoricalAccuracy ?? 0;
    assert.ok(accuracy >= 0.95, `accuracy ${accuracy}`);
    trained.push(model);
  }
});

for (const [name, [atLeast, mapsOf]] of Object.entries(methods)) {
  test(`${name} finds the pattern, not the decoy; of an untrained network it does not`, async () => {
    const rates = await Promise.all(trained.map(async (model) => hitRate(await mapsOf(model), unseen)));
    const control = await Promise.all([3, 4, 5].map(async (seed) => hitRate(await mapsOf(network(seed)), unseen)));
    const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    console.log(`${name}: ${rates.join(' ')}; untrained ${control.join(' ')}; chance ${chance.toFixed(2)}`);
    for (const rate of rates) assert.ok(rate >= atLeast, `hit rate ${rate}`);
    assert.ok(mean(control) < 0.5 && mean(control) < mean(rates) - 0.3, `untrained ${mean(control)}`);
  });
}

test('deletion and insertion: better than a random map for every method, and Grad-CAM turned round is worse', async () => {
  const random = randomTensor(1, 'map', [100, side, side]);
  for (const model of trained) {
    const judge = async (maps: Maps): Promise<[number, number]> => {
      const { deletionScore, insertionScore } = await deletionInsertion(model, unseen.x, { data: Array.from(maps.data), shape: [...maps.shape] }, options);
      const mean = (scores: Float64Array): number => scores.reduce((a, b) => a + b, 0) / scores.length;
      return [mean(deletionScore), mean(insertionScore)];
    };
    const [deletion, insertion] = await judge(random);
    for (const [name, [, mapsOf]] of Object.entries(methods)) {
      const [deleted, inserted] = await judge(await mapsOf(model));
      assert.ok(deleted < deletion - 0.5, `${name}: deletion ${deleted}, at random ${deletion}`);
      assert.ok(inserted > insertion + 0.5, `${name}: insertion ${inserted}, at random ${insertion}`);
    }
    const good = (await gradCam(model, unseen.x, atSeen)).resized;
    const [worse, worst] = await judge({ data: Array.from(good.data, (value) => -value), shape: good.shape });
    assert.ok(worse > deletion && worst < insertion, `turned round ${worse} ${worst}, at random ${deletion} ${insertion}`);
  }
});

test('input gradients per time step: an LSTM that was asked for the value at a marked step, in one branch of two', async () => {
  const [samples, steps] = [500, 10];
  const random = randomStream(5, 'marked');
  const image = randomTensor(1, 'image', [samples, 4, 4, 1]);
  const series = randomTensor(1, 'series', [samples, steps, 2]);
  const marked = Array.from({ length: samples }, () => uniformInt(random, 0, steps - 1));
  const wanted = marked.map((step, n) => {
    for (let t = 0; t < steps; t++) series.data[(n * steps + t) * 2 + 1] = t === step ? 1 : 0;
    return [series.data[(n * steps + step) * 2] ?? NaN];
  });
  const inputs = [Input({ shape: [4, 4, 1] }), Input({ shape: [steps, 2] })];
  const seen = new GlobalAveragePool2D().apply(new Conv2D({ filters: 2, kernelSize: 2, activation: 'relu' }).apply(inputs[0]!));
  const read = new LSTM({ units: 16 }).apply(inputs[1]!);
  const outputs = new Dense({ units: 1 }).apply(new Concatenate().apply([seen, read]));
  const hits = async (model: Model): Promise<number> => {
    const { gradients } = await inputGradients(model, [image, series], { batchSize: 50 });
    const values = gradients[1]!; // feature 0 is the value, 1 the mark
    const largest = marked.map((_, n) => Array.from({ length: steps }, (_step, t) => Math.abs(values.get(n, t, 0)))).map((row) => row.indexOf(Math.max(...row)));
    return largest.filter((step, n) => step === marked[n]).length / samples;
  };
  const model = new Model({ inputs, outputs, seed: 2 });
  const before = await hits(model);
  model.compile({ loss: 'mse', optimizer: new Adam({ learningRate: 0.01 }) });
  await model.fit([image, series], wanted, { epochs: 25, batchSize: 25 });
  const after = await hits(model);
  console.log(`marked step: ${after}; untrained ${before}; chance ${1 / steps}`);
  assert.ok(after > 0.9 && before < 0.5, `${after}, untrained ${before}`);
});

test.run();
