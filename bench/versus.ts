/**
 * `node dist/bench/versus.js OTHER [ID…]`: training steps of this build beside those of another one, whose checkout lies at OTHER and is
 * built. Both run in this process in turn, block by block, by processor time, so that what else the machine does weighs little. Prints
 * for each workload the median of the ratios of neighbouring blocks, and that of the fastest.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type Workloads = typeof import('./workloads.js');
type Images = typeof import('./images.js');

const [other = '', ...wanted] = process.argv.slice(2);
if (!existsSync(join(other, 'dist/bench/workloads.js'))) throw new Error(`no build at '${other}': node dist/bench/versus.js OTHER [W1 …]`);
const here = resolve(import.meta.dirname, '../..');
const blocks = 60;
/** Milliseconds of a block. */
const length = 30;

async function stepOf(root: string, id: string): Promise<() => Promise<unknown>> {
  const load = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(root, file)).href)) as T;
  const { wasm } = await load<typeof import('bptt')>('dist/src/index.js');
  const { buildData, buildModel, workloads } = await load<Workloads>('dist/bench/workloads.js');
  const { buildImageData, buildImageModel, imageWorkloads } = await load<Images>('dist/bench/images.js');
  const backend = await wasm();
  const [recurrent, image] = [workloads[id], imageWorkloads[id]];
  if (!recurrent && !image) throw new Error(`unknown ${id}: choose from ${[...Object.keys(workloads), ...Object.keys(imageWorkloads)].join(', ')}`);
  const model = recurrent ? buildModel(recurrent, backend) : image && buildImageModel(image, backend);
  const { x, y } = recurrent ? buildData(recurrent) : image ? buildImageData(image) : { x: [], y: [] };
  return async () => model?.trainOnBatch(x, y);
}

/** Milliseconds of processor time a step takes. */
async function time(step: () => Promise<unknown>, steps: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < steps; i++) await step();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / steps;
}

const middle = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? NaN;

for (const id of wanted.length > 0 ? wanted : ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W9', 'W10', 'W11']) {
  const [ours, theirs] = [await stepOf(here, id), await stepOf(resolve(other), id)];
  const steps = Math.max(1, Math.round(length / Math.max(await time(ours, 3), await time(theirs, 3))));
  const rounds = id === 'W11' ? 6 : blocks;
  const pairs: [number, number][] = [];
  for (let round = -2; round < rounds; round++) {
    const first = round % 2 === 0;
    const a = await time(first ? ours : theirs, steps);
    const b = await time(first ? theirs : ours, steps);
    if (round >= 0) pairs.push(first ? [a, b] : [b, a]);
  }
  const fastest = [0, 1].map((i) => Math.min(...pairs.map((pair) => pair[i] ?? NaN)));
  const ratio = middle(pairs.map(([a, b]) => a / b));
  console.log(`${id.padEnd(4)} ${(fastest[0] ?? NaN).toFixed(3)} ms beside ${(fastest[1] ?? NaN).toFixed(3)}: ${ratio.toFixed(3)} of neighbours, ${((fastest[0] ?? NaN) / (fastest[1] ?? NaN)).toFixed(3)} of the fastest`);
}
