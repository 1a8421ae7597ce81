#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0 (npm): steps that a Masking layer skips count in the loss and in the metrics, so padding is learned.
#
# Common belief: as in Keras, whose layers these are: a step that equals maskValue "will be masked (skipped) in all downstream layers" (documentation
#   of tf.layers.masking and of Keras's Masking alike), and Keras multiplies the losses of a sequence by the mask that reaches the output, so that targets at
#   padded steps mean nothing.
# Behaviour: the recurrent layer skips the steps, then the mask is forgotten: evaluate and fit take the repeated outputs of skipped steps as
#   predictions and their padded targets as truth. Only targets of padded steps differ below, and the loss and the trained weights do.
#   There is no way round by weights: fit throws on sampleWeight.
# So here: a masked step counts in no loss and no metric (docs/masks.md), so training goes on differently after importTensorFlowJs.
#
# Seen: 2026-11-30, Node 20.20.2, two real steps with errors 1 and 2, two padded, whose targets are 0 or 100:
#   loss 3.25 or 4803.25, over the real steps alone 2.5; weight after one step of training 0.87 or 4.87; sampleWeight: not supported
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
  const x = tf.tensor3d([[[1], [2], [-9], [-9]]]);
  async function train(padded) {
    const model = tf.sequential({ layers: [
      tf.layers.masking({ maskValue: -9, inputShape: [4, 1] }),
      // h_t = w·x_t, w = 1
      tf.layers.simpleRNN({ units: 1, returnSequences: true, activation: 'linear', kernelInitializer: 'ones', recurrentInitializer: 'zeros', useBias: false }),
    ] });
    model.compile({ loss: 'meanSquaredError', optimizer: tf.train.sgd(0.02), metrics: ['mae'] });
    const y = tf.tensor3d([[[0], [0], [padded], [padded]]]);
    assert.deepEqual([...model.predict(x).dataSync()], [1, 2, 2, 2], 'masked steps repeat the output before them');
    const loss = model.evaluate(x, y)[0].dataSync()[0];
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    let weights = 'taken';
    try { await model.fit(x, y, { epochs: 1, verbose: 0, sampleWeight: tf.tensor1d([1]) }); } catch (error) { weights = /not supported|not implemented/i.test(error.message) ? 'not supported' : error.message; }
    return { loss, weight: model.getWeights()[0].dataSync()[0], weights };
  }
  const [low, high] = [await train(0), await train(100)];
  const real = (1 ** 2 + 2 ** 2) / 2;
  console.log(`loss ${low.loss} or ${high.loss}, over the real steps alone ${real}; weight after one step of training ${low.weight.toFixed(2)} or ${high.weight.toFixed(2)}; sampleWeight: ${low.weights}`);
  assert.ok(Math.abs(low.loss - 13 / 4) < 1e-5 && Math.abs(high.loss - (5 + 2 * 98 ** 2) / 4) < 1e-2, 'the loss counts padded steps no more: read docs/convert-keras.md again');
  assert.ok(Math.abs(low.weight - high.weight) > 1, 'padded targets train no more');
})();
JS
node try.cjs | grep -v '^$\|^=\|^Hi'
