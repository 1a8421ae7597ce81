/**
 * `node dist/bench/versus.js OTHER [ID…]`: training steps, predictions and products of this build beside those of another one, whose
 * checkout lies at OTHER and is built. Both run in this process in turn, in blocks so short that many fall between two interruptions by
 * what else the machine does; the fastest twentieth of each is compared.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Bptt from 'bptt';
import { caseOf } from './catalogue.js';
import type * as Images from './images.js';
import { load, product } from './kernels.js';
import type * as Sequences from './sequences.js';
import { randomArray } from './workloads.js';
import type * as Workloads from './workloads.js';

const [other = '', ...wanted] = process.argv.slice(2);
if (!existsSync(join(other, 'dist/bench/workloads.js'))) throw new Error(`no build at '${other}': node dist/bench/versus.js OTHER [W1 …]`);
const here = resolve(import.meta.dirname, '../..');
/** Milliseconds of warming up, of a block, and of all blocks. */
const [warmUp, block, total] = [1000, 3, 6000];

type Call = () => unknown;
interface Trained { readonly model: Bptt.Model; readonly x: Bptt.ModelData; readonly y: Bptt.ModelData }

async function callOf(root: string, id: string): Promise<Call> {
  const read = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(root, file)).href)) as T;
  const { wasm } = await read<typeof Bptt>('dist/src/index.js');
  const backend = await wasm();
  const train = ({ model, x, y }: Trained): Call => () => model.trainOnBatch(x, y);
  const found = caseOf(id);
  switch (found?.kind) {
    case 'product': {
      const operation = product(found.size, 1);
      return load(backend.open(), operation, operation.shapes.map((shape, i) => randomArray(shape.reduce((a, b) => a * b), i + 1)));
    }
    case 'prediction': case 'stream': case 'training': {
      const { buildData, buildModel } = await read<typeof Workloads>('dist/bench/workloads.js');
      const model = buildModel(found.network, backend);
      const { x, y } = buildData(found.network);
      return found.kind === 'training' ? train({ model, x, y }) : () => model.predict(x, { batchSize: found.network.batch });
    }
    case 'images': {
      const { buildImageData, buildImageModel } = await read<typeof Images>('dist/bench/images.js');
      return train({ model: buildImageModel(found.network, backend), ...buildImageData(found.network) });
    }
    case 'sequences': {
      const { buildSequenceData, buildSequenceModel } = await read<typeof Sequences>('dist/bench/sequences.js');
      return train({ model: buildSequenceModel(found.network, backend), ...buildSequenceData(found.network) });
    }
    default: throw new Error(`${id} cannot be compared`);
  }
}

/** Milliseconds a call takes. */
async function time(call: Call, calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await call();
  return (performance.now() - start) / calls;
}

/** Of the fastest twentieth, the slowest. */
const fast = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 20)] ?? NaN;

for (const id of wanted.length > 0 ? wanted : ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W9', 'W10', 'W11']) {
  const sides = [await callOf(here, id), await callOf(resolve(other), id)];
  for (const call of sides) for (const end = performance.now() + warmUp; performance.now() < end;) await call(); // until the engine has compiled it
  const calls = Math.max(1, Math.round(block / await time(sides[0] ?? (() => undefined), 3)));
  const times = sides.map((): number[] => []);
  for (const end = performance.now() + total; performance.now() < end || (times[1]?.length ?? 0) < 6;) {
    for (const [i, call] of sides.entries()) times[i]?.push(await time(call, calls));
  }
  const [ours = NaN, theirs = NaN] = times.map(fast);
  console.log(`${id.padEnd(4)} ${ours.toFixed(4)} ms beside ${theirs.toFixed(4)}: ${(ours / theirs).toFixed(3)} of it`);
}
