/** Files that a run reads; what cannot be read is the user's to mend. */
import { readFile } from 'node:fs/promises';
import { UsageError } from './options.js';

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'no such file', EACCES: 'permission denied', EISDIR: 'it is a folder' };

/** @throws UsageError if the file cannot be read. */
export async function readInput(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => { throw unreadable(path, error); });
}

/** @param error what Node said. */
export function unreadable(path: string, error: unknown): UsageError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new UsageError(`${path} cannot be read (${REASONS[code] ?? code}).`);
}
