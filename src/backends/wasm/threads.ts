/** Devices whose large kernels are shared among threads. */
import type { Device } from '../../backend.js';
import { linearDevice } from '../linear/device.js';
import { images } from './images.js';
import { compiled, instantiate } from './instance.js';
import { Pool } from './pool.js';
import { cutNames, splitKernels } from './split.js';

/** A device that is never disposed of must not keep its memory alive in the helpers. */
const forgotten = new FinalizationRegistry<() => void>((close) => close());

/** Models share helper threads: the first to open starts them, the last to close ends them. */
export function threadedOpen(threads: number, product?: string): () => Device {
  let pool: Pool | undefined;
  return () => {
    const { kernels, memory, storage } = instantiate(images, threads, product);
    const chosen = pool ??= new Pool(compiled(true, product, images.text), cutNames, threads);
    const id = chosen.add(memory);
    const close = (): void => {
      if (chosen.remove(id) && pool === chosen) pool = undefined;
    };
    const device = linearDevice(splitKernels(kernels, chosen, id, threads), storage, 'float32', true);
    const watched: Device = {
      ...device,
      dispose() {
        device.dispose();
        close();
      },
    };
    forgotten.register(watched, close);
    return watched;
  };
}
