/** What the backends on WebAssembly are before anything of them is fetched. */
import type { Backend } from '../../backend.js';
import { BackendError } from '../../errors.js';
import { simdObstacle } from './simd.js';

/** What a backend does, once it is fetched. */
export type Work = Required<Pick<Backend, 'open' | 'prepare'>>;

async function plain(): Promise<Work> {
  const { openCpu } = await import('../cpu/device.js');
  return { open: () => openCpu('float32'), prepare: () => Promise.resolve() };
}

/** A backend on WebAssembly, or plain TypeScript where the host has no SIMD; the description says which and why. Both are fetched by `prepare`. */
export function simdBackend(details: string, fetch: () => Promise<Work>): Backend {
  const missing = simdObstacle();
  let fetching: Promise<Work> | undefined;
  let work: Work | undefined;
  return {
    name: missing === undefined ? 'wasm' : 'cpu',
    dtype: 'float32',
    description: missing === undefined ? `wasm simd128${details}` : `cpu float32 (${missing})`,
    open() {
      if (work) return work.open();
      throw new BackendError({ operation: 'wasm', argument: 'kernels', expected: 'fetched', actual: 'not yet', hint: 'Await prepare([]) of the backend first.' });
    },
    async prepare(families) {
      const wanted = [...families];
      work = await (fetching ??= missing === undefined ? fetch() : plain());
      await work.prepare(wanted);
    },
  };
}

/** The backend of `wasm()` with its defaults, at once: for `compile` without a backend. */
export function wasmBackend(): Backend {
  return simdBackend(', 1 thread', async () => (await import('./single.js')).singleThread());
}
