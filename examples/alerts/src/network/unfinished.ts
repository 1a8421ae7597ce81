/**
 * A training that takes days and outlives a kill: in a folder, how far the walk has come, and beside it the model as it is trained, block by block. It goes on at
 * the batch where it was saved last, and ends in the same network to the bit; with other bars or options it begins anew.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from 'bptt';
import type { Backend, Model } from 'bptt';
import type { WalkForecast } from './walkForward.js';

export interface Progressed {
  /** The block that is learnt next, or was being learnt. */
  readonly block: number;
  readonly samples: number;
  readonly walk: readonly WalkForecast[];
}

export interface Unfinished {
  readonly from: Progressed;
  /** The model as it was saved last, and whether in the midst of `from.block`; undefined where nothing was saved. */
  load(backend: Backend): Promise<{ readonly model: Model; readonly within: boolean } | undefined>;
  /** Where a block's model is saved while it is trained. */
  modelPath(block: number): string;
  /** A block is learnt and foretold. */
  note(progressed: Progressed): Promise<void>;
}

const STATE = 'training.json';

async function json(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** As a whole or not at all. */
async function write(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value));
  await rename(`${path}.new`, path);
}

/** @param trainedFrom all that decides what comes out: options and bars */
export async function openUnfinished(folder: string, trainedFrom: unknown): Promise<Unfinished> {
  const identity = createHash('sha256').update(JSON.stringify(trainedFrom)).digest('hex');
  const path = join(folder, STATE);
  let known = await json(path) as (Progressed & { readonly identity: string }) | undefined;
  if (known?.identity !== identity) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    known = { identity, block: 0, samples: 0, walk: [] };
    await write(path, known);
  }
  const from = known;
  const modelPath = (block: number): string => join(folder, `block-${block}.model`);
  return {
    from, modelPath,
    load: async (backend) => {
      for (let block = from.block; block >= 0; block--) {
        const bytes = await readFile(modelPath(block)).catch(() => undefined);
        if (bytes) return { model: await loadModel(bytes, { backend }), within: block === from.block };
      }
      return undefined;
    },
    note: async (progressed) => {
      await write(path, { identity, ...progressed });
      await rm(modelPath(progressed.block - 2), { force: true });
    },
  };
}

/** The service's time when a training of several parts began: its bars are those of then, however often it is started. */
export async function beganAt(folder: string, now: number): Promise<number> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'began.json');
  const known = await json(path);
  if (typeof known === 'number') return known;
  await write(path, now);
  return now;
}

/** Whether a part is done, whose network is stored. */
export const isDone = async (folder: string): Promise<boolean> => await json(join(folder, 'done.json')) === true;

/** What a part has kept goes; that it is done stays until all are. */
export async function markDone(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await write(join(folder, 'done.json'), true);
}
