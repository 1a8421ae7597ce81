/**
 * WebAssembly SIMD with its options. The kernels stand in assembly/, built by scripts/build-wasm.mjs. What is not asked for is not fetched:
 * threads, relaxed products, families of kernels.
 */
import type { Backend } from '../../backend.js';
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { simdBackend } from './backend.js';
import { hardwareThreads, threadObstacle } from './host.js';
import { requireRelaxedSimd } from './relaxed.js';

export interface WasmOptions {
  /**
   * Threads that large kernels are shared among, the calling one included; at most as many as the hardware has. 1 unless
   * given. The results are the same, bit for bit.
   */
  readonly threads?: number | undefined;
  /**
   * Matrix products by fused multiply-add, which rounds once instead of twice: faster, but no longer the same bits on every
   * host. Off unless given. In Node 20 it sets the V8 flag `--experimental-wasm-relaxed-simd` for the whole process.
   */
  readonly relaxedSimd?: boolean | undefined;
}

const optionNames: OptionNames<WasmOptions> = { threads: true, relaxedSimd: 'flag' };

/** How many threads there will be, and why not as many as wished. */
function threadCount(wished: number): { threads: number; reason?: string } {
  if (requireCount('wasm', 'threads', wished) === 1) return { threads: 1 };
  const reason = threadObstacle();
  if (reason !== undefined) return { threads: 1, reason };
  const threads = Math.min(wished, hardwareThreads());
  return threads < wished ? { threads, reason: `the hardware has no more than ${threads}` } : { threads };
}

/**
 * WebAssembly SIMD in float32: the same seed gives the same bits with any number of threads and, unless `relaxedSimd` is
 * chosen, on every machine. Where the host has no WebAssembly SIMD the plain TypeScript backend takes its place, and where it
 * has no threads to share memory with, one thread does the work; `description` says so and why.
 *
 * @throws ArgumentError if `threads` is not a whole number of at least 1.
 * @throws BackendError if `relaxedSimd` is chosen and the host lacks it.
 */
export async function wasm(options: WasmOptions = {}): Promise<Backend> {
  const { threads: wished = 1, relaxedSimd = false } = checkOptions('wasm', options, optionNames);
  if (relaxedSimd) requireRelaxedSimd();
  const { threads, reason } = threadCount(wished);
  const details = [
    relaxedSimd ? ' with relaxed multiply-add' : '', `, ${threads === 1 ? '1 thread' : `${threads} threads`}`, reason === undefined ? '' : ` (${reason})`,
  ];
  const backend = simdBackend(details.join(''), async () => {
    const product = relaxedSimd ? (await import('./modules/relaxed.js')).text : undefined;
    return threads > 1 ? (await import('./threads.js')).threaded(threads, product) : (await import('./single.js')).singleThread(product);
  });
  await backend.prepare?.([]);
  return backend;
}
