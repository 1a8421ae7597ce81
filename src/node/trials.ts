/**
 * A results file that survives a kill at any moment: JSON lines, the first one the plan, then one for each trial.
 *
 * A line is written whole and flushed to the disk before the next trial of its lane starts. A process that dies leaves at
 * most one torn line, the last one; it is cut off when the file is opened again. One process at a time may write a file.
 */
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ArgumentError, DataError, FileFormatError, StateError } from '../errors.js';
import { fingerprint } from '../forecast/search/journal.js';
import type { TrialJournal } from '../forecast/search/journal.js';
import type { TrialRecord } from '../forecast/search/trial.js';
import type { JsonObject, JsonValue } from '../layers/layer.js';

interface Header {
  readonly format: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly plan: JsonObject;
}

const FORMAT = 'bptt trials';
const VERSION = 1;

/**
 * @param path a .jsonl file: made if it is missing, continued if it belongs to the same search, refused otherwise.
 * @throws (on opening) ArgumentError if it belongs to another search, FileFormatError if it is no such file or is damaged
 *   elsewhere than in its last line, DataError if it cannot be written.
 */
export function trialFile(path: string): TrialJournal {
  let file: FileHandle | undefined;
  let writing: Promise<unknown> = Promise.resolve();

  const append = (value: object): Promise<void> => {
    const handle = file;
    if (!handle) throw new StateError({ operation: 'trialFile', argument: path, expected: 'open', actual: 'closed' });
    // One line after the other: lanes finish at the same time.
    const written = writing.then(async () => {
      await handle.appendFile(`${JSON.stringify(value)}\n`);
      await handle.datasync();
    });
    writing = written.catch(() => undefined);
    return written;
  };

  return {
    async open(plan) {
      const header: Header = { format: FORMAT, version: VERSION, fingerprint: await fingerprint(plan), plan };
      file = await openFile(path);
      try {
        const bytes = await readFile(path);
        const { lines, length } = wholeLines(path, bytes);
        const torn = new TextDecoder().decode(bytes.subarray(length));
        if (lines.length > 0) requireSame(path, lines[0], header);
        else if (!JSON.stringify(header).startsWith(torn)) throw foreign(path, torn);
        await file.truncate(length);
        if (lines.length === 0) await append(header);
        return lines.slice(1) as TrialRecord[];
      } catch (error) {
        await file.close();
        file = undefined;
        throw error;
      }
    },
    async append(record) {
      await append(record);
    },
    async close() {
      await writing;
      await file?.close();
      file = undefined;
    },
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a+');
  } catch (cause) {
    throw new DataError({ operation: 'trialFile', argument: 'path', expected: 'writable', actual: `'${path}'`, hint: String(cause) }, { cause });
  }
}

/** The lines before the torn one, if there is one, and where it begins. */
function wholeLines(path: string, bytes: Uint8Array): { lines: unknown[]; length: number } {
  const lines: unknown[] = [];
  let length = 0;
  const decoder = new TextDecoder();
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, end + 1)) {
    const text = decoder.decode(bytes.subarray(length, end));
    try {
      lines.push(JSON.parse(text));
    } catch (cause) {
      throw new FileFormatError({
        operation: 'trialFile', argument: `${path}:${lines.length + 1}`, expected: 'a line of JSON', actual: text.length > 40 ? `${text.slice(0, 40)}…` : text,
        hint: 'Only the last line can be torn by a kill. Delete the damaged line to run its trial again.',
      }, { cause });
    }
    length = end + 1;
  }
  return { lines, length };
}

function foreign(path: string, start: string): FileFormatError {
  return new FileFormatError({
    operation: 'trialFile', argument: path, expected: `a results file (${FORMAT}, version ${VERSION})`, actual: start.slice(0, 60), hint: 'Name another file.',
  });
}

function requireSame(path: string, first: unknown, due: Header): void {
  const found = first as Partial<Header> | null;
  if (found?.format !== FORMAT || found.version !== VERSION) throw foreign(path, JSON.stringify(first));
  if (found.fingerprint === due.fingerprint) return;
  const before = found.plan ?? {};
  const text = (value: JsonValue | undefined): string => JSON.stringify(value) ?? 'none';
  const differing = [...new Set([...Object.keys(before), ...Object.keys(due.plan)])].filter((key) => text(before[key]) !== text(due.plan[key]));
  const shown = (plan: JsonObject): string => differing.map((key) => `${key} ${text(plan[key]).slice(0, 120)}`).join(', ');
  throw new ArgumentError({
    operation: 'trialFile', argument: path, expected: `the file of a search with ${shown(due.plan)}`, actual: `one with ${shown(before)}`,
    hint: 'Name another file for another search, or delete this one to begin anew.',
  });
}
