/** Reads changed files of one format on a thread of its own, and says of each what came of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { randomStream } from '../../src/random.js';
import { mutatedFormats } from './formats.js';
import { judgeMutated, mutationOf } from './mutations.js';

export interface Judged {
  readonly index: number;
  readonly what: string;
  readonly outcome?: 'loaded' | 'refused';
  readonly problem?: string;
}

const { format: name, seed, from, to } = workerData as { format: string; seed: number; from: number; to: number };
const format = mutatedFormats.find((each) => each.name === name);
if (!format) throw new Error(`no format ${name}`);
const files = await format.files();
for (let index = from; index < to; index++) {
  const random = randomStream(seed, name, index);
  const { what, bytes } = await mutationOf(format, files[index % files.length] ?? new Uint8Array(0), random);
  const about = { index, what: `file ${index % files.length}, ${what}` };
  try {
    parentPort?.postMessage({ ...about, outcome: await judgeMutated(format, { what, bytes }) } satisfies Judged);
  } catch (error) {
    parentPort?.postMessage({ ...about, problem: error instanceof Error ? error.stack ?? error.message : String(error) } satisfies Judged);
  }
}
