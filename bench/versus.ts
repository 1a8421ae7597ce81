/**
 * `node dist/bench/versus.js OTHER [ID…]`: training steps of this build beside those of another one, whose checkout lies at OTHER and is
 * built. Both run in this process in turn, in blocks so short that many fall between two interruptions by what else the machine does; the
 * fastest twentieth of each is compared.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Bptt from 'bptt';
import type * as Images from './images.js';
import type * as Sequences from './sequences.js';
import type * as Workloads from './workloads.js';

const [other = '', ...wanted] = process.argv.slice(2);
if (!existsSync(join(other, 'dist/bench/workloads.js'))) throw new Error(`no build at '${other}': node dist/bench/versus.js OTHER [W1 …]`);
const here = resolve(import.meta.dirname, '../..');
/** Milliseconds of warming up, of a block, and of all blocks. */
const [warmUp, block, total] = [1000, 3, 6000];

interface Trained { readonly model: Bptt.Model; readonly x: Bptt.ModelData; readonly y: Bptt.ModelData }

async function stepOf(root: string, id: string): Promise<() => Promise<unknown>> {
  const load = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(root, file)).href)) as T;
  const { wasm } = await load<typeof Bptt>('dist/src/index.js');
  const { buildData, buildModel, workloads } = await load<typeof Workloads>('dist/bench/workloads.js');
  const { buildImageData, buildImageModel, imageWorkloads } = await load<typeof Images>('dist/bench/images.js');
  const backend = await wasm();
  const trained = async (): Promise<Trained> => {
    const [recurrent, image] = [workloads[id], imageWorkloads[id]];
    if (recurrent) return { model: buildModel(recurrent, backend), ...buildData(recurrent) };
    if (image) return { model: buildImageModel(image, backend), ...buildImageData(image) };
    const { buildSequenceData, buildSequenceModel, sequenceWorkloads } = await load<typeof Sequences>('dist/bench/sequences.js'); // younger than the others
    const sequence = sequenceWorkloads[id];
    if (!sequence) throw new Error(`unknown ${id}: choose from ${[workloads, imageWorkloads, sequenceWorkloads].flatMap((some) => Object.keys(some)).join(', ')}`);
    return { model: buildSequenceModel(sequence, backend), ...buildSequenceData(sequence) };
  };
  const { model, x, y } = await trained();
  return async () => model.trainOnBatch(x, y);
}

/** Milliseconds a step takes. */
async function time(step: () => Promise<unknown>, steps: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < steps; i++) await step();
  return (performance.now() - start) / steps;
}

/** Of the fastest twentieth, the slowest. */
const fast = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 20)] ?? NaN;

for (const id of wanted.length > 0 ? wanted : ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W9', 'W10', 'W11']) {
  const sides = [await stepOf(here, id), await stepOf(resolve(other), id)];
  for (const step of sides) for (const end = performance.now() + warmUp; performance.now() < end;) await step(); // until the engine has compiled it
  const steps = Math.max(1, Math.round(block / await time(sides[0] ?? (() => Promise.resolve()), 3)));
  const times = sides.map((): number[] => []);
  for (const end = performance.now() + total; performance.now() < end || (times[1]?.length ?? 0) < 6;) {
    for (const [i, step] of sides.entries()) times[i]?.push(await time(step, steps));
  }
  const [ours = NaN, theirs = NaN] = times.map(fast);
  console.log(`${id.padEnd(4)} ${ours.toFixed(3)} ms beside ${theirs.toFixed(3)}: ${(ours / theirs).toFixed(3)} of it`);
}
