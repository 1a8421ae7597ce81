/** Backends by name: what a command line can say and a worker thread can be told. */
import { cpu, wasm } from 'bptt';
import type { Backend } from 'bptt';

export const BACKENDS = ['wasm', 'cpu', 'cpu64', 'gpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** One backend for as many models as are wanted. `gpu` needs the optional peers gpu.js and, in Node, webgpu. */
export async function backendNamed(name: BackendName): Promise<Backend> {
  switch (name) {
    case 'wasm': return wasm();
    case 'cpu': return cpu();
    case 'cpu64': return cpu({ dtype: 'float64' });
    case 'gpu': return (await import('bptt/gpu')).gpu();
  }
}
