/** Import, build, one training step of W2, and out: what bench/startup.ts times. */
import { wasm } from 'bptt';
import { buildData, buildModel, workloads } from './workloads.js';

const { W2 } = workloads;
if (!W2) throw new Error('no workload W2');
const { x, y } = buildData(W2);
await buildModel(W2, await wasm()).trainOnBatch(x, y);
