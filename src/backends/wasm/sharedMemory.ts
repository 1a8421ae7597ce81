/** The linear memory of one model as threads share it. */
import { compiling } from './instance.js';
import type { Base } from './instance.js';
import { mostPages } from './memory.js';

/** The import of a memory as AssemblyScript writes it, section header included, and the same for a shared one. */
const memoryImport = [2, 15, 1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 0, 0];
const sharedImport = [2, 18, ...memoryImport.slice(2, -2), 3, 0, 128, 128, 4];

/** A module that takes a shared memory of up to 4 GiB: the same kernels behind another import. */
function shareable(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = binary.findIndex((_, i) => memoryImport.every((byte, j) => binary[i + j] === byte));
  return Uint8Array.of(...binary.subarray(0, at), ...sharedImport, ...binary.subarray(at + memoryImport.length));
}

/**
 * To the garbage collector of V8 a shared memory weighs nothing, so dropped models would pile up. Beside it stands an array of the same
 * size that nobody touches: its pages are never given out, but it is counted.
 */
class Ballast {
  readonly held: ArrayBuffer[] = [];

  carry(bytes: number): void {
    try {
      this.held[0] = new ArrayBuffer(bytes);
    } catch {
      this.held.length = 0; // not even addresses for it: the collector is at work already
    }
  }
}

const moduleOf = compiling(shareable);

export function sharedBase(threads: number): Base {
  const ballast = new Ballast();
  return {
    memory: new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true }), threads, moduleOf,
    grown: (bytes) => { ballast.carry(bytes); },
  };
}
