/** Runs in the browser: the conformance suite and the fifty steps, for the test to call. */
import type { Backend } from '../../src/backend.js';
import { wasm } from '../../src/index.js';
import { gpu } from '../../src/gpu.js';
import { demands } from '../backends/conformance/cases.js';
import { fiftySteps } from './fiftySteps.js';

const backends = {
  'wasm, 1 thread': () => wasm(),
  'wasm, 2 threads': () => wasm({ threads: 2 }),
  'gpu.js webgl2': () => gpu({ mode: 'webgl2' }),
  'gpu.js webgpu': () => gpu({ mode: 'webgpu' }),
} as const satisfies Record<string, () => Promise<Backend>>;

export type BackendName = keyof typeof backends;

export interface Conformance {
  /** What the backend says of itself after the run. */
  readonly description: string;
  /** By demand: what is wrong, or null. */
  readonly problems: Readonly<Record<string, string | null>>;
  /** By demand. */
  readonly seconds: Readonly<Record<string, number>>;
}

async function conformance(name: BackendName, wanted: readonly string[]): Promise<Conformance> {
  const backend = await backends[name]();
  const problems: Record<string, string | null> = {};
  const seconds: Record<string, number> = {};
  for (const demand of demands) {
    if (!wanted.includes(demand.name)) continue;
    const start = performance.now();
    problems[demand.name] = await demand.check(backend).then((wrong) => wrong ?? null, String);
    seconds[demand.name] = (performance.now() - start) / 1000;
    // Lets helper threads end: each holds a shared memory, and a page gets some hundred of them.
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
  }
  return { description: backend.description, problems, seconds };
}

const api = {
  conformance,
  fiftySteps: async (name: BackendName, pinned: boolean): Promise<string> => fiftySteps(await backends[name](), pinned),
  isolated: (): boolean => crossOriginIsolated,
};

declare global {
  interface Window { bpttTest?: typeof api }
}
window.bpttTest = api;
