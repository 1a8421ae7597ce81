/**
 * onnxruntime-web, which runs in Node as it does in browsers; installed by `npm ci --ignore-scripts --prefix test/onnxruntime`. Where that is asked for,
 * onnxruntime-node, the native one: `npm install --ignore-scripts --prefix test/onnxruntime-node`.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sizeOf } from '../../../../src/tensor.js';
import type { Shape } from '../../../../src/tensor.js';

interface OrtTensor { readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array; readonly dims: readonly number[] }
interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}
interface Ort {
  readonly env: { readonly wasm: { numThreads: number }; logLevel: string };
  readonly InferenceSession: { create(bytes: Uint8Array, options: { readonly executionProviders: readonly string[]; readonly logSeverityLevel: number }): Promise<OrtSession> };
  readonly Tensor: new (type: string, data: ArrayLike<number> | BigInt64Array, dims: readonly number[]) => OrtTensor;
}

let loaded: Ort | undefined;
let native = false;

/** Before the first session. */
export function useNativeRuntime(): void {
  native = true;
}

function ort(): Ort {
  if (!loaded) {
    const folder = native ? 'onnxruntime-node' : 'onnxruntime';
    const require = createRequire(join(import.meta.dirname, '../../../../../test', folder, 'package.json'));
    loaded = require(native ? 'onnxruntime-node' : 'onnxruntime-web') as Ort;
    if (!native) loaded.env.wasm.numThreads = 1;
  }
  return loaded;
}

export interface Fed { readonly type: 'float32' | 'float64' | 'int32' | 'int64' | 'bool'; readonly data: ArrayLike<number>; readonly shape: Shape }

export interface RuntimeModel {
  readonly inputNames: readonly string[];
  run(feeds: Readonly<Record<string, Fed>>): Promise<Map<string, { data: Float32Array | Float64Array; shape: readonly number[] }>>;
  release(): Promise<void>;
}

/** @throws Error of the runtime for a graph that it does not take. */
export async function openInRuntime(bytes: Uint8Array): Promise<RuntimeModel> {
  const { InferenceSession, Tensor } = ort();
  const session = await InferenceSession.create(bytes, { executionProviders: [native ? 'cpu' : 'wasm'], logSeverityLevel: 3 });
  const kinds = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array };
  return {
    inputNames: session.inputNames,
    async run(feeds) {
      const tensors = Object.fromEntries(Object.entries(feeds).map(([name, { type, data, shape }]) => {
        if (data.length !== sizeOf(shape)) throw new Error(`${name}: ${data.length} numbers for [${shape.join()}]`);
        return [name, new Tensor(type, type === 'int64' ? BigInt64Array.from(Array.from(data), BigInt) : kinds[type].from(data), shape)];
      }));
      const results = await session.run(tensors);
      return new Map(session.outputNames.map((name) => {
        const { data = [], dims = [] } = results[name] ?? {};
        return [name, { data: data instanceof Float64Array ? data : Float32Array.from(data as ArrayLike<number>, Number), shape: dims }];
      }));
    },
    release: () => session.release(),
  };
}
