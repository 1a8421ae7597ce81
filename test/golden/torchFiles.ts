/** The files of test/golden/data/torch, written by torch_files.py. */
import { readFileSync } from 'node:fs';

// The compiled file lies in dist/test/golden; the data stay in the source tree.
const folder = new URL('../../../test/golden/data/torch/', import.meta.url);

export function torchFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.pt`, folder)));
}
