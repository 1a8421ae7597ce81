/**
 * The cpu backend: plain TypeScript loops over one typed array, float32 or float64. The oracle of all others, and the
 * one to read.
 */
import type { Backend } from '../../backend.js';
import { checkOptions, requireChoice } from '../../checks.js';
import type { DType } from '../../tensor.js';
import { openCpu } from './device.js';

/**
 * Plain TypeScript on one core.
 *
 * @param options dtype: 'float32' (default), or 'float64' for gradient checks and reference runs.
 */
export function cpu(options: { dtype?: DType } = {}): Backend {
  const { dtype = 'float32' } = checkOptions('cpu', options, { dtype: true });
  requireChoice('cpu', 'dtype', dtype, ['float32', 'float64']);
  return { name: 'cpu', dtype, description: `cpu ${dtype}`, open: () => openCpu(dtype) };
}
