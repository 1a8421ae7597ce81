/** Which runs the study consists of. */
import type { BackendName } from '../support/backends.js';
import type { Run, SeriesName } from './trial.js';

export interface PlanOptions {
  readonly full: boolean;
  /** Train the index for 400 epochs too. */
  readonly long: boolean;
  /** The first seed; the others follow it. */
  readonly seed: number;
  readonly backend: BackendName;
  readonly index: Run['index'];
}

export const WINDOW = 50;
export const STEPS = 50;
export const BATCH = 512;
/** One pass in batches of this size is 15 times as many updates as in the published ones. */
export const SMALL_BATCH = 32;

/** Epochs of the longest runs but those of `--long`: 50 as published, or what a quick run has time for. */
export function lastEpoch(full: boolean): number {
  return full ? 50 : 8;
}

/** The longest runs first, so that no thread is left alone with one at the end. */
export function planRuns({ full, long, seed, backend, index }: PlanOptions): Run[] {
  const run = (series: SeriesName, count: number, epochs: readonly number[], { batch = BATCH, first = 0 } = {}): Run[] =>
    Array.from({ length: count }, (_, i) => ({ series, seed: seed + first + i, batch, epochs, window: WINDOW, steps: STEPS, backend, index }));
  const last = lastEpoch(full);
  const seeds = full ? 3 : 1;
  const runs = [
    ...(long ? [...run('index', 1, [1, last, 400]), ...run('index', seeds - 1, [1, last], { first: 1 })] : run('index', seeds, [1, last])),
    ...run('walk', seeds, [1, last]),
    // Walks differ more than networks do, and one epoch is cheap.
    ...run('walk', full ? 7 : 2, [1], { first: seeds }),
    ...run('sine', 1, [1, last / 2]),
    ...run('sine', seeds - 1, [1], { first: 1 }),
    ...run('sine', seeds, [1], { batch: SMALL_BATCH }),
    ...run('levels', 1, [full ? 10 : 2]),
  ];
  const length = ({ epochs }: Run): number => epochs.at(-1) ?? 0;
  return runs.sort((a, b) => length(b) - length(a));
}
