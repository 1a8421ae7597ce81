/**
 * `node tfjs.mjs BACKEND JSON SECONDS` (cwd: this folder): TensorFlow.js, the same workload as ours, one JSON line.
 * BACKEND is cpu or wasm; JSON is the workload or { "product": [ROWS, INNER, COLUMNS] }. The recurrent initializer is Glorot's: the
 * orthogonal default spends seconds on start-up and changes nothing in a step's cost.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { measure } from './stopwatch.mjs';

const require = createRequire(import.meta.url);
const [backend = 'cpu', text = '{}', secondsText = '1'] = process.argv.slice(2);
const workload = JSON.parse(text);
const seconds = Number(secondsText);
console.warn = () => undefined; // advice to install native bindings
const tf = require('@tensorflow/tfjs');
if (backend === 'wasm') {
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist/'));
}
await tf.setBackend(backend);
await tf.ready();
if (tf.getBackend() !== backend) throw new Error(`tfjs runs on ${tf.getBackend()}`);

async function product([rows, inner, columns]) {
  const a = tf.randomNormal([rows, inner], 0, 1, 'float32', 1);
  const b = tf.randomNormal([inner, columns], 0, 1, 'float32', 2);
  const train = await measure(() => {
    const c = tf.matMul(a, b);
    c.dataSync();
    c.dispose();
  }, seconds);
  return { train };
}

/** Self-attention of 8 heads, mean over time, dense 1: TensorFlow.js has no such layer, so by its operations. */
async function attention({ batch, steps, inputs }) {
  const depth = inputs / 8;
  const weight = (...shape) => tf.variable(tf.randomNormal(shape, 0, 0.1));
  const [query, key, value, output] = Array.from({ length: 4 }, () => ({ kernel: weight(inputs, inputs), bias: weight(inputs) }));
  const head = { kernel: weight(inputs, 1), bias: weight(1) };
  const x = tf.randomNormal([batch, steps, inputs], 0, 1, 'float32', 1);
  const y = tf.randomNormal([batch, 1], 0, 1, 'float32', 2);
  const optimizer = tf.train.adam(1e-3);
  const dense = (rows, { kernel, bias }) => tf.add(tf.matMul(rows, kernel), bias);
  const heads = (rows) => rows.reshape([batch, steps, 8, depth]).transpose([0, 2, 1, 3]);
  const loss = () => {
    const rows = x.reshape([batch * steps, inputs]);
    const [q, k, v] = [query, key, value].map((weights) => heads(dense(rows, weights)));
    const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(depth)));
    const mixed = tf.matMul(weights, v).transpose([0, 2, 1, 3]).reshape([batch * steps, inputs]);
    const mean = dense(mixed, output).reshape([batch, steps, inputs]).mean(1);
    return tf.losses.meanSquaredError(y, dense(mean, head));
  };
  const step = () => {
    const value = optimizer.minimize(loss, true);
    const [number] = value.dataSync();
    value.dispose();
    return number;
  };
  const lossBefore = step();
  return { train: await measure(step, seconds), lossBefore, lossAfter: step() };
}

async function training() {
  if (workload.net === 'attention') return attention(workload);
  const model = tf.sequential();
  if (workload.net === 'embedding') {
    // Its Embedding cannot be trained on wasm (no kernel UnsortedSegmentSum): the same as a product with rows of one 1.
    model.add(tf.layers.dense({ units: 64, useBias: false, inputShape: [workload.steps, workload.inputs] }));
    Object.assign(workload, { layers: [128], head: [1], cell: 'lstm' });
  }
  workload.layers.forEach((units, i) => {
    const options = { units, returnSequences: i < workload.layers.length - 1, recurrentInitializer: 'glorotUniform' };
    if (i === 0 && workload.net === undefined) options.inputShape = [workload.steps, workload.inputs];
    model.add(workload.cell === 'lstm' ? tf.layers.lstm({ ...options, recurrentActivation: 'sigmoid' }) : tf.layers.simpleRNN(options));
    if (workload.dropout) model.add(tf.layers.dropout({ rate: workload.dropout[i] }));
  });
  workload.head.forEach((units) => model.add(tf.layers.dense({ units })));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' });
  const x = workload.net === 'embedding'
    ? tf.oneHot(tf.randomUniform([workload.batch, workload.steps], 0, workload.inputs, 'int32', 1), workload.inputs).toFloat()
    : tf.randomNormal([workload.batch, workload.steps, workload.inputs], 0, 1, 'float32', 1);
  const y = tf.randomNormal([workload.batch, 1], 0, 1, 'float32', 2);
  if (workload.predict) {
    return { train: await measure(() => {
      const p = model.predictOnBatch(x);
      p.dataSync();
      p.dispose();
    }, seconds) };
  }
  const lossBefore = await model.trainOnBatch(x, y);
  let lossAfter = lossBefore;
  const train = await measure(async () => {
    lossAfter = await model.trainOnBatch(x, y);
  }, seconds);
  return { train, lossBefore, lossAfter };
}

const result = workload.product ? await product(workload.product) : await training();
console.log(JSON.stringify({ subject: `tfjs ${backend}`, backend: `TensorFlow.js ${tf.version.tfjs} ${backend}`, ...result }));
process.exit(0);
