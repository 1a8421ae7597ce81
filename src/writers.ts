/**
 * Who writes a file. Temporary files and locks carry the process that made them in their names, so that the next process
 * can tell what a killed one has left behind. No name is made twice: whoever removes one of a dead writer hits no other.
 */

/** A file beside a path, and whether the process that made it may still run. */
export interface Beside {
  readonly path: string;
  readonly living: boolean;
  /** For messages: `process 4711 on host-3`. */
  readonly owner: string;
}

const PATTERN = /^(\d+)-(\d+)-[0-9a-f]{8}-(.+)$/;

/** A new name beside `path`: `PATH.PID-START-RANDOM-HOST.KIND`. */
export function nameBeside(path: string, kind: string): string {
  return `${path}.${process.pid}-${startOf(process.pid) ?? 0}-${crypto.randomUUID().slice(0, 8)}-${host()}.${kind}`;
}

/** The files of this kind beside `path`. */
export async function filesBeside(path: string, kind: string): Promise<Beside[]> {
  const places = process.getBuiltinModule('node:path');
  const folder = places.dirname(path);
  const [before, after] = [`${places.basename(path)}.`, `.${kind}`];
  const names = await process.getBuiltinModule('node:fs/promises').readdir(folder);
  return names.flatMap((name) => {
    const maker = name.startsWith(before) && name.endsWith(after) ? name.slice(before.length, -after.length) : '';
    const [, pid = '', start = '', on = ''] = PATTERN.exec(maker) ?? [];
    return pid ? [{ path: places.join(folder, name), living: on !== host() || lives(Number(pid), start), owner: `process ${pid} on ${on}` }] : [];
  });
}

function host(): string {
  return process.getBuiltinModule('node:os').hostname().replace(/[^A-Za-z0-9-]/g, '_') || 'localhost';
}

/** A number may be in use again by another process: then the start differs, where the system tells it. */
function lives(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return now === undefined || start === '0' || now === start;
}

/** When a process started, in ticks of this machine (Linux; elsewhere unknown). A dead one whose parent has not noticed yet: never. */
function startOf(pid: number): string | undefined {
  try {
    const text = process.getBuiltinModule('node:fs').readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : fields[19];
  } catch {
    return undefined;
  }
}
