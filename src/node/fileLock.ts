/**
 * One process at a time for a file, with nothing to clean up after a kill.
 *
 * Who wants the file puts a claim of its own beside it and then looks for others: of two that come at the same time, at
 * least the second to claim sees both, so never do two pass. Claims of dead processes are removed; as no name is made
 * twice, that never removes a living one. (One shared lock file could not be taken over safely: between the look at a
 * stale lock and its removal, another process may have put its own there.)
 */
import { open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StateError } from '../errors.js';
import { filesBeside, nameBeside } from '../writers.js';

/** Two that claim at the same time both step back; after a wait of its own, one of them comes first. */
const TRIES = 5;

export interface FileLock {
  readonly release: () => Promise<void>;
}

/**
 * @throws StateError if another run, here or in another process, has the file; what the file system throws if no claim
 *   can be written.
 */
export async function lockFile(operation: string, path: string): Promise<FileLock> {
  for (let attempt = 1; ; attempt++) {
    const claim = nameBeside(path, 'lock');
    await (await open(claim, 'wx')).close();
    const release = (): Promise<void> => rm(claim, { force: true });
    let other: { owner: string; path: string } | undefined;
    for (const found of await filesBeside(path, 'lock')) {
      if (!found.living) await rm(found.path, { force: true });
      else if (basename(found.path) !== basename(claim)) other = found;
    }
    if (!other) return { release };
    await release();
    if (attempt === TRIES) {
      throw new StateError({
        operation, argument: `'${path}'`, expected: 'written by one run at a time', actual: `one that ${other.owner} holds`,
        hint: `Wait for that run, or name another file. If no such process runs any more, delete '${other.path}'.`,
      });
    }
    await sleep(10 + (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0));
  }
}
