#!/usr/bin/env bash
# onnxruntime-web 1.30.0 (npm): LSTM and GRU with a bias answer a step that is not a number with numbers, and so do all steps after it.
#
# Common belief: NaN in, NaN out. The operators are defined by equations (ONNX, LSTM: it = f(Xt*(Wi^T) + …), f Sigmoid), and Sigmoid and Tanh
#   of NaN are NaN there as in onnxruntime; so a missing value shows itself in the forecast, where `Number.isNaN` finds it.
# Behaviour: where the node has its input B, be it all zeros, every gate of an LSTM is 1 at such a step and the candidate too, so that c grows by 1; a GRU
#   keeps its old state, as if the step were masked. What comes out looks like a forecast, and B is what exporters write. The same nodes without B, and
#   the RNN operator with it, give NaN from that step on. onnxruntime-node 1.30.0 gives the same numbers.
# So here: `predict` refuses such an input by its place; what exportOnnx writes of a forecaster gives NaN for a window that is not finite
#   (docs/convert-onnx.md).
#
# Seen: 2026-11-30, Node 20.20.2, one unit, all weights 1, the steps 0.5, NaN, -2, 0.1:
#   with a bias of zeros: LSTM 0.174,0.859,0.028,0.068; GRU 0.174,0.174,-0.805,-0.376; RNN 0.462,NaN,NaN,NaN; without: NaN from the second step on
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund onnxruntime-web@1.30.0 >/dev/null
cat >try.mjs <<'JS'
import assert from 'node:assert/strict';
import { InferenceSession, Tensor, env } from 'onnxruntime-web';
env.wasm.numThreads = 1;

// Protocol Buffers by hand.
const varint = (value) => (value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))]);
const message = (field, ...parts) => { const body = parts.flat(); return [...varint(field * 8 + 2), ...varint(body.length), ...body]; };
const int = (field, value) => [...varint(field * 8), ...varint(value)];
const text = (field, value) => message(field, [...new TextEncoder().encode(value)]);
const port = (field, name) => message(field, text(1, name), message(2, message(1, int(1, 1))));
const tensor = (name, sizes, value) => message(5, sizes.map((size) => int(1, size)).flat(), int(2, 1), text(8, name), message(9, [...new Uint8Array(new Float32Array(sizes.reduce((a, b) => a * b)).fill(value).buffer)]));
const recurrent = (operator, gates, bias) => [
  tensor('W', [1, gates, 1], 1), tensor('R', [1, gates, 1], 1), tensor('B', [1, 2 * gates], 0),
  message(1, text(1, 'x'), text(1, 'W'), text(1, 'R'), bias ? text(1, 'B') : [], text(2, 'y'), text(4, operator), message(5, text(1, 'hidden_size'), int(3, 1), int(20, 2))),
].flat();
const elementwise = (operator) => message(1, text(1, 'x'), text(2, 'y'), text(4, operator));
const model = (nodes) => Uint8Array.from([...int(1, 8), ...message(7, nodes, text(2, 'g'), port(11, 'x'), port(12, 'y')), ...message(8, text(1, ''), int(2, 17))]);
async function run(nodes, steps) {
  const session = await InferenceSession.create(model(nodes), { executionProviders: ['wasm'], logSeverityLevel: 4 });
  const { y } = await session.run({ x: new Tensor('float32', steps, [steps.length, 1, 1]) });
  return [...y.data];
}

// The equations of the operators' documentation, all weights 1, no bias.
const sigmoid = (value) => 1 / (1 + Math.exp(-value));
const equations = {
  LSTM(steps) {
    let [h, c] = [0, 0];
    return steps.map((x) => { const gate = sigmoid(x + h); c = gate * c + gate * Math.tanh(x + h); return (h = gate * Math.tanh(c)); });
  },
  GRU(steps) {
    let h = 0;
    return steps.map((x) => { const gate = sigmoid(x + h); return (h = (1 - gate) * Math.tanh(x + gate * h) + gate * h); });
  },
  RNN(steps) {
    let h = 0;
    return steps.map((x) => (h = Math.tanh(x + h)));
  },
};

const gates = { LSTM: 4, GRU: 3, RNN: 1 };
const whole = [0.5, 1, -2, 0.1];
const missing = [0.5, NaN, -2, 0.1];
const lost = [NaN, NaN, NaN];
const shown = (values) => values.map((value) => value.toFixed(3)).join();
const seen = {};
for (const operator of ['LSTM', 'GRU', 'RNN']) {
  const node = (bias) => recurrent(operator, gates[operator], bias);
  const plain = await run(node(true), whole);
  equations[operator](whole).forEach((value, step) => assert.ok(Math.abs(value - plain[step]) < 1e-5, `${operator} follows its equations where all is finite`));
  assert.deepEqual(equations[operator](missing).slice(1), lost);
  assert.deepEqual((await run(node(false), missing)).slice(1), lost, `${operator} without a bias hands NaN on`);
  seen[operator] = await run(node(true), missing);
}
for (const operator of ['Sigmoid', 'Tanh']) assert.ok(Number.isNaN((await run(elementwise(operator), [NaN]))[0]), `${operator} of NaN is NaN`);
console.log(`with a bias of zeros: LSTM ${shown(seen.LSTM)}; GRU ${shown(seen.GRU)}; RNN ${shown(seen.RNN)}; without: NaN from the second step on`);
assert.deepEqual(seen.RNN.slice(1), lost, 'the RNN operator hands NaN on');
for (const operator of ['LSTM', 'GRU']) assert.ok(seen[operator].every(Number.isFinite), `${operator} hands NaN on now: what exportOnnx adds to a forecaster is no longer needed`);
JS
node try.mjs
