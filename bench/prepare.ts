/** One measurement on one backend, checked against the oracle and ready to be timed. */
import type { Backend } from 'bptt';
import { gateSizes, gates, load, product } from './kernels.js';
import type { Operation } from './kernels.js';
import { buildImageData, buildImageModel, imageWorkloads } from './images.js';
import { checkImageTraining, checkOperation, checkSequenceTraining, checkTraining } from './oracle.js';
import { buildSequenceData, buildSequenceModel, sequenceWorkloads } from './sequences.js';
import { buildData, buildModel, products, randomArray, workloads } from './workloads.js';

export interface Prepared {
  readonly call: () => unknown;
  /** How often the call does what is measured. */
  readonly repeats: number;
  /** Floating-point operations each time, where that is a measure. */
  readonly operations?: number;
  dispose(): void;
}

/** A prediction for one window: what a service waits for. The net of W1. */
const single = { P1: 'W1' } as const;

export const ids = [...Object.keys(products), ...Object.keys(gateSizes), ...Object.keys(single), ...Object.keys(workloads), ...Object.keys(imageWorkloads), ...Object.keys(sequenceWorkloads)];

/** In words, for people who do not know the letters. */
export function about(id: string): string {
  const n = products[id];
  const cell = gateSizes[id];
  if (n !== undefined) return `product ${n} × ${n}`;
  if (id === 'P1') return `predict one window, ${workloads[single.P1]?.about}`;
  return cell ? `gates, ${cell.units} units` : (workloads[id] ?? imageWorkloads[id] ?? sequenceWorkloads[id])?.about ?? '';
}

/** @throws Error if a result is not what the oracle says, or the id is unknown. */
export async function prepare(id: string, backend: Backend): Promise<Prepared> {
  const n = products[id];
  const cell = gateSizes[id];
  if (n !== undefined) {
    const repeats = Math.max(1, Math.round(2 ** 25 / n ** 3));
    return { ...await prepareOperation(backend, (times) => product(n, times), repeats), operations: 2 * n ** 3 };
  }
  if (cell) {
    const repeats = Math.max(1, Math.round(2 ** 16 / (cell.batch * cell.units)));
    return prepareOperation(backend, (times) => gates(cell, times), repeats);
  }
  if (id === 'P1') return preparePrediction(backend);
  const images = imageWorkloads[id];
  if (images) {
    await checkImageTraining(images, backend);
    const model = buildImageModel(images, backend);
    const { x, y } = buildImageData(images);
    return { call: () => model.trainOnBatch(x, y), repeats: 1, dispose: () => model.dispose() };
  }
  const sequences = sequenceWorkloads[id];
  if (sequences) {
    await checkSequenceTraining(sequences, backend);
    const model = buildSequenceModel(sequences, backend);
    const { x, y } = buildSequenceData(sequences);
    return { call: () => model.trainOnBatch(x, y), repeats: 1, dispose: () => model.dispose() };
  }
  const workload = workloads[id];
  if (!workload) throw new Error(`unknown measurement ${id}: choose from ${ids.join(', ')}`);
  await checkTraining(workload, backend);
  const model = buildModel(workload, backend);
  const { x, y } = buildData(workload);
  return { call: () => model.trainOnBatch(x, y), repeats: 1, dispose: () => model.dispose() };
}

async function preparePrediction(backend: Backend): Promise<Prepared> {
  const workload = workloads[single.P1];
  if (!workload) throw new Error(`no workload ${single.P1}`);
  await checkTraining({ ...workload, batch: 1 }, backend);
  const model = buildModel({ ...workload, batch: 1 }, backend);
  const { x } = buildData({ ...workload, batch: 1 });
  return { call: () => model.predict(x), repeats: 1, dispose: () => model.dispose() };
}

async function prepareOperation(backend: Backend, make: (repeats: number) => Operation, repeats: number): Promise<Prepared> {
  const operands = make(1).shapes.map((shape, i) => randomArray(shape.reduce((a, b) => a * b, 1), i + 1));
  await backend.prepare?.(['lstm']);
  await checkOperation(make(1), operands, backend);
  const device = backend.open();
  return { call: load(device, make(repeats), operands), repeats, dispose: () => device.dispose() };
}
