/**
 * One process a folder. PGlite lets a second process open its folder, and then rows vanish without an error.
 *
 * Locks are files `lock.N`, each written elsewhere and linked into place, which only one process can do. The highest N counts and is never
 * removed, only marked as free: so two processes that find the same dead holder both try to link N + 1, and one of them fails.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  constructor(folder: string, holder: Holder) {
    super(`The folder ${folder} is in use by process ${holder.pid} on ${holder.host}. One process at a time can hold an embedded database: stop the other, name another folder with --data, or use a server (DATABASE_URL).`);
  }
}

export interface FolderLock {
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  host: string;
  /** When the process started, in the kernel's words: a number of a process is used again after its end. */
  started: string;
}

/** Milliseconds between signs of life, and how old the last of another host may be before it counts as dead. */
const BEAT = 5_000;
const DEAD_AFTER = 30_000;

export async function lockFolder(folder: string): Promise<FolderLock> {
  const own: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  const numbers = (await readdir(folder)).map((name) => /^lock\.([0-9]{1,15})$/.exec(name)?.[1]).filter((digits) => digits !== undefined).map(Number);
  const highest = Math.max(0, ...numbers);
  const holder = highest === 0 ? undefined : await holderOf(join(folder, `lock.${highest}`));
  if (holder && await lives(holder, join(folder, `lock.${highest}`))) throw new FolderInUse(folder, holder);

  const path = join(folder, `lock.${highest + 1}`);
  if (!await place(own, folder, path)) throw new FolderInUse(folder, await holderOf(path) ?? { pid: 0, host: 'another host', started: '' });
  await Promise.all(numbers.map((number) => rm(join(folder, `lock.${number}`), { force: true })));

  const beat = setInterval(() => { void utimes(path, new Date(), new Date()).catch(() => undefined); }, BEAT);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      const free = join(folder, `free.${randomUUID()}`);
      await writeFile(free, '');
      await rename(free, path);
    },
  };
}

async function place(own: Holder, folder: string, path: string): Promise<boolean> {
  const draft = join(folder, `draft.${randomUUID()}`);
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft);
  }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text === '') return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('host' in value) || !('started' in value)) return undefined;
  return { pid: Number(value.pid), host: String(value.host), started: String(value.started) };
}

async function lives(holder: Holder, path: string): Promise<boolean> {
  if (holder.host !== hostname()) return Date.now() - (await stat(path)).mtimeMs < DEAD_AFTER;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  return holder.started === await startOf(holder.pid);
}

/** Boot and tick at which a process started; '' where the kernel does not tell, so that its number alone decides. */
async function startOf(pid: number): Promise<string> {
  const [boot, status] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''), readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
  ]);
  // The name of the program, in parentheses, may hold blanks; field 22 is the 20th behind it.
  return `${boot.trim()} ${status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`.trim();
}
