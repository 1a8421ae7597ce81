/** Runs in the browser under a strict Content-Security-Policy: what of the library works without `unsafe-eval`. */
import { Adam, Dense, LSTM, Sequential, loadModel, tensor, wasm } from '../../src/index.js';
import type { Backend } from '../../src/index.js';
import { gpu } from '../../src/gpu.js';

const x = { data: new Float32Array(4 * 5 * 2).fill(0.25), shape: [4, 5, 2] };
const y = { data: new Float32Array(4).fill(0.5), shape: [4, 1] };

function build(backend: Backend): Sequential {
  const model = new Sequential([new LSTM({ units: 3 }), new Dense({ units: 1 })], { inputShape: [5, 2] });
  model.compile({ optimizer: new Adam(), loss: 'mse', metrics: ['mae'], backend });
  return model;
}

const uses: Readonly<Record<string, () => unknown>> = {
  description: async () => (await wasm()).description,
  fit: async () => build(await wasm()).fit(x, y, { epochs: 2 }),
  'fit, 2 threads': async () => build(await wasm({ threads: 2 })).fit(x, y),
  trainOnBatch: async () => build(await wasm()).trainOnBatch(x, y),
  evaluate: async () => build(await wasm()).evaluate(x, y),
  predict: async () => (await build(await wasm()).predict(x)).get(0, 0),
  getWeights: async () => build(await wasm()).getWeights(),
  setWeights: async () => build(await wasm()).setWeights({ 'dense/bias': { data: [1], shape: [1] } }),
  lossAndGradients: async () => build(await wasm()).lossAndGradients(x, y),
  tensor: () => tensor([[1, 2], [3, 4]]),
  toBytes: async () => build(await wasm()).toBytes(),
  loadModel: async () => loadModel(build(await wasm()).toBytes()),
  'gpu cpu': async () => build(await gpu({ mode: 'cpu' })).evaluate(x, y),
  'gpu webasm': async () => build(await gpu({ mode: 'webasm' })).evaluate(x, y),
  'gpu webgl2': async () => build(await gpu({ mode: 'webgl2' })).evaluate(x, y),
  'gpu webgpu': async () => build(await gpu({ mode: 'webgpu' })).evaluate(x, y),
};

/** Each use with `works`, or the message of its error. */
async function tryAll(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, use] of Object.entries(uses)) {
    try {
      const result = await use();
      found[name] = name === 'description' ? String(result) : 'works';
    } catch (error) {
      found[name] = error instanceof Error ? error.message : String(error);
    }
  }
  return found;
}

declare global {
  interface Window { strictResult?: Record<string, string> }
}
// By the page itself, not called from the test: code run through the debugger may use eval whatever the policy says.
window.strictResult = await tryAll();
