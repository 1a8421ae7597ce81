/** Devices of the cpu backend, with all kernels. Apart from index.ts, so that bundles may fetch them (docs/decisions/kernel-families.md). */
import type { Device } from '../../backend.js';
import { allocate } from '../../tensor.js';
import type { DType } from '../../tensor.js';
import { attentionKernels as attention } from '../linear/attention.js';
import { broadcastKernels as broadcast } from '../linear/broadcast.js';
import { convolutionKernels as convolution } from '../linear/convolution.js';
import { coreKernels as core } from '../linear/core.js';
import { linearDevice } from '../linear/device.js';
import type { Family } from '../linear/device.js';
import { gruKernels as gru } from '../linear/gru.js';
import { lookupKernels as lookup } from '../linear/lookup.js';
import { lstmKernels as lstm } from '../linear/lstm.js';
import type { Storage } from '../linear/memory.js';
import { normKernels as norms } from '../linear/norms.js';
import { pointwiseKernels as pointwise } from '../linear/pointwise.js';
import type { RawKernels } from '../linear/raw.js';
import { updateKernels as updates } from '../linear/updates.js';
import { activationKernels } from './activations.js';
import { arrayKernels } from './arrays.js';
import { attentionKernels } from './attention.js';
import { broadcastKernels } from './broadcast.js';
import { convolutionKernels } from './convolution.js';
import { gruKernels } from './gru.js';
import type { Heap } from './heap.js';
import { lookupKernels } from './lookup.js';
import { lossKernels } from './losses.js';
import { lstmKernels } from './lstm.js';
import { matmulKernels } from './matmul.js';
import { normKernels } from './norms.js';
import { optimizerKernels } from './optimizers.js';
import { pointwiseKernels } from './pointwise.js';
import { updateKernels } from './updates.js';

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
    readInto(at, out) {
      for (let i = 0; i < out.length; i++) out[i] = heap.data[at + i]!;
    },
  };
}

/** The raw kernel table over a heap; shared with tests that check kernels one by one. */
export function cpuKernels(heap: Heap): RawKernels {
  return {
    ...arrayKernels(heap), ...matmulKernels(heap), ...activationKernels(heap), ...lossKernels(heap), ...optimizerKernels(heap),
    ...lstmKernels(heap), ...gruKernels(heap), ...normKernels(heap), ...convolutionKernels(heap), ...updateKernels(heap),
    ...pointwiseKernels(heap), ...lookupKernels(heap), ...broadcastKernels(heap), ...attentionKernels(heap),
  };
}

/** All of them. */
export const cpuFamilies: readonly Family[] = [core, lstm, gru, norms, convolution, updates, pointwise, lookup, broadcast, attention];

export function openCpu(dtype: DType, fused = true): Device {
  const heap: Heap = { data: allocate(dtype, 1 << 14) };
  return linearDevice(cpuKernels(heap), heapStorage(heap, dtype), dtype, fused ? cpuFamilies : [...cpuFamilies, () => ({ fused })]);
}
