/** The kernels, compiled once and instantiated over a memory for each model. */
import type { Family } from '../linear/device.js';
import type { Storage } from '../linear/memory.js';
import type { RawKernels } from '../linear/raw.js';
import type { ConvolutionParts } from './convolution.js';
import { createMemory, memoryStorage } from './memory.js';
import { bytesOf } from './text.js';

/** The raw kernel table, and what its convolutions are composed of: all of it that the families at hand have. */
export type WasmKernels = RawKernels & ConvolutionParts;

/** Kernels of one module; all are over the same memory. */
export interface WasmFamily {
  /** The module (text.ts). */
  readonly text: string;
  readonly kernels: Family;
  /** Raw kernels that are made of those of the modules. */
  readonly compose?: (parts: WasmKernels, threads: number) => Partial<RawKernels>;
}

/** What the modules export: the table, with the packing of matrices as two plain functions. */
type KernelExports = WebAssembly.Exports & Omit<WasmKernels, 'packing'> & {
  /** Working memory of one thread, and where that of this instance lies. */
  readonly scratchBytes: WebAssembly.Global<'i32'>;
  readonly scratch: WebAssembly.Global<'i32'>;
  packSize(n: number, k: number): number;
  pack(out: number, mode: number, n: number, k: number, b: number, ldb: number): void;
};

/** The import of a memory as AssemblyScript writes it, section header included, and the same for a shared one. */
const memoryImport = [2, 15, 1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 0, 0];
const sharedImport = [2, 18, ...memoryImport.slice(2, -2), 3, 0, 128, 128, 4];

/** A module that takes a shared memory of up to 4 GiB: the same kernels behind another import. */
function shareable(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = binary.findIndex((_, i) => memoryImport.every((byte, j) => binary[i + j] === byte));
  return Uint8Array.of(...binary.subarray(0, at), ...sharedImport, ...binary.subarray(at + memoryImport.length));
}

const modules = { own: new Map<string, WebAssembly.Module>(), shared: new Map<string, WebAssembly.Module>() };

/** Compiled on first use; all instances share it. */
function moduleOf(shared: boolean, text: string): WebAssembly.Module {
  const known = shared ? modules.shared : modules.own;
  const module = known.get(text) ?? new WebAssembly.Module(shared ? shareable(bytesOf(text)) : bytesOf(text));
  known.set(text, module);
  return module;
}

export interface Instance {
  readonly kernels: WasmKernels;
  readonly memory: WebAssembly.Memory;
  readonly storage: Storage;
  readonly modules: readonly WebAssembly.Module[];
}

/** `kernels`, and what families compose of them. */
export function composed(kernels: WasmKernels, families: readonly WasmFamily[], threads: number): WasmKernels {
  return Object.assign({}, kernels, ...families.map(({ compose }) => compose?.(kernels, threads))) as WasmKernels;
}

/**
 * Kernels over a memory of their own, which has room for the work of so many threads.
 * @param families the core first; a later one replaces what an earlier one has.
 */
export function instantiate(families: readonly WasmFamily[], threads = 1): Instance {
  const memory = createMemory(threads > 1);
  const list = families.map(({ text }) => moduleOf(threads > 1, text));
  const exports = Object.assign({}, ...list.map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports)) as KernelExports;
  const { packSize, pack, scratch, scratchBytes, ...rest } = exports;
  const kernels = { ...rest, packing: { size: packSize, pack } };
  const reserved = scratch.value + threads * scratchBytes.value;
  return { kernels: composed(kernels, families, threads), memory, storage: memoryStorage(memory, reserved), modules: list };
}
