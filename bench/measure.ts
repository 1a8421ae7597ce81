/** One timing, by tinybench. */
import { Bench } from 'tinybench';

export interface Timing {
  /** Milliseconds a call. */
  readonly median: number;
  /** Median absolute deviation, ms. */
  readonly mad: number;
  readonly samples: number;
}

/** Times calls for about `seconds`, after warming up for a quarter of that. */
export async function measure(call: () => unknown, seconds: number): Promise<Timing> {
  const bench = new Bench({ time: seconds * 1000, warmupTime: seconds * 250, iterations: 5, warmupIterations: 3, retainSamples: false });
  bench.add('call', async () => {
    await call();
  });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result?.state !== 'completed') throw new Error(`the benchmark did not complete: ${result?.state}`);
  const { p50, mad, samplesCount } = result.latency;
  return { median: p50, mad, samples: samplesCount };
}

/** Of an even number, the mean of the two in the middle; NaN of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}
