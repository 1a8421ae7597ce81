/** Devices of one thread: the same bits everywhere. */
import type { Backend } from '../../backend.js';
import { linearDevice } from '../linear/device.js';
import { FetchedFamilies } from './families.js';
import { instantiate } from './instance.js';

/** @param product text of a module whose products replace the usual ones. */
export function singleThread(product?: string): Required<Pick<Backend, 'open' | 'prepare'>> {
  const families = new FetchedFamilies(product);
  return {
    open() {
      const { kernels, storage } = instantiate(families.all);
      return linearDevice(kernels, storage, 'float32', families.kernels, true);
    },
    prepare: (wanted) => families.prepare(wanted),
  };
}
