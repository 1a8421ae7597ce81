#!/usr/bin/env bash
# @tensorflow/tfjs-backend-wasm 4.22.0 (npm): the mean of a long series is wrong in its third digit, its variance by four orders of magnitude.
#
# Common belief: "you should always try to use the WASM backend over the plain JS backend", and it "has better numerical stability" than WebGL
#   (its README); a mean of float32 numbers is good to six digits whatever their count.
# Behaviour: sums are taken one element after the other in float32. Once the sum is large each addition loses digits, the same way for
#   a whole stretch of values, so the errors add up: of 20 million ones the mean is 0.839, as their sum stops at 2^24. A series that is
#   normalised by tf.moments, or a loss over many outputs, is off without a word. The cpu backend adds in float64.
# So here: scalers and losses add in float64, on the wasm backend too.
#
# Seen: 2026-11-30, Node 20.20.2, a million values of 10,000 ± 1, their mean and variance:
#   float64 10000.00 0.500; cpu 10000.00 0.500; wasm 10130.75 17146.791; mean of 20 million ones: cpu 1, wasm 0.839
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 >/dev/null
cat >try.cjs <<'JS'
const assert = require('node:assert/strict');
const { dirname } = require('node:path');
console.warn = () => undefined; // advice to install native bindings
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);

const values = Float32Array.from({ length: 1e6 }, (_, i) => 1e4 + Math.sin(i));
const mean = values.reduce((sum, value) => sum + value, 0) / values.length; // reduce adds in float64
const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
(async () => {
  const seen = {};
  for (const name of ['cpu', 'wasm']) {
    await tf.setBackend(name);
    const moments = tf.moments(tf.tensor1d(values));
    seen[name] = { mean: moments.mean.dataSync()[0], variance: moments.variance.dataSync()[0], ones: tf.tidy(() => tf.mean(tf.ones([2e7])).dataSync()[0]) };
  }
  const { cpu, wasm } = seen;
  console.log(`float64 ${mean.toFixed(2)} ${variance.toFixed(3)}; cpu ${cpu.mean.toFixed(2)} ${cpu.variance.toFixed(3)}; wasm ${wasm.mean.toFixed(2)} ${wasm.variance.toFixed(3)}; mean of 20 million ones: cpu ${cpu.ones}, wasm ${wasm.ones.toFixed(3)}`);
  assert.ok(Math.abs(cpu.mean - mean) < 0.01 && Math.abs(cpu.variance - variance) < 0.001 && cpu.ones === 1, 'the cpu backend is right');
  assert.ok(Math.abs(wasm.mean - mean) > 100, 'the mean is right now');
  assert.ok(wasm.variance > 1000 * variance, 'the variance is right now');
  assert.ok(wasm.ones < 0.9, 'twenty million ones are counted now');
})();
JS
node try.cjs
