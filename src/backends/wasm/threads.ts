/** Devices whose large kernels are shared among threads. */
import type { Device } from '../../backend.js';
import { linearDevice } from '../linear/device.js';
import type { Work } from './backend.js';
import { FetchedFamilies } from './families.js';
import { composed, instantiate } from './instance.js';
import { Choice } from './choice.js';
import { joining } from './joining.js';
import { Pool } from './pool.js';
import { sharedBase } from './sharedMemory.js';
import { splitKernels } from './split.js';
import { stretchNames } from './stretches.js';

/** Tells the pool of devices that nobody disposes of. */
const forgotten = new FinalizationRegistry<() => void>((close) => close());

/** What closes a device's place in the pool; apart, so that it holds nothing of the device. */
function closing(pool: Pool, id: number, last: () => void): () => void {
  return () => {
    if (pool.remove(id)) last();
  };
}

/** Models share helper threads: the first to open starts them, the last to close ends them. */
export function threaded(threads: number, product?: string): Work {
  const families = new FetchedFamilies(product);
  const current: { pool?: Pool } = {};
  const end = (pool: Pool): void => {
    if (current.pool === pool) delete current.pool;
  };
  return {
    open() {
      const instance = instantiate(families.all, sharedBase(threads));
      const pool = current.pool ??= new Pool(stretchNames, threads);
      const workplace = pool.add(instance);
      const choice = new Choice();
      const kernels = composed(splitKernels(instance.kernels, pool, workplace, threads, choice), families.all, threads);
      const join = joining(instance.kernels, pool, workplace, threads, choice);
      return watched(linearDevice(kernels, instance.storage, 'float32', families.kernels, true, join), closing(pool, workplace.id, () => { end(pool); }));
    },
    prepare: (wanted) => families.prepare(wanted),
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
