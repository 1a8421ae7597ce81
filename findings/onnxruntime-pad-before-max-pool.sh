#!/usr/bin/env bash
# onnxruntime-web 1.30.0 (npm): zeros that a Pad puts before a MaxPool are lost, by default.
#
# Common belief: graph optimisations of a runtime are "semantics-preserving graph rewrites" (its documentation); numbers differ in the last bits at most.
# Behaviour: at the default level a Pad by constants is taken into the `pads` of the MaxPool behind it, where padding is no number: the largest of
#   0 and -1 is then -1. Where the sum of both paddings is not smaller than the window, the session cannot be made at all ("Pad should be smaller
#   than kernel"), although the model is valid and runs with optimisations off. The same Pad before an AveragePool keeps its meaning.
# So here: exportOnnx writes ZeroPad1D and ZeroPad2D with sizes that are worked out at run time, which are left alone.
#
# Seen: 2026-11-29, Node 20.20.2:
#   zeros before: off 0,-1,-2,-3, default -1,-1,-2,-3; zeros after: off -1,-2,0,0, default no session
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
const ints = (name, values) => message(5, text(1, name), values.map((value) => int(8, value)).flat(), int(20, 7));
const port = (field, name, size) => message(field, text(1, name), message(2, message(1, int(1, 1), message(2, message(1, text(2, 'b')), message(1, int(1, 1)), message(1, size)))));
const model = (pads) => Uint8Array.from([...int(1, 8), ...message(7,
  message(1, text(1, 'x'), text(1, 'pads'), text(2, 'y'), text(4, 'Pad')),
  message(1, text(1, 'y'), text(2, 'z'), text(4, 'MaxPool'), ints('kernel_shape', [2]), ints('strides', [1]), ints('pads', [0, 1])),
  text(2, 'g'), message(5, int(1, 6), int(2, 7), text(8, 'pads'), message(9, pads.flatMap((pad) => [pad, 0, 0, 0, 0, 0, 0, 0]))),
  port(11, 'x', text(2, 't')), port(12, 'z', text(2, 'u'))), ...message(8, text(1, ''), int(2, 17))]);

async function run(pads, graphOptimizationLevel) {
  try {
    const session = await InferenceSession.create(model(pads), { executionProviders: ['wasm'], logSeverityLevel: 4, ...(graphOptimizationLevel ? { graphOptimizationLevel } : {}) });
    const { z } = await session.run({ x: new Tensor('float32', [-1, -2, -3], [1, 1, 3]) });
    return [...z.data].join();
  } catch (error) {
    return /Pad should be smaller than kernel/.test(error.message) ? 'no session' : error.message;
  }
}
const before = [0, 0, 1, 0, 0, 0];
const after = [0, 0, 0, 0, 0, 1];
const seen = [await run(before, 'disabled'), await run(before), await run(after, 'disabled'), await run(after)];
console.log(`zeros before: off ${seen[0]}, default ${seen[1]}; zeros after: off ${seen[2]}, default ${seen[3]}`);
assert.equal(seen[0], '0,-1,-2,-3', 'without optimisations the zeros count');
assert.equal(seen[2], '-1,-2,0,0', 'without optimisations the zeros count');
assert.notEqual(seen[1], seen[0], 'the zeros now count: ZeroPad can be written with constants');
assert.notEqual(seen[3], seen[2], 'the zeros now count: ZeroPad can be written with constants');
JS
node try.mjs
