/** What a call takes of the machine: time, and memory at its most. */
import process from 'node:process';
import { GCProfiler, getHeapStatistics } from 'node:v8';

export interface Taken {
  /** Seconds of computing: a busy machine makes them no longer. */
  readonly cpu: number;
  /** Seconds on the clock. */
  readonly wall: number;
  /** Bytes that lay at once at most beyond those before, on the heap and in buffers; what the collector had not yet taken away counts, so that this is never too little. */
  readonly memory: number;
}

function held({ usedHeapSize, externalMemory }: { usedHeapSize: number; externalMemory: number }): number {
  return usedHeapSize + externalMemory;
}

function heldNow(): number {
  const { used_heap_size: usedHeapSize, external_memory: externalMemory } = getHeapStatistics();
  return held({ usedHeapSize, externalMemory });
}

/** Memory is looked at before each collection and in the end: between two of them it only grows. */
export async function measured(run: () => Promise<unknown>): Promise<Taken> {
  const profiler = new GCProfiler();
  profiler.start();
  const [before, cpu, clock] = [heldNow(), process.cpuUsage(), performance.now()];
  await run();
  const wall = (performance.now() - clock) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const after = heldNow();
  const { statistics } = profiler.stop();
  const most = Math.max(after, ...statistics.map(({ beforeGC }) => held(beforeGC.heapStatistics)));
  return { cpu: (user + system) / 1e6, wall, memory: most - before };
}
