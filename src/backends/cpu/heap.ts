/**
 * The cpu backend's linear memory: one typed array for everything, so that kernels are functions of plain numbers.
 * `data` is replaced when the heap grows; kernels fetch it anew on each call.
 */
import type { FloatArray } from '../../tensor.js';

export interface Heap {
  data: FloatArray;
}
