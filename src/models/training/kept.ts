/** How much of a forward pass layers keep for the way back: `recompute` of `compile` (docs/decisions/recompute.md). */
import { ArgumentError } from '../../errors.js';
import type { Network } from '../graph/network.js';
import type { CompileOptions } from './options.js';

/** With `recompute`: of the segments of a sequence, the share that keeps what it has made. Chosen by measurement. */
const keptShare = 1 / 3;

/** @throws ArgumentError where nothing would come of it. */
export function keptOf({ nodes }: Network, { recompute = false, backend }: Pick<CompileOptions, 'recompute' | 'backend'>): number {
  if (!recompute) return 1;
  const refuse = (expected: string, actual: string): ArgumentError => new ArgumentError({ operation: 'compile', argument: 'recompute', expected, actual: `true ${actual}` });
  if (backend === 'auto' || backend?.name === 'gpu') throw refuse('false on the GPU, whose memory gpu.js keeps', `with backend ${backend === 'auto' ? "'auto'" : 'gpu'}`);
  if (!nodes.some(({ layer }) => layer.recomputes)) throw refuse('false without a recurrent layer that can: LSTM, GRU, SimpleRNN or RNN, not with truncate: { stepsBack }', 'without one');
  return keptShare;
}
