/** The linear memory of one model: WebAssembly pages, and float32 views on them. */
import { BackendError } from '../../errors.js';
import type { Storage } from '../linear/memory.js';

const pageBytes = 65536;
/** Memory grows by half of itself, but by no more than 64 MB beyond what is needed: on 64-bit hosts it grows in place. */
const mostAhead = 1024;
/** Elements kept free at the top: kernels load whole vectors, which reach up to three elements past the end of an array (lanes.ts). */
const beyond = 4;
/** 4 GiB, the reach of a 32-bit address. */
export const mostPages = 65536;

/** Pages that hold `bytes`. */
function pages(bytes: number): number {
  return Math.ceil(bytes / pageBytes);
}

export interface WasmMemory {
  /** One page; the first allocation grows it. */
  readonly memory: WebAssembly.Memory;
  /** Told how large the memory has become. */
  readonly grown?: (bytes: number) => void;
}

/** `reserved` bytes at the foot belong to the kernels. */
export function memoryStorage({ memory, grown }: WasmMemory, reserved: number): Storage {
  let heap = new Float32Array(memory.buffer);
  /** All of the memory. Growing it detaches the view, or where it is shared leaves it short. */
  const whole = (end: number): Float32Array => {
    if (heap.length < end) heap = new Float32Array(memory.buffer);
    return heap;
  };
  return {
    unit: 4,
    start: reserved / 4,
    capacity: () => memory.buffer.byteLength / 4 - beyond,
    grow(elements) {
      const held = pages(memory.buffer.byteLength);
      const needed = pages((elements + beyond) * 4);
      try {
        memory.grow(Math.max(needed, Math.min(held + Math.min(Math.ceil(held / 2), mostAhead), mostPages)) - held);
        grown?.(memory.buffer.byteLength);
      } catch (cause) {
        throw new BackendError({
          operation: 'wasm', argument: 'memory', expected: `at least ${needed} pages of 64 kB`, actual: `${held} and no more from the host`,
          hint: 'Use a smaller batch or fewer units, and dispose of models you no longer need.',
        }, { cause });
      }
    },
    read: (at, n) => new Float32Array(new Float32Array(memory.buffer, at, n)), // never shared, as a copy of a view is
    write: (at, values) => { whole(at / 4 + values.length).set(values, at / 4); },
    readInto(at, out) {
      const from = at / 4;
      const held = whole(from + out.length);
      for (let i = 0; i < out.length; i++) out[i] = held[from + i]!;
    },
  };
}
