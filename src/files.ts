/**
 * Files without importing Node: browsers and bundlers never see `node:fs`, and Node hands it over at run time.
 */
import { BackendError, DataError } from './errors.js';
import { filesBeside, nameBeside } from './writers.js';

/** @throws BackendError outside Node. */
function fileSystem(operation: string) {
  const found = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:fs/promises');
  if (!found) {
    throw new BackendError({ operation, argument: 'path', expected: 'used in Node', actual: 'no file system', hint: 'Use toBytes() and bytes instead of a path.' });
  }
  return found;
}

function unwritable(operation: string, path: string, cause: unknown): DataError {
  return new DataError({ operation, argument: 'path', expected: 'writable', actual: `'${path}'`, hint: String(cause) }, { cause });
}

/** @throws DataError if the file cannot be read. */
export async function readBytes(operation: string, path: string): Promise<Uint8Array> {
  const fs = fileSystem(operation);
  try {
    return await fs.readFile(path);
  } catch (cause) {
    throw new DataError({ operation, argument: 'path', expected: 'a readable file', actual: `'${path}'`, hint: String(cause) }, { cause });
  }
}

/**
 * All or nothing: writes beside the target, flushes, renames. A crash leaves the old file whole; what a killed process had
 * begun beside it goes with the next write.
 *
 * @throws DataError if the file cannot be written, for a full disk too.
 */
export async function writeAtomically(operation: string, path: string, bytes: Uint8Array): Promise<void> {
  const fs = fileSystem(operation);
  // A name of its own: two saves to one path must not write into one file.
  const temporary = nameBeside(path, 'tmp');
  try {
    // First, so that a disk they have filled has room again.
    for (const left of await filesBeside(path, 'tmp')) if (!left.living) await fs.rm(left.path, { force: true });
    const file = await fs.open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (cause) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(operation, path, cause);
  }
}

/** @throws DataError if the file cannot be written. */
export async function appendText(operation: string, path: string, text: string, fresh: boolean): Promise<void> {
  const fs = fileSystem(operation);
  try {
    await fs.writeFile(path, text, { flag: fresh ? 'w' : 'a' });
  } catch (cause) {
    throw unwritable(operation, path, cause);
  }
}
