/**
 * What a step costs besides arithmetic, which does not vary from run to run: calls into WebAssembly, and bytes of JavaScript's heap. A change
 * that makes more of either shows here, long before a clock could tell; figures that become smaller are to be written down.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const counted = { calls: 0 };
const Plain = WebAssembly.Instance;

/** Instances whose exported functions count their calls. */
function counting(module: WebAssembly.Module, imports?: WebAssembly.Imports): WebAssembly.Instance {
  const { exports } = new Plain(module, imports);
  const wrapped = Object.entries(exports).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value] as const;
    const call = value as (...args: readonly unknown[]) => unknown;
    return [name, (...args: readonly unknown[]) => {
      counted.calls++;
      return call(...args);
    }] as const;
  });
  return { exports: Object.fromEntries(wrapped) as WebAssembly.Exports };
}

Object.assign(WebAssembly, { Instance: counting });
const { buildData, buildModel, predictions, streams, workloads } = await import('../../bench/workloads.js');
const { buildSequenceData, buildSequenceModel, sequenceWorkloads } = await import('../../bench/sequences.js');
const { buildImageData, buildImageModel, imageWorkloads } = await import('../../bench/images.js');
const { wasm } = await import('../../src/index.js');
const backend = await wasm();

type Call = () => unknown;

const cases: Readonly<Record<string, () => Call | Promise<Call>>> = {
  ...Object.fromEntries(['W1', 'W2', 'W6', 'W7', 'W14'].map((id) => [id, () => {
    const workload = { ...found(workloads, id), batch: 2, steps: 6 };
    const [model, { x, y }] = [buildModel(workload, backend), buildData(workload)];
    return () => model.trainOnBatch(x, y);
  }])),
  ...Object.fromEntries(['p1', 's1'].map((id) => [id, () => {
    const workload = found({ ...predictions, ...streams }, id);
    const [model, { x }] = [buildModel(workload, backend), buildData(workload)];
    return () => model.predict(x);
  }])),
  's1, model.stream()': async () => {
    const workload = found(streams, 's1');
    const [model, { x }] = [buildModel(workload, backend), buildData(workload)];
    const stream = await model.stream();
    return () => stream.step(x.data);
  },
  W12: () => {
    const workload = { ...found(sequenceWorkloads, 'W12'), batch: 2, steps: 6, inputs: 32 };
    const [model, { x, y }] = [buildSequenceModel(workload, backend), buildSequenceData(workload)];
    return () => model.trainOnBatch(x, y);
  },
  W10: () => {
    const workload = { ...found(imageWorkloads, 'W10'), batch: 1, size: 8 };
    const [model, { x, y }] = [buildImageModel(workload, backend), buildImageData(workload)];
    return () => model.trainOnBatch(x, y);
  },
};

function found<T>(all: Readonly<Record<string, T>>, id: string): T {
  const one = all[id];
  if (one === undefined) throw new Error(`no ${id}`);
  return one;
}

/** Calls into WebAssembly of one step; kilobytes of heap that it may take. */
const EXPECTED: Readonly<Record<string, readonly [calls: number, kilobytes: number]>> = {
  W1: [122, 45], W2: [67, 37], W6: [287, 38], W7: [66, 35], W14: [83, 34], p1: [211, 21], s1: [10, 20], 's1, model.stream()': [10, 0.4], W12: [78, 38], W10: [282, 92],
};

async function callsOf(call: Call): Promise<number> {
  counted.calls = 0;
  await call();
  return counted.calls;
}

/** Bytes of heap a call takes, the fewest of some tries: none of which the collector should have met. */
async function bytesOf(call: Call): Promise<number> {
  const steps = 50;
  let least = Infinity;
  for (let attempt = 0; attempt < 5; attempt++) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < steps; i++) await call();
    const taken = process.memoryUsage().heapUsed - before;
    if (taken > 0) least = Math.min(least, taken / steps);
  }
  return least;
}

for (const [id, make] of Object.entries(cases)) {
  test(`${id}: calls and allocations of a step`, async () => {
    const call = await make();
    for (let i = 0; i < 150; i++) await call(); // recorded, compiled, settled
    const calls = await callsOf(call);
    assert.is(await callsOf(call), calls, 'the same at every step');
    const kilobytes = (await bytesOf(call)) / 1000;
    const [expected = NaN, limit = NaN] = EXPECTED[id] ?? [];
    assert.ok(calls <= expected, `${calls} calls, ${expected} before`);
    assert.ok(kilobytes <= limit, `${kilobytes.toFixed(1)} kB, ${limit} at most`);
  });
}

test.run();
