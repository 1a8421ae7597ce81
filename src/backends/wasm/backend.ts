/** What the backends on WebAssembly are before anything of them is fetched. */
import type { Backend } from '../../backend.js';
import { BackendError } from '../../errors.js';

/** A module of one function that returns a vector: (func (result v128) i32.const 0 i8x16.splat). */
const simdProbe = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11);

/** Why WebAssembly SIMD cannot run here, if it cannot. */
function obstacle(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'no WebAssembly here';
  return WebAssembly.validate(simdProbe) ? undefined : 'no WebAssembly SIMD here';
}

/** What a backend does, once it is fetched. */
export type Work = Required<Pick<Backend, 'open' | 'prepare'>>;

async function plain(): Promise<Work> {
  const { openCpu } = await import('../cpu/device.js');
  return { open: () => openCpu('float32'), prepare: () => Promise.resolve() };
}

/** A backend on WebAssembly, or plain TypeScript where the host has no SIMD; the description says which and why. Both are fetched by `prepare`. */
export function simdBackend(details: string, fetch: () => Promise<Work>): Backend {
  const missing = obstacle();
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
