#!/usr/bin/env bash
# brain.js 1.6.1 (npm): its LSTM has no cell state, so it cannot keep a value.
#
# Common belief: `brain.recurrent.LSTM` and `LSTMTimeStep` are, as the README says, the "Long Short Term Memory Neural Network" of the article it links:
#   c_t = f·c_{t-1} + i·g, h_t = o·tanh(c_t). With the forget gate open and the input gate shut, c stays for as long as one likes: that is what it is for.
# Behaviour: the forget gate multiplies the output before, h_t = o·tanh(f·h_{t-1} + i·g), and no second state exists. With both gates held open the value
#   passes through tanh at every step and fades: of 0.762 after one step 0.24 are left after 25, 0.17 after 50. It trains and forecasts like an LSTM of
#   short memory, so nobody is told. 2.0.0-beta.24 computes the same.
# So here: c is carried beside h (src/cells/lstm.ts), and no weights are taken from brain.js.
#
# Seen: 2026-11-30, Node 20.20.2, one unit that is told 1 once and then keeps it, its output after 1, 25 and 50 steps:
#   brain.js 0.762 0.236 0.170; TensorFlow.js 0.762 0.762 0.762; by hand with c 0.762 0.762 0.762, with h in its place 0.762 0.236 0.170
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund brain.js@1.6.1 @tensorflow/tfjs@4.22.0 >/dev/null
cat >try.cjs <<'JS'
const assert = require('node:assert/strict');
console.warn = () => undefined; // advice to install native bindings
const brain = require('brain.js');
const tf = require('@tensorflow/tfjs');

// The step with the 1 writes it, every step keeps what is there and shows it.
const gates = { input: [20, -10], forget: [0, 20], cellActivation: [20, 0], output: [0, 20] }; // weight of x, bias; none of h

function ofBrain(steps) {
  const net = new brain.recurrent.LSTMTimeStep({ inputSize: 1, outputSize: 1, hiddenLayers: [1] });
  net.train([steps], { iterations: 1 }); // makes the matrices, whose numbers are then replaced
  const [hidden] = net.model.hiddenLayers;
  for (const [gate, [weight, bias]] of Object.entries(gates)) {
    hidden[`${gate}Matrix`].weights[0] = weight;
    hidden[`${gate}Hidden`].weights[0] = 0;
    hidden[`${gate}Bias`].weights[0] = bias;
  }
  const { outputConnector, output } = net.model; // y = 1·h + 0
  outputConnector.weights[0] = 1;
  output.weights[0] = 0;
  return [net.run(steps)].flat()[0];
}
function ofTensorFlowJs(steps) {
  const model = tf.sequential({ layers: [tf.layers.lstm({ units: 1, recurrentActivation: 'sigmoid', inputShape: [null, 1] })] });
  const order = ['input', 'forget', 'cellActivation', 'output'];
  model.setWeights([tf.tensor2d([order.map((gate) => gates[gate][0])]), tf.zeros([1, 4]), tf.tensor1d(order.map((gate) => gates[gate][1]))]);
  return model.predict(tf.tensor3d([steps.map((value) => [value])])).dataSync()[0];
}
const sigmoid = (value) => 1 / (1 + Math.exp(-value));
const open = (gate, x) => sigmoid(gates[gate][0] * x + gates[gate][1]);
/** h after the steps, `kept` being what the forget gate multiplies: c of an LSTM, or h. */
function byHand(steps, kept) {
  const state = { c: 0, h: 0 };
  for (const x of steps) {
    state.c = open('forget', x) * state[kept] + open('input', x) * Math.tanh(gates.cellActivation[0] * x);
    state.h = open('output', x) * Math.tanh(state.c);
  }
  return state.h;
}
const shown = (values) => values.map((value) => value.toFixed(3)).join(' ');
const lengths = [1, 25, 50].map((length) => Array.from({ length }, (_, t) => (t === 0 ? 1 : 0)));
const seen = { brain: lengths.map(ofBrain), tensorflow: lengths.map(ofTensorFlowJs), cell: lengths.map((steps) => byHand(steps, 'c')), output: lengths.map((steps) => byHand(steps, 'h')) };
console.log(`brain.js ${shown(seen.brain)}; TensorFlow.js ${shown(seen.tensorflow)}; by hand with c ${shown(seen.cell)}, with h in its place ${shown(seen.output)}`);
const near = (left, right) => left.every((value, i) => Math.abs(value - right[i]) < 0.005);
assert.ok(near(seen.tensorflow, seen.cell), 'TensorFlow.js follows the equations of an LSTM');
assert.ok(near(seen.brain, seen.output), 'brain.js no longer puts its output in place of the cell');
assert.ok(seen.brain[2] < 0.25 && seen.cell[2] > 0.7, 'brain.js keeps the value now');
process.exit(0);
JS
node try.cjs | grep -v '^$\|^=\|^Hi'
