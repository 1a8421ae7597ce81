/** Whether the host has relaxed SIMD, after asking it to. */
import { BackendError } from '../../errors.js';

export interface RelaxedHost {
  validate(binary: Uint8Array<ArrayBuffer>): boolean;
  /** Turns relaxed SIMD on, where that can be done at run time. */
  enable(): void;
}

/** A module of one function: (func (result v128) three times i32.const 0 i8x16.splat, f32x4.relaxed_madd). */
const vector = [65, 0, 253, 15];
const probe = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, ...vector, ...vector, ...vector, 253, 133, 2, 11,
);

const thisHost: RelaxedHost = {
  validate: (binary) => typeof WebAssembly !== 'undefined' && WebAssembly.validate(binary),
  /** Node 20 knows it behind a flag, which holds for modules compiled and threads started from now on. */
  enable() {
    if (typeof process === 'undefined') return;
    process.getBuiltinModule?.('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
  },
};

/** @throws BackendError if the host lacks relaxed SIMD, and nothing turns it on. */
export function requireRelaxedSimd(host: RelaxedHost = thisHost): void {
  if (host.validate(probe)) return;
  host.enable();
  if (host.validate(probe)) return;
  throw new BackendError({
    operation: 'wasm', argument: 'relaxedSimd', expected: 'a host with WebAssembly relaxed SIMD', actual: 'a host without it',
    hint: 'Leave relaxedSimd out: the plain kernels run everywhere. Node from version 20 and Chromium from 114 have it.',
  });
}
