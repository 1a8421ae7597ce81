/** Folders and files that a run writes; what cannot be written is the user's to mend. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './options.js';

export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => { throw unwritable(path, error); });
}

/** Writes a file, its folder too if that is missing. */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(path));
  await writeFile(path, content).catch((error: unknown) => { throw unwritable(path, error); });
}

function unwritable(path: string, error: unknown): UsageError {
  return new UsageError(`${path} cannot be written (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}).`);
}
