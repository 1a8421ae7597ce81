/** What the thread runs in which a network is trained, so that pages are served meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import { wasm } from 'bptt';
import type { Bar } from '../data/bar.js';
import { trainWalkingForward } from './walkForward.js';
import type { TrainingOptions } from './walkForward.js';

export interface TrainingOrder {
  readonly histories: ReadonlyMap<string, readonly Bar[]>;
  readonly options: TrainingOptions;
  readonly threads: number;
}

const { histories, options, threads } = workerData as TrainingOrder;
const backend = await wasm({ threads });
const trained = await trainWalkingForward(histories, options, backend, (share, what) => { parentPort?.postMessage({ share, what }); });
parentPort?.postMessage({ trained });
