/** The kernels, compiled once and instantiated over a memory for each model. */
import type { Storage } from '../linear/memory.js';
import type { RawKernels } from '../linear/raw.js';
import { composeConvolution } from './convolution.js';
import type { ComposedKernels, ConvolutionParts } from './convolution.js';
import { createMemory, memoryStorage } from './memory.js';
import { moduleHex } from './module.js';

/** The raw kernel table, and what its convolutions are composed of. */
export type WasmKernels = RawKernels & ConvolutionParts;

/** What the modules export: the table, with the packing of matrices as two plain functions and without convolutions. */
type KernelExports = WebAssembly.Exports & Omit<WasmKernels, 'packing' | keyof ComposedKernels> & {
  /** Working memory of one thread, and where that of this instance lies. */
  readonly scratchBytes: WebAssembly.Global<'i32'>;
  readonly scratch: WebAssembly.Global<'i32'>;
  packSize(n: number, k: number): number;
  pack(out: number, mode: number, n: number, k: number, b: number, ldb: number): void;
};

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

interface Instance { readonly kernels: WasmKernels; readonly memory: WebAssembly.Memory; readonly storage: Storage }

/** Kernels over a memory of their own, which has room for the work of so many threads. */
export function instantiate(threads = 1, product?: string): Instance {
  const memory = createMemory(threads > 1);
  const tables = compiled(threads > 1, product).map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports);
  const { packSize, pack, scratch, scratchBytes, ...rest } = Object.assign({}, ...tables) as KernelExports;
  const reserved = scratch.value + threads * scratchBytes.value;
  const kernels = { ...rest, packing: { size: packSize, pack } };
  return { kernels: { ...kernels, ...composeConvolution(kernels, threads) }, memory, storage: memoryStorage(memory, reserved) };
}
