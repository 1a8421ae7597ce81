/** WebAssembly SIMD on one core: the default backend. The kernels stand in assembly/, built by scripts/build-wasm.mjs. */
import type { Backend } from '../../backend.js';
import { cpu } from '../cpu/index.js';
import { linearDevice } from '../linear/device.js';
import type { Storage } from '../linear/memory.js';
import type { RawKernels } from '../linear/raw.js';
import { createMemory, memoryStorage } from './memory.js';
import { moduleBase64 } from './module.js';

/** What the module exports: the raw kernel table, with the packing of matrices as two plain functions. */
type KernelExports = WebAssembly.Exports & Omit<RawKernels, 'packing'> & {
  readonly scratchBytes: WebAssembly.Global<'i32'>;
  packSize(n: number, k: number): number;
  pack(out: number, mode: number, n: number, k: number, b: number, ldb: number): void;
};

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A module of one function that returns a vector: (func (result v128) i32.const 0 i8x16.splat). */
const simdProbe = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11);

/** Why WebAssembly SIMD cannot run here, if it cannot. */
function obstacle(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'no WebAssembly here';
  return WebAssembly.validate(simdProbe) ? undefined : 'no WebAssembly SIMD here';
}

let compiled: WebAssembly.Module | undefined;

/** Kernels over a memory of their own. Compiles the module on first use; all instances share it. */
export function instantiate(): { kernels: RawKernels; storage: Storage } {
  compiled ??= new WebAssembly.Module(bytes(moduleBase64));
  const memory = createMemory();
  const { packSize, pack, scratchBytes, ...rest } = new WebAssembly.Instance(compiled, { env: { memory } }).exports as KernelExports;
  return { kernels: { ...rest, packing: { size: packSize, pack } }, storage: memoryStorage(memory, scratchBytes.value) };
}

/** The backend of {@link wasm}, at once: for `compile` without a backend. */
export function wasmBackend(): Backend {
  const reason = obstacle();
  if (reason !== undefined) {
    const fallback = cpu();
    return { ...fallback, description: `${fallback.description} (${reason})` };
  }
  return {
    name: 'wasm',
    dtype: 'float32',
    description: 'wasm simd128, 1 thread',
    open() {
      const { kernels, storage } = instantiate();
      return linearDevice(kernels, storage, 'float32');
    },
  };
}

/**
 * WebAssembly SIMD in float32: the same seed gives the same bits on every machine. Where the host has no WebAssembly SIMD
 * the plain TypeScript backend takes its place, and its `description` says why.
 */
export async function wasm(): Promise<Backend> {
  return wasmBackend();
}
