/** Backends that spoil what is not to last, so that a test turns red where somebody reads it all the same. */
import type { Backend, Kernels } from '../../src/backend.js';

/** More numbers than one segment of the tests takes. */
const spoiled = 1 << 16;

function spoiling(k: Kernels): Kernels {
  const { brief } = k;
  if (!brief) throw new Error('a device that takes no room back');
  return {
    ...k,
    brief(work) {
      brief(work);
      brief(() => { k.full([spoiled], NaN); });
    },
  };
}

function over(backend: Backend, kernels: (k: Kernels) => Kernels): Backend {
  return {
    ...backend,
    open() {
      const device = backend.open();
      return { ...device, compile: (step, shapes, variables) => device.compile((k, inputs, values) => step(kernels(k), inputs, values), shapes, variables) };
    },
  };
}

/** The same without `brief`: sequences are not cut there. */
export function wholeBackend(backend: Backend): Backend {
  return over(backend, (k) => ({ ...k, brief: undefined }));
}

/** The same, but that the room which `brief` takes back holds NaN afterwards. */
export function spoilingBackend(backend: Backend): Backend {
  return over(backend, spoiling);
}
