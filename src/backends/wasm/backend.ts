/** The default backend: one thread, the same bits everywhere. Apart from index.ts, so that bundles may do without threads. */
import type { Backend, Device } from '../../backend.js';
import { BackendError } from '../../errors.js';
import { cpu } from '../cpu/index.js';
import { linearDevice } from '../linear/device.js';
import type { ImageKernels } from './images.js';
import { instantiateWithout } from './instance.js';

/** A module of one function that returns a vector: (func (result v128) i32.const 0 i8x16.splat). */
const simdProbe = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11);

/** Why WebAssembly SIMD cannot run here, if it cannot. */
function obstacle(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'no WebAssembly here';
  return WebAssembly.validate(simdProbe) ? undefined : 'no WebAssembly SIMD here';
}

/** A backend on WebAssembly, or plain TypeScript where the host has no SIMD; the description says which and why. */
export function simdBackend(details: string, work: Pick<Backend, 'open' | 'prepareImages'>): Backend {
  const missing = obstacle();
  if (missing === undefined) return { name: 'wasm', dtype: 'float32', description: `wasm simd128${details}`, ...work };
  const fallback = cpu();
  return { ...fallback, description: `${fallback.description} (${missing})` };
}

/** Devices of one thread. `product`: text of a module whose products replace the usual ones. */
export function singleThread(product?: string): Required<Pick<Backend, 'open' | 'prepareImages'>> {
  let images: ImageKernels | undefined;
  const imagesNow = (): ImageKernels => {
    if (images) return images;
    throw new BackendError({ operation: 'wasm', argument: 'kernels over images', expected: 'fetched', actual: 'not yet', hint: 'Await prepareImages() of the backend first.' });
  };
  return {
    open(): Device {
      const { kernels, storage } = instantiateWithout(imagesNow, product);
      return linearDevice(kernels, storage, 'float32', true);
    },
    async prepareImages() {
      ({ images } = await import('./images.js'));
    },
  };
}

/** The backend of `wasm()` with its defaults, at once: for `compile` without a backend. */
export function wasmBackend(): Backend {
  return simdBackend(', 1 thread', singleThread());
}
