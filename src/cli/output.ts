/** Folders and files that a run writes; what cannot be written is the user's to mend. */
import { access, constants, mkdir, stat, writeFile } from 'node:fs/promises';
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

/** Refuses a path before the work that would be lost there: its folder is made, and must take files. */
export async function requireWritable(path: string): Promise<void> {
  await makeFolder(dirname(path));
  await access(dirname(path), constants.W_OK).catch((error: unknown) => { throw unwritable(path, error); });
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile()) throw new UsageError(`${path} cannot be written (it is no file).`);
}

function unwritable(path: string, error: unknown): UsageError {
  return new UsageError(`${path} cannot be written (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}).`);
}
