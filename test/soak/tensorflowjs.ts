/** Random models exported to TensorFlow.js, which has to load them and predict the same, and back, to the bit; models of its own through ours. 300 models, about a minute; needs `npm run bench -- --peers` once. */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import * as assert from 'uvu/assert';
import { exportTensorFlowJs, importTensorFlowJs } from '../../src/convert/index.js';
import type { TensorFlowJsFiles } from '../../src/convert/index.js';
import {
  Activation, AveragePool1D, BatchNorm, Bidirectional, Conv1D, Dense, Dropout, GRU, GlobalMaxPool1D, LSTM, LayerNorm, Masking, MaxPool1D, Permute, RepeatVector, Sequential, SimpleRNN, TimeDistributed,
} from '../../src/index.js';
import type { JsonObject } from '../../src/json.js';
import { randomStream, uniform } from '../../src/random.js';
import type { RandomGenerator } from '../../src/random.js';
import { pick } from '../convert/mutations.js';
import { soak } from './run.js';

interface Prediction { readonly shape: readonly number[]; dataSync(): Float32Array }

/** What is used of TensorFlow.js. */
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  readonly io: { fromMemory(artifacts: object): unknown };
  loadLayersModel(handler: unknown): Promise<{ predict(x: unknown): Prediction | Prediction[] }>;
  tensor(data: Float32Array, shape: readonly number[]): unknown;
}

const squashes = ['tanh', 'sigmoid', 'relu', 'elu', 'hardSigmoidFifth', 'linear'] as const;

type Part = Sequential['layers'][number];

/** A layer that takes sequences; `masked`: one that TensorFlow.js takes masks with. */
function part(random: RandomGenerator, masked: boolean): Part {
  const units = 1 + Math.floor(uniform(random) * 4);
  const activation = pick(squashes, random);
  const recurrentActivation = pick(['sigmoid', 'hardSigmoidFifth', 'tanh'] as const, random);
  const useBias = uniform(random) < 0.7;
  const common = { units, activation, useBias, returnSequences: true };
  const flip = uniform(random) < 0.5;
  const recurrent = (): LSTM | GRU | SimpleRNN => pick([() => new LSTM({ ...common, recurrentActivation }), () => new GRU({ ...common, recurrentActivation, resetAfter: false }), () => new SimpleRNN(common)], random)();
  const known: readonly (() => Part)[] = [
    recurrent, recurrent, () => new Bidirectional({ layer: recurrent(), mergeMode: pick(['concat', 'sum', 'multiply', 'average'] as const, random) }), () => new Dense({ units, activation, useBias }),
    () => new TimeDistributed({ layer: new Dense({ units, activation }) }), () => new BatchNorm({ epsilon: 0.01, scale: flip }), () => new LayerNorm({ epsilon: 0.01, center: flip }), () => new Dropout({ rate: 0.2 }),
    () => new Activation(flip ? { kind: 'leakyRelu', alpha: 0.1 } : { kind: 'softmax' }),
  ];
  const others: readonly (() => Part)[] = [
    () => new Conv1D({ filters: units, kernelSize: flip ? 2 : 1, padding: flip ? 'same' : 'valid', activation, useBias }), () => new MaxPool1D({ poolSize: 2, stride: 1, padding: 'same' }), () => new AveragePool1D({ poolSize: 2, stride: 1, padding: 'same' }), () => new Permute({ dims: [2, 1] }),
  ];
  return pick(masked ? known : [...known, ...others], random)();
}

function randomModel(random: RandomGenerator, masked: boolean): Sequential {
  const parts = Array.from({ length: 1 + Math.floor(uniform(random) * 5) }, () => part(random, masked));
  const end = masked || uniform(random) < 0.5 ? [] : [new GlobalMaxPool1D(), new RepeatVector({ n: 2 })];
  const model = new Sequential([...(masked ? [new Masking()] : []), ...parts, ...end], { inputShape: [9, 3], seed: Math.floor(uniform(random) * 1000) });
  model.setWeights(Object.fromEntries(Object.entries(model.getWeights()).map(([key, { data, shape }]) => [
    key, { data: Float32Array.from(data, () => uniform(random) - 0.5 + (key.endsWith('Variance') ? 1 : 0)), shape },
  ])));
  return model;
}

interface Golden { readonly modelJson: JsonObject; readonly weights: string; readonly x: { shape: number[]; data: number[] }[]; readonly y: { data: number[] }[] }

/** Loads an export in TensorFlow.js, and predicts. */
async function predictThere(tf: TensorFlow, { modelJson, weights }: TensorFlowJsFiles, x: readonly { readonly shape: readonly number[]; readonly data: Float32Array }[]): Promise<Prediction[]> {
  const { modelTopology, weightsManifest } = JSON.parse(JSON.stringify(modelJson)) as { modelTopology: object; weightsManifest: [{ weights: object[] }] };
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData: weights.buffer }));
  const inputs = x.map(({ data, shape }) => tf.tensor(data, shape));
  return [model.predict(inputs.length === 1 ? inputs[0] : inputs)].flat();
}

function bitsOf(model: { getWeights: Sequential['getWeights'] }): Record<string, number[]> {
  return Object.fromEntries(Object.entries(model.getWeights()).map(([key, { data }]) => [key, [...new Uint32Array(Float32Array.from(data).buffer)]]));
}

await soak(async ({ seed, share, check }) => {
  const warn = console.warn;
  console.warn = () => undefined; // advice to install native bindings
  const tf = createRequire(join(process.cwd(), 'bench/peers/package.json'))('@tensorflow/tfjs') as TensorFlow;
  await tf.setBackend('cpu');
  console.warn = warn;
  let largest = 0;
  for (let i = 0; i < share(300); i++) {
    await check(`model ${i}`, async () => {
      const random = randomStream(seed, 'tensorflowjs', i);
      const masked = i % 3 === 0;
      const model = randomModel(random, masked);
      const files = await exportTensorFlowJs(model);
      const data = Float32Array.from({ length: 2 * 9 * 3 }, (_, at) => (masked && Math.floor(at / 3) % 4 === 1 ? 0 : uniform(random) - 0.5));
      const [expected] = await predictThere(tf, files, [{ data, shape: [2, 9, 3] }]);
      assert.ok(expected);
      const y = await model.predict({ data, shape: [2, 9, 3] });
      const values = expected.dataSync();
      const scale = Math.max(1e-3, ...values.map(Math.abs));
      assert.equal([...y.shape], [...expected.shape]);
      values.forEach((value, at) => { largest = Math.max(largest, Math.abs(value - (y.data[at] ?? NaN)) / scale); });
      assert.ok(largest <= 1e-5, `${largest} of the largest output`);
      const { model: again } = await importTensorFlowJs(files.modelJson, files.weights);
      assert.equal(bitsOf(again), bitsOf(model));
      for (const each of [model, again]) each.dispose();
    });
  }
  const folder = join(process.cwd(), 'test/golden/data/tensorflowjs');
  for (const file of readdirSync(folder)) {
    await check(file, async () => {
      const { modelJson, weights, x, y } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;
      const { model } = await importTensorFlowJs(modelJson, Buffer.from(weights, 'base64'));
      const found = await predictThere(tf, await exportTensorFlowJs(model), x.map(({ data, shape }) => ({ data: Float32Array.from(data), shape })));
      assert.equal(found.map((each) => [...each.dataSync()]), y.map(({ data }) => data));
    });
  }
  console.log(`largest difference ${largest.toExponential(1)} of the largest output`);
});
