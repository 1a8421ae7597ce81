/**
 * `backend: 'auto'`: wasm, or the GPU where a measured crossover says that the model's products are large enough.
 *
 * The choice itself is made by `bptt/gpu`, which is asked for at run time by a name that bundlers do not follow, so that
 * nobody who stays with wasm carries it. Where it cannot be loaded wasm runs, and the description says why.
 */
import type { Backend } from '../backend.js';
import { wasmBackend } from './wasm/backend.js';

/** What `bptt/gpu` offers for the choice. */
interface Chooser { chooseBackend(work: number): Promise<Backend> }

/** A backend whose description also says why it was chosen. */
export function explained(backend: Backend, reason: string): Backend {
  return { ...backend, open: () => backend.open(), get description() { return `${backend.description} (auto: ${reason})`; } };
}

/** @param work operations of the model's largest product, see `largestProduct`. */
export async function autoBackend(work: number): Promise<Backend> {
  const entry = 'bptt/gpu';
  let chooser: Chooser;
  try {
    chooser = (await import(entry)) as Chooser;
  } catch {
    return explained(wasmBackend(), 'bptt/gpu is not part of this program');
  }
  return chooser.chooseBackend(work);
}
