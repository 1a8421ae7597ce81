#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0 (npm): a Conv1D with causal padding is built, saved and loaded, and cannot be run.
#
# Common belief: `padding: 'causal'` of tf.layers.conv1d works, as its types and documentation list it beside 'valid' and 'same', and as
#   model.save and loadLayersModel take it.
# Behaviour: predict throws NotImplementedError, "The support for CAUSAL padding mode in conv1dWithBias is not implemented yet";
#   the output shape that the model states is that of 'valid', 4 steps of 6, where causal padding keeps all 6.
# So here: `exportTensorFlowJs` refuses causal padding by name instead of writing a model.json that loads (docs/convert-keras.md).
#
# Seen: 2026-11-29, Node 20.20.2:
#   saved and loaded, output shape [null,4,2]; predict: NotImplementedError
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
(async () => {
  await tf.setBackend('cpu');
  const conv = (padding) => tf.sequential({ layers: [tf.layers.conv1d({ filters: 2, kernelSize: 3, padding, inputShape: [6, 1] })] });
  let saved;
  await conv('causal').save(tf.io.withSaveHandler(async (artifacts) => { saved = artifacts; return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }; }));
  const model = await tf.loadLayersModel(tf.io.fromMemory(saved));
  const x = tf.zeros([1, 6, 1]);
  assert.deepEqual(conv('same').predict(x).shape, [1, 6, 2], 'same padding runs');
  let name = 'nothing thrown';
  try { model.predict(x); } catch (error) { name = /CAUSAL padding mode/.test(error.message) ? 'NotImplementedError' : error.message; }
  console.log(`saved and loaded, output shape ${JSON.stringify(model.outputs[0].shape)}; predict: ${name}`);
  assert.deepEqual(model.outputs[0].shape, [null, 4, 2], 'the stated shape has changed');
  assert.equal(name, 'NotImplementedError', 'causal padding runs now: exportTensorFlowJs may take it');
})();
JS
node try.cjs | grep -v '^$\|^=\|^Hi'
