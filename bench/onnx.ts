/**
 * `node dist/bench/onnx.js node|web ID SECONDS` measures onnxruntime on one thread with the network of a prediction or stream, exported
 * by ours, and prints one JSON line.
 */
import { createRequire } from 'node:module';
import { cpu } from 'bptt';
import { exportOnnx } from 'bptt/convert';
import { caseOf } from './catalogue.js';
import { measure } from './measure.js';
import { buildData, buildModel } from './workloads.js';

interface Tensor { readonly data: Float32Array; readonly dims: readonly number[] }
/** What we call of onnxruntime. */
interface Runtime {
  readonly env: { logLevel?: string; readonly wasm: { numThreads?: number } };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<{ run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> }> };
}

const [kind = 'node', id = 'p1', seconds = '1'] = process.argv.slice(2);
const found = caseOf(id);
if (found?.kind !== 'prediction' && found?.kind !== 'stream') throw new Error(`${id} is no prediction`);
const require = createRequire(new URL('../../bench/peers/package.json', import.meta.url));
const runtime = require(`onnxruntime-${kind}`) as Runtime;
const { dependencies } = require('./package.json') as { readonly dependencies: Readonly<Record<string, string>> };
runtime.env.logLevel = 'error';
runtime.env.wasm.numThreads = 1;
const model = buildModel(found.network, cpu());
const { bytes, inputs, states } = await exportOnnx(model);
const { batch } = found.network;
const options = kind === 'node' ? { intraOpNumThreads: 1, interOpNumThreads: 1, executionProviders: ['cpu'] } : { executionProviders: ['wasm'] };
const session = await runtime.InferenceSession.create(bytes, options);
const { data, shape } = buildData(found.network).x;
const feeds: Record<string, Tensor> = { [inputs[0]?.name ?? '']: new runtime.Tensor('float32', data, shape) };
for (const { input } of states) {
  const dims = input.shape.map((size) => (typeof size === 'number' ? size : batch));
  feeds[input.name] = new runtime.Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b)), dims);
}
const train = await measure(async () => {
  const results = await session.run(feeds);
  for (const { input, output } of states) {
    const next = results[output.name];
    if (next) feeds[input.name] = next;
  }
}, Number(seconds));
console.log(JSON.stringify({ subject: `onnxruntime-${kind}`, backend: `onnxruntime-${kind} ${dependencies[`onnxruntime-${kind}`]}, 1 thread`, train }));
process.exit(0);
