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
 * @param options dtype: 'float32' (default), or 'float64' for gradient checks and reference runs. fused (default true): LSTM and GRU call
 *   kernels that do all gates at once; false lets them run as src/cells writes them out, equation by equation, so that an edited one trains.
 */
export function cpu(options: { dtype?: DType | undefined; fused?: boolean | undefined } = {}): Backend {
  const { dtype = 'float32', fused = true } = checkOptions('cpu', options, { dtype: true, fused: 'flag' });
  requireChoice('cpu', 'dtype', dtype, ['float32', 'float64']);
  return { name: 'cpu', dtype, description: `cpu ${dtype}${fused ? '' : ', cells written out'}`, open: () => openCpu(dtype, fused) };
}
