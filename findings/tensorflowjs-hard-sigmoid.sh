#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0 (npm): an LSTM of Keras 3 with hard_sigmoid gates is computed with another function, without a word.
#
# Common belief: `hard_sigmoid` is one function, and a model.json whose keras_version is 3 gives in TensorFlow.js what it gave in Keras 3.
# Behaviour: the name loads; the gates are clip(x/5 + ½), Keras 2's. Keras 3 and PyTorch mean clip(x/6 + ½) by it
#   (keras/src/activations: relu6(x + 3) / 6). Nothing is said: outputs are off by as much as the gates are open.
# So here: two names, hardSigmoidFifth and hardSigmoidSixth, and no third that could be either; `importKeras` and `importTensorFlowJs` choose
#   by keras_version (docs/convert-keras.md).
#
# Seen: 2026-11-29, Node 20.20.2, one unit, one step, pre-activations of 2:
#   TensorFlow.js 0.6301, clip(x/5 + ½) 0.6301, clip(x/6 + ½) 0.5549
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund @tensorflow/tfjs@4.22.0 >/dev/null
cat >try.cjs <<'JS'
const assert = require('node:assert/strict');
console.warn = () => undefined; // advice to install native bindings
const tf = require('@tensorflow/tfjs');
const layer = { class_name: 'LSTM', config: { name: 'lstm', units: 1, activation: 'tanh', recurrent_activation: 'hard_sigmoid', use_bias: false, unit_forget_bias: false, batch_input_shape: [null, 1, 1] } };
const modelTopology = { keras_version: '3.5.0', backend: 'tensorflow', model_config: { class_name: 'Sequential', config: { name: 'm', layers: [layer] } } };
const weightSpecs = [['lstm/kernel', [1, 4]], ['lstm/recurrent_kernel', [1, 4]]].map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
const weightData = Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0).buffer;
(async () => {
  await tf.setBackend('cpu');
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const [value] = model.predict(tf.tensor([2], [1, 1, 1])).dataSync();
  const step = (gate) => gate * Math.tanh(gate * Math.tanh(2)); // o·tanh(i·g), c = 0 before
  const [fifth, sixth] = [step(2 / 5 + 0.5), step(2 / 6 + 0.5)];
  console.log(`TensorFlow.js ${value.toFixed(4)}, clip(x/5 + ½) ${fifth.toFixed(4)}, clip(x/6 + ½) ${sixth.toFixed(4)}`);
  assert.ok(Math.abs(value - fifth) < 1e-6, 'the gates are no longer those of Keras 2: read docs/convert-keras.md again');
  assert.ok(Math.abs(value - sixth) > 0.05, 'the gates are those of Keras 3 now: read docs/convert-keras.md again');
})();
JS
node try.cjs | grep -v '^$\|^=\|^Hi' 
