/**
 * The cpu backend: plain TypeScript loops over one typed array, float32 or float64. The oracle of all others, and the
 * one to read.
 */
import type { Backend } from '../../backend.js';
import { checkOptions, requireChoice } from '../../checks.js';
import { allocate } from '../../tensor.js';
import type { DType } from '../../tensor.js';
import { linearDevice } from '../linear/device.js';
import type { Storage } from '../linear/memory.js';
import type { RawKernels } from '../linear/raw.js';
import { activationKernels } from './activations.js';
import { arrayKernels } from './arrays.js';
import { convolutionKernels } from './convolution.js';
import { gateKernels } from './gates.js';
import type { Heap } from './heap.js';
import { lossKernels } from './losses.js';
import { matmulKernels } from './matmul.js';
import { normKernels } from './norms.js';
import { optimizerKernels } from './optimizers.js';
import { pointwiseKernels } from './pointwise.js';

function heapStorage(heap: Heap, dtype: DType): Storage {
  return {
    unit: 1,
    start: 1,
    capacity: () => heap.data.length,
    grow(elements) {
      const larger = allocate(dtype, Math.max(elements, Math.ceil(heap.data.length * 1.5)));
      larger.set(heap.data);
      heap.data = larger;
    },
    read: (at, n) => heap.data.slice(at, at + n),
    write: (at, values) => heap.data.set(values, at),
  };
}

/** The raw kernel table over a heap; shared with tests that check kernels one by one. */
export function cpuKernels(heap: Heap): RawKernels {
  return {
    ...arrayKernels(heap), ...matmulKernels(heap), ...activationKernels(heap), ...pointwiseKernels(heap), ...gateKernels(heap),
    ...normKernels(heap), ...convolutionKernels(heap), ...lossKernels(heap), ...optimizerKernels(heap),
  };
}

/**
 * Plain TypeScript on one core.
 *
 * @param options dtype: 'float32' (default), or 'float64' for gradient checks and reference runs.
 */
export function cpu(options: { dtype?: DType } = {}): Backend {
  const { dtype = 'float32' } = checkOptions('cpu', options, { dtype: true });
  requireChoice('cpu', 'dtype', dtype, ['float32', 'float64']);
  return {
    name: 'cpu',
    dtype,
    description: `cpu ${dtype}`,
    open() {
      const heap: Heap = { data: allocate(dtype, 1 << 14) };
      return linearDevice(cpuKernels(heap), heapStorage(heap, dtype), dtype);
    },
  };
}
