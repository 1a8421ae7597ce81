/** Model files in the words of the command line. */
import { FileFormatError } from '../errors.js';
import { UsageError } from './options.js';

/** What a file holds. @param not what is said of one that does not. @throws UsageError naming the file in the place of a FileFormatError. */
export async function ofFile<T>(path: string, not: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error;
    const { argument, expected, actual, hint } = error;
    throw new UsageError(`${path} is ${not}: ${argument} must be ${expected}, got ${actual}.${hint === undefined ? '' : ` ${hint}`}`, { cause: error });
  }
}
