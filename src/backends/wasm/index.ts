/** WebAssembly SIMD: the default backend. The kernels stand in assembly/, built by scripts/build-wasm.mjs. */
import type { Backend, Device } from '../../backend.js';
import { ArgumentError } from '../../errors.js';
import { cpu } from '../cpu/index.js';
import { linearDevice } from '../linear/device.js';
import type { Storage } from '../linear/memory.js';
import type { RawKernels } from '../linear/raw.js';
import { hardwareThreads, threadObstacle } from './host.js';
import { createMemory, memoryStorage } from './memory.js';
import { moduleHex } from './module.js';
import { relaxedHex } from './moduleRelaxed.js';
import { Pool } from './pool.js';
import { requireRelaxedSimd } from './relaxed.js';
import { cutNames, splitKernels } from './split.js';

/** What the modules export: the raw kernel table, with the packing of matrices as two plain functions. */
type KernelExports = WebAssembly.Exports & Omit<RawKernels, 'packing'> & {
  /** Working memory of one thread, and where that of this instance lies. */
  readonly scratchBytes: WebAssembly.Global<'i32'>;
  readonly scratch: WebAssembly.Global<'i32'>;
  packSize(n: number, k: number): number;
  pack(out: number, mode: number, n: number, k: number, b: number, ldb: number): void;
};

export interface WasmOptions {
  /**
   * Threads that large kernels are shared among, the calling one included; at most as many as the hardware has. 1 unless
   * given. The results are the same, bit for bit.
   */
  readonly threads?: number;
  /**
   * Matrix products by fused multiply-add, which rounds once instead of twice: faster, but no longer the same bits on every
   * host. Off unless given. In Node 20 it sets the V8 flag `--experimental-wasm-relaxed-simd` for the whole process.
   */
  readonly relaxedSimd?: boolean;
}

/** Start-up counts: two digits by arithmetic, 0–9 end in their value, a–f in one to six with bit 64 set. */
function bytes(hex: string): Uint8Array<ArrayBuffer> {
  const digit = (at: number): number => {
    const code = hex.charCodeAt(at);
    return (code & 15) + 9 * (code >> 6);
  };
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = 16 * digit(2 * i) + digit(2 * i + 1);
  return out;
}

/** A module of one function that returns a vector: (func (result v128) i32.const 0 i8x16.splat). */
const simdProbe = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11);

/** Why WebAssembly SIMD cannot run here, if it cannot. */
function obstacle(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'no WebAssembly here';
  return WebAssembly.validate(simdProbe) ? undefined : 'no WebAssembly SIMD here';
}

/** The import of a memory as AssemblyScript writes it, section header included, and the same for a shared one. */
const memoryImport = [2, 15, 1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 0, 0];
const sharedImport = [2, 18, ...memoryImport.slice(2, -2), 3, 0, 128, 128, 4];

/** A module that takes a shared memory of up to 4 GiB: the same kernels behind another import. */
function shareable(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = binary.findIndex((_, i) => memoryImport.every((byte, j) => binary[i + j] === byte));
  return Uint8Array.of(...binary.subarray(0, at), ...sharedImport, ...binary.subarray(at + memoryImport.length));
}

const modules = new Map<string, WebAssembly.Module>();

/** Compiled on first use; all instances share them. `product` is the text of a second module, whose kernels replace those of the first. */
export function compiled(shared: boolean, product?: string): readonly WebAssembly.Module[] {
  return (product === undefined ? [moduleHex] : [moduleHex, product]).map((hex, i) => {
    const key = `${i} ${shared}`;
    const module = modules.get(key) ?? new WebAssembly.Module(shared ? shareable(bytes(hex)) : bytes(hex));
    modules.set(key, module);
    return module;
  });
}

interface Instance { readonly kernels: RawKernels; readonly memory: WebAssembly.Memory; readonly storage: Storage }

/** Kernels over a memory of their own, which has room for the work of so many threads. */
export function instantiate(threads = 1, product?: string): Instance {
  const memory = createMemory(threads > 1);
  const tables = compiled(threads > 1, product).map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports);
  const { packSize, pack, scratch, scratchBytes, ...rest } = Object.assign({}, ...tables) as KernelExports;
  const reserved = scratch.value + threads * scratchBytes.value;
  return { kernels: { ...rest, packing: { size: packSize, pack } }, memory, storage: memoryStorage(memory, reserved) };
}

/** A device that is never disposed of must not keep its memory alive in the helpers. */
const forgotten = new FinalizationRegistry<() => void>((close) => close());

/** Models share helper threads: the first to open starts them, the last to close ends them. */
function threadedOpen(threads: number, product?: string): () => Device {
  let pool: Pool | undefined;
  return () => {
    const { kernels, memory, storage } = instantiate(threads, product);
    const chosen = pool ??= new Pool(compiled(true, product), cutNames, threads);
    const id = chosen.add(memory);
    const close = (): void => {
      if (chosen.remove(id) && pool === chosen) pool = undefined;
    };
    const device = linearDevice(splitKernels(kernels, chosen, id, threads), storage, 'float32');
    const watched: Device = {
      ...device,
      dispose() {
        device.dispose();
        close();
      },
    };
    forgotten.register(watched, close);
    return watched;
  };
}

/** How many threads there will be, and why not as many as wished. */
function threadCount(wished: number): { threads: number; reason?: string } {
  if (!Number.isInteger(wished) || wished < 1) {
    throw new ArgumentError({ operation: 'wasm', argument: 'threads', expected: 'a whole number of at least 1', actual: String(wished) });
  }
  if (wished === 1) return { threads: 1 };
  const reason = threadObstacle();
  if (reason !== undefined) return { threads: 1, reason };
  const threads = Math.min(wished, hardwareThreads());
  return threads < wished ? { threads, reason: `the hardware has no more than ${threads}` } : { threads };
}

/** The backend of {@link wasm}, at once: for `compile` without a backend. Knows of no relaxed product, so that bundles may do without. */
export function wasmBackend(wished = 1, product?: string): Backend {
  const { threads, reason } = threadCount(wished);
  const missing = obstacle();
  if (missing !== undefined) {
    const fallback = cpu();
    return { ...fallback, description: `${fallback.description} (${missing})` };
  }
  const count = threads === 1 ? '1 thread' : `${threads} threads`;
  return {
    name: 'wasm',
    dtype: 'float32',
    description: `wasm simd128${product === undefined ? '' : ' with relaxed multiply-add'}, ${count}${reason === undefined ? '' : ` (${reason})`}`,
    open: threads > 1 ? threadedOpen(threads, product) : () => {
      const { kernels, storage } = instantiate(1, product);
      return linearDevice(kernels, storage, 'float32');
    },
  };
}

/**
 * WebAssembly SIMD in float32: the same seed gives the same bits with any number of threads and, unless `relaxedSimd` is
 * chosen, on every machine. Where the host has no WebAssembly SIMD the plain TypeScript backend takes its place, and where it has no threads to share memory
 * with, one thread does the work; `description` says so and why.
 * @throws ArgumentError if `threads` is not a whole number of at least 1.
 * @throws BackendError if `relaxedSimd` is chosen and the host lacks it.
 */
export async function wasm({ threads, relaxedSimd = false }: WasmOptions = {}): Promise<Backend> {
  if (relaxedSimd) requireRelaxedSimd();
  return wasmBackend(threads, relaxedSimd ? relaxedHex : undefined);
}
