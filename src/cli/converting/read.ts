/** Files that a conversion reads: the one that is named, and what lies beside it. */
import { dirname, join } from 'node:path';
import { BpttError, ConversionError } from '../../errors.js';
import { inspectModel } from '../../convert/index.js';
import type { ModelDescription } from '../../convert/index.js';
import { readInput } from '../input.js';
import { ofFile } from '../modelFile.js';
import { UsageError } from '../options.js';

export interface ForeignFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly description: ModelDescription;
}

/** @throws UsageError for what cannot be read, or is no model file. */
export async function readForeign(path: string): Promise<ForeignFile> {
  const bytes = await readInput(path);
  return { path, bytes, description: await ofFile(path, 'no model file that bptt knows', () => inspectModel(bytes)) };
}

/** The files of weights that a model.json names, which lie beside it. @throws UsageError for those that do not. */
export async function readShards({ path, description }: ForeignFile): Promise<Uint8Array[] | undefined> {
  if (description.format !== 'tensorflowjs') return undefined;
  const elsewhere = description.shards.find((shard) => /^[/\\]|\.\.|:/.test(shard));
  if (elsewhere !== undefined) throw new UsageError(`${path}: its weights must lie beside it, got '${elsewhere}'.`);
  return Promise.all(description.shards.map((shard) => readInput(join(dirname(path), shard))));
}

/** What the library says, about a file. @throws UsageError in the place of its errors. */
export async function aboutFile<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await ofFile(path, 'damaged', run);
  } catch (error) {
    if (error instanceof ConversionError) throw new UsageError(`${path}: ${error.problems.join('; ')}.${error.hint === undefined ? '' : ` ${error.hint}`}`, { cause: error });
    if (error instanceof BpttError) throw new UsageError(`${path}: ${error.argument} must be ${error.expected}, got ${error.actual}.${error.hint === undefined ? '' : ` ${error.hint}`}`, { cause: error });
    throw error;
  }
}
