/** Packages that only some sources need: loaded when such a source is opened, and named where they are missing. */
import { SourceError } from './barSource.js';

export async function loadPeer(name: string, version: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (error) {
    throw new SourceError(`This source needs the package ${name}, which is not installed: npm install ${name}@${version}`, { cause: error });
  }
}
