/** The backends a benchmark row can name. */
import { cpu, wasm } from 'bptt';
import type { Backend } from 'bptt';
import { gpu } from 'bptt/gpu';
import type { GpuOptions } from 'bptt/gpu';

const gpuModes: Readonly<Record<string, GpuOptions['mode']>> = {
  'gpu-webgpu': 'webgpu', 'gpu-webgl2': 'webgl2', 'gpu-webasm': 'webasm', 'gpu-cpu': 'cpu',
};

/** Every name {@link backendByName} knows, beside `gpu`: the best mode of gpu.js here. */
export const backendNames = ['wasm', 'wasm2', 'wasm-relaxed', 'cpu', ...Object.keys(gpuModes)];

/** @throws Error for a name that is not one of {@link backendNames}; BackendError for one that cannot run here. */
export async function backendByName(name: string): Promise<Backend> {
  if (name === 'wasm') return wasm();
  if (name === 'wasm2') return wasm({ threads: 2 });
  if (name === 'wasm-relaxed') return wasm({ relaxedSimd: true });
  if (name === 'cpu') return cpu();
  if (name === 'gpu') return gpu();
  const mode = gpuModes[name];
  if (mode) return gpu({ mode });
  throw new Error(`unknown backend '${name}': choose from ${backendNames.join(', ')}`);
}

/** The names that run here. What a missing one lacks is printed by `--backends NAME`. */
export async function availableBackends(): Promise<string[]> {
  const found = await Promise.all(backendNames.map((name) => backendByName(name).then(() => true, () => false)));
  return backendNames.filter((_, i) => found[i]);
}
