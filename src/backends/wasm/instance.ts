/** The kernels, compiled once and instantiated over a memory for each model. */
import type { Storage } from '../linear/memory.js';
import type { RawKernels } from '../linear/raw.js';
import type { ComposedKernels, ConvolutionParts } from './convolution.js';
import type { ImageKernels } from './images.js';
import { createMemory, memoryStorage } from './memory.js';
import { moduleHex } from './module.js';

type CoreKernels = Omit<RawKernels, keyof ComposedKernels>;

/** The raw kernel table, and what its convolutions are composed of. */
export type WasmKernels = RawKernels & ConvolutionParts;

/** What the modules export: the table, with the packing of matrices as two plain functions and without convolutions. */
type KernelExports = WebAssembly.Exports & Omit<CoreKernels, 'packing'> & {
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

const modules = { own: new Map<string, WebAssembly.Module>(), shared: new Map<string, WebAssembly.Module>() };

/** Compiled on first use; all instances share it. */
function moduleOf(shared: boolean, hex: string): WebAssembly.Module {
  const known = shared ? modules.shared : modules.own;
  const module = known.get(hex) ?? new WebAssembly.Module(shared ? shareable(bytes(hex)) : bytes(hex));
  known.set(hex, module);
  return module;
}

/** The kernels and those of `texts`; a later module replaces what an earlier one has. */
export function compiled(shared: boolean, ...texts: readonly (string | undefined)[]): readonly WebAssembly.Module[] {
  return [moduleHex, ...texts].filter((hex) => hex !== undefined).map((hex) => moduleOf(shared, hex));
}

interface Instance<K> { readonly kernels: K; readonly memory: WebAssembly.Memory; readonly storage: Storage }

function tablesOf(memory: WebAssembly.Memory, list: readonly WebAssembly.Module[]): WebAssembly.Exports {
  return Object.assign({}, ...list.map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports)) as WebAssembly.Exports;
}

function instantiateCore(threads: number, product: string | undefined): Instance<CoreKernels> {
  const memory = createMemory(threads > 1);
  const { packSize, pack, scratch, scratchBytes, ...rest } = tablesOf(memory, compiled(threads > 1, product)) as KernelExports;
  const reserved = scratch.value + threads * scratchBytes.value;
  return { kernels: { ...rest, packing: { size: packSize, pack } }, memory, storage: memoryStorage(memory, reserved) };
}

function withImages(core: Instance<CoreKernels>, { text, compose }: ImageKernels, threads: number): WasmKernels {
  const { scratch: _scratch, scratchBytes: _bytes, ...parts } = tablesOf(core.memory, [moduleOf(threads > 1, text)]);
  const kernels = { ...core.kernels, ...parts as WebAssembly.Exports & ConvolutionParts };
  return { ...kernels, ...compose(kernels, threads) };
}

/** Kernels over a memory of their own, which has room for the work of so many threads. `product`: text of a module whose products replace the usual ones. */
export function instantiate(images: ImageKernels, threads = 1, product?: string): Instance<WasmKernels> {
  const core = instantiateCore(threads, product);
  return { ...core, kernels: withImages(core, images, threads) };
}

/** The same for one thread, where the kernels over images may come later: they are looked for when one is called. */
export function instantiateWithout(imagesNow: () => ImageKernels, product?: string): Instance<RawKernels> {
  const core = instantiateCore(1, product);
  let all: WasmKernels | undefined;
  const found = (): WasmKernels => all ??= withImages(core, imagesNow(), 1);
  return {
    ...core,
    kernels: {
      ...core.kernels,
      workspace: (kernel, sliding) => found().workspace?.(kernel, sliding) ?? 0,
      conv2d: (...values) => { found().conv2d(...values); },
      conv2dBackward: (...values) => { found().conv2dBackward(...values); },
      conv2dKernel: (...values) => { found().conv2dKernel(...values); },
      maxPool2d: (...values) => { found().maxPool2d(...values); },
      maxPool2dBackward: (...values) => { found().maxPool2dBackward(...values); },
      averagePool2d: (...values) => { found().averagePool2d(...values); },
      averagePool2dBackward: (...values) => { found().averagePool2dBackward(...values); },
    },
  };
}
