/**
 * `node tfjs.mjs BACKEND JSON SECONDS` (cwd: this folder): TensorFlow.js, the same workload as ours, one JSON line.
 * BACKEND is cpu or wasm; JSON is the workload or { "product": N }. The recurrent initializer is Glorot's: the
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

async function product(n) {
  const a = tf.randomNormal([n, n], 0, 1, 'float32', 1);
  const b = tf.randomNormal([n, n], 0, 1, 'float32', 2);
  const train = await measure(() => {
    const c = tf.matMul(a, b);
    c.dataSync();
    c.dispose();
  }, seconds);
  return { train, gflops: (2 * n ** 3) / train.median / 1e6 };
}

async function training() {
  const model = tf.sequential();
  workload.layers.forEach((units, i) => {
    const options = { units, returnSequences: i < workload.layers.length - 1, recurrentInitializer: 'glorotUniform' };
    if (i === 0) options.inputShape = [workload.steps, workload.inputs];
    model.add(workload.cell === 'lstm' ? tf.layers.lstm({ ...options, recurrentActivation: 'sigmoid' }) : tf.layers.simpleRNN(options));
    if (workload.dropout) model.add(tf.layers.dropout({ rate: workload.dropout[i] }));
  });
  workload.head.forEach((units) => model.add(tf.layers.dense({ units })));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' });
  const x = tf.randomNormal([workload.batch, workload.steps, workload.inputs], 0, 1, 'float32', 1);
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
