/** Devices whose large kernels are shared among threads. */
import type { Device } from '../../backend.js';
import { linearDevice } from '../linear/device.js';
import { images } from './images.js';
import { compiled, instantiate } from './instance.js';
import { Pool } from './pool.js';
import { cutNames, splitKernels } from './split.js';

/** Tells the pool of devices that nobody disposes of. */
const forgotten = new FinalizationRegistry<() => void>((close) => close());

/** What closes a device's place in the pool; apart, so that it holds nothing of the device. */
function closing(pool: Pool, id: number, last: () => void): () => void {
  return () => {
    if (pool.remove(id)) last();
  };
}

/** Models share helper threads: the first to open starts them, the last to close ends them. */
export function threadedOpen(threads: number, product?: string): () => Device {
  const current: { pool?: Pool } = {};
  const start = (): Pool => new Pool(compiled(true, product, images.text), cutNames, threads);
  const end = (pool: Pool): void => {
    if (current.pool === pool) delete current.pool;
  };
  return () => {
    const { kernels, memory, storage } = instantiate(images, threads, product);
    const pool = current.pool ??= start();
    const workplace = pool.add(memory);
    return watched(linearDevice(splitKernels(kernels, pool, workplace, threads), storage, 'float32', true), closing(pool, workplace.id, () => { end(pool); }));
  };
}

function watched(device: Device, close: () => void): Device {
  const whole: Device = {
    ...device,
    dispose() {
      device.dispose();
      close();
    },
  };
  forgotten.register(whole, close);
  return whole;
}
