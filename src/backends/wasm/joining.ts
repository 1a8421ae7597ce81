/** Stretches of calls shared among threads, where that pays. */
import type { Joining } from '../linear/recording.js';
import type { Choice } from './choice.js';
import type { WasmKernels } from './instance.js';
import { worthSharing } from './pool.js';
import type { Kernel, Pool, Stretch, Workplace } from './pool.js';
import { partsOf, stretchNames, timeOf } from './stretches.js';
import type { PartCalls } from './stretches.js';

/** Helpers keep what they are taught as long as they live, some 200 bytes a call: beyond so many of a model, calls are shared one by one. */
const mostCalls = 1 << 17;

/** @param kernels as one thread has them. */
export function joining({ packing: _packing, workspace: _workspace, ...kernels }: WasmKernels, pool: Pool, workplace: Workplace, threads: number, choice: Choice): Joining {
  const byName = new Map(Object.entries<Kernel>(kernels));
  const table = stretchNames.map((name) => byName.get(name));
  const bound = (calls: PartCalls | undefined): (() => void) => {
    const list = (calls ?? []).flatMap(([kernel, ...values]) => table[kernel]?.bind(undefined, ...values) ?? []);
    return () => {
      for (let i = 0; i < list.length; i++) list[i]!();
    };
  };
  let taught = 0;
  return (calls, rows) => {
    const time = timeOf(calls);
    const parts = rows > 1 && time >= worthSharing && taught + calls.length <= mostCalls ? partsOf(calls, rows, threads) : undefined;
    if (!parts) return undefined;
    taught += calls.length;
    const alone = bound(partsOf(calls, rows, 1)?.[0]);
    const stretch: Stretch = { id: pool.nextStretch(), parts, own: parts.map(bound) };
    return () => {
      const start = performance.now();
      if (choice.shared && time >= pool.worthwhile) pool.runStretch(workplace, stretch);
      else alone();
      choice.note(time / 1e6, performance.now() - start);
    };
  };
}
