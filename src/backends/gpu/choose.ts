/** The choice behind `backend: 'auto'`. */
import type { Backend } from '../../backend.js';
import { explained } from '../auto.js';
import { wasmBackend } from '../wasm/backend.js';
import { crossoverOf } from './crossover.js';
import { gpu } from './index.js';

function mega(operations: number): string {
  return `${(operations / 1e6).toPrecision(3)} MFLOP`;
}

/** The rule itself: the GPU from the crossover on. */
export function decide(work: number, crossover: number, gpuBackend: Backend, wasm: Backend): Backend {
  const largest = `the largest product of a step is ${mega(work)}`;
  if (!Number.isFinite(crossover)) return explained(wasm, `${gpuBackend.description} was slower at every measured size`);
  return work >= crossover
    ? explained(gpuBackend, `${largest}, and the GPU is faster from ${mega(crossover)} on`)
    : explained(wasm, `${largest}, and the GPU is faster only from ${mega(crossover)} on`);
}

/**
 * wasm, or the GPU if there is one and the work is enough for it.
 * @param work floating-point operations of the model's largest product.
 */
export async function chooseBackend(work: number): Promise<Backend> {
  const wasm = wasmBackend();
  let found;
  try {
    found = await gpu();
  } catch (error) {
    return explained(wasm, error instanceof Error ? error.message : String(error));
  }
  if (found.mode !== 'webgpu' && found.mode !== 'webgl2') return explained(wasm, `no GPU: ${found.fallbackReason ?? 'none found'}`);
  return decide(work, await crossoverOf(found, wasm), found, wasm);
}
