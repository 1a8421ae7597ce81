/** The kernels, compiled once and instantiated over a memory for each model. */
import type { Family } from '../linear/device.js';
import type { Storage } from '../linear/memory.js';
import type { RawKernels } from '../linear/raw.js';
import type { ConvolutionParts } from './convolution.js';
import { memoryStorage } from './memory.js';
import type { WasmMemory } from './memory.js';
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

/** @param adapted the binary for the memory that it is to take. @returns a module of a text, compiled on first use; all instances share it. */
export function compiling(adapted = (binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => binary): (text: string) => WebAssembly.Module {
  const known = new Map<string, WebAssembly.Module>();
  return (text) => {
    const module = known.get(text) ?? new WebAssembly.Module(adapted(bytesOf(text)));
    known.set(text, module);
    return module;
  };
}

/** What kernels are instantiated over. */
export interface Base extends WasmMemory {
  /** How many work on it. */
  readonly threads: number;
  moduleOf(text: string): WebAssembly.Module;
}

const moduleOf = compiling();

/** A memory for one thread. */
function ownBase(): Base {
  return { memory: new WebAssembly.Memory({ initial: 1 }), threads: 1, moduleOf };
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
 * Kernels over a memory, which has room for the work of so many threads.
 * @param families the core first; a later one replaces what an earlier one has.
 */
export function instantiate(families: readonly WasmFamily[], base = ownBase()): Instance {
  const { memory, threads } = base;
  const modules = families.map(({ text }) => base.moduleOf(text));
  const exports = Object.assign({}, ...modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports)) as KernelExports;
  const { packSize, pack, scratch, scratchBytes, ...rest } = exports;
  const kernels = { ...rest, packing: { size: packSize, pack } };
  const reserved = scratch.value + threads * scratchBytes.value;
  return { kernels: composed(kernels, families, threads), memory, storage: memoryStorage(base, reserved), modules };
}
