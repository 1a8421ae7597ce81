/**
 * `node brain.mjs cpu JSON SECONDS` (cwd: this folder): brain.js in plain JavaScript, one JSON line. It has no batches and no
 * dropout, and its LSTM no dense head: a step trains the sequences of a batch one after another, each on the value after it.
 */
import { createRequire } from 'node:module';
import process from 'node:process';
import { measure, normalArray } from './stopwatch.mjs';

const { recurrent } = createRequire(import.meta.url)('brain.js');
const { cell, layers, batch, steps, inputs, predict } = JSON.parse(process.argv[3] ?? '{}');
const seconds = Number(process.argv[4] ?? 1);

const Net = cell === 'lstm' ? recurrent.LSTMTimeStep : recurrent.RNNTimeStep;
const net = new Net({ inputSize: inputs, hiddenLayers: layers, outputSize: inputs });
net.initialize();
const values = normalArray(batch * (steps + 1) * inputs, 101);
const vector = (i) => values.slice(i * inputs, (i + 1) * inputs);
const sequences = Array.from({ length: batch }, (_, b) => Array.from({ length: steps + 1 }, (__, t) => vector(b * (steps + 1) + t)));

const errorOf = () => sequences.reduce((sum, sequence) => sum + net.trainPattern(sequence, true), 0) / batch;
let result;
if (predict) {
  const [first] = sequences;
  net.trainPattern(first);
  result = { train: await measure(() => void net.run(first.slice(0, -1)), seconds) };
} else {
  const lossBefore = errorOf();
  const train = await measure(() => sequences.forEach((sequence) => net.trainPattern(sequence)), seconds);
  result = { train, lossBefore, lossAfter: errorOf() };
}
console.log(JSON.stringify({ subject: 'brain.js', backend: 'brain.js', ...result }));
process.exit(0);
