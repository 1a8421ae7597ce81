/** The backends a benchmark row can name. */
import { cpu, wasm } from 'bptt';
import type { Backend } from 'bptt';

export const backendNames = ['wasm', 'cpu'] as const;

/** @throws Error for a name that is not one of {@link backendNames}. */
export async function backendByName(name: string): Promise<Backend> {
  if (name === 'wasm') return wasm();
  if (name === 'cpu') return cpu();
  throw new Error(`unknown backend '${name}': choose from ${backendNames.join(', ')}`);
}
