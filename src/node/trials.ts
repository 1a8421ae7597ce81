/**
 * A results file that survives a kill at any moment: JSON lines, the first one the plan, then one for each trial.
 *
 * A line is written whole and flushed to the disk before the next trial of its lane starts. A process that dies leaves at
 * most one torn line, the last one; it is cut off when the file is opened again. One process at a time may write a file:
 * while it is open, a `.lock` beside it says who does, and that of a dead process does not count.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ArgumentError, BpttError, DataError, FileFormatError, StateError } from '../errors.js';
import { fingerprint } from '../forecast/search/journal.js';
import type { TrialJournal } from '../forecast/search/journal.js';
import { isRecord, shorten } from '../forecast/search/json.js';
import type { TrialRecord } from '../forecast/search/trial.js';
import type { JsonObject, JsonValue } from '../layers/layer.js';
import { lockFile } from './fileLock.js';

interface Header {
  readonly format: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly plan: JsonObject;
  /** Hash of the code of the trials; absent where no runner has known it yet. */
  readonly code?: string;
  /** Made with the file: what tasks of this run are called by. */
  readonly run: string;
}

const FORMAT = 'bptt trials';
const VERSION = 2;

/** A file that is being written. */
interface Opened {
  readonly file: FileHandle;
  readonly release: () => Promise<void>;
}

/**
 * @param path a .jsonl file: made if it is missing, continued if it belongs to the same search, refused otherwise.
 * @throws (on opening) ArgumentError if it belongs to another search or to trials of other code, StateError while another
 *   run writes it, FileFormatError if it is no such file or is damaged elsewhere than in its last line, DataError if it
 *   cannot be written; (on appending) DataError, if the disk is full say. After that nothing more is written: run the
 *   search again when there is room.
 */
export function trialFile(path: string): TrialJournal {
  if (typeof path !== 'string' || path === '') {
    throw new ArgumentError({ operation: 'trialFile', argument: 'path', expected: 'the name of a file', actual: shorten(path) });
  }
  let opened: Opened | undefined;
  let opening = false;
  let writing: Promise<void> = Promise.resolve();
  let failure: DataError | undefined;

  const append = (value: object): Promise<void> => {
    const handle = opened?.file;
    if (!handle) throw new StateError({ operation: 'trialFile', argument: path, expected: 'open', actual: 'closed' });
    const line = `${JSON.stringify(value)}\n`;
    // One line after the other: lanes finish at the same time.
    const written = writing.then(async () => {
      // Behind a torn line nothing may follow: it would be damage that no kill explains.
      if (failure) throw failure;
      try {
        await handle.appendFile(line);
        await handle.datasync();
      } catch (cause) {
        throw (failure = unwritable(path, cause));
      }
    });
    writing = written.catch(() => undefined);
    return written;
  };

  const close = async (): Promise<void> => {
    await writing;
    const last = opened;
    opened = undefined;
    try {
      await last?.file.close();
    } finally {
      await last?.release();
    }
  };

  return {
    async open(plan, code) {
      if (opening || opened) throw new StateError({ operation: 'trialFile', argument: path, expected: 'closed', actual: 'open', hint: 'One search at a time may use it.' });
      opening = true;
      failure = undefined;
      const text = JSON.stringify(plan);
      try {
        const due = { format: FORMAT, version: VERSION, fingerprint: await fingerprint(plan), plan: JSON.parse(text) as JsonObject };
        opened = await openFile(path);
        const bytes = await readFile(path);
        const { lines, length } = wholeLines(path, bytes);
        const torn = new TextDecoder().decode(bytes.subarray(length));
        const found = lines.length > 0 ? await requireSame(path, lines[0], due, code) : undefined;
        if (!found) requireBeginning(path, torn, due);
        await opened.file.truncate(length);
        const header: Header = found ?? { ...due, ...(code !== undefined && { code }), run: randomUUID() };
        if (!found) await append(header);
        return { run: header.run, records: lines.slice(1) as TrialRecord[] };
      } catch (error) {
        await close();
        throw error instanceof BpttError ? error : unwritable(path, error);
      } finally {
        opening = false;
      }
    },
    async append(record) {
      await append(record);
    },
    close,
  };
}

function unwritable(path: string, cause: unknown): DataError {
  return new DataError({ operation: 'trialFile', argument: 'path', expected: 'writable', actual: `'${path}'`, hint: String(cause) }, { cause });
}

async function openFile(path: string): Promise<Opened> {
  const { release } = await lockFile('trialFile', path);
  try {
    return { file: await open(path, 'a+'), release };
  } catch (error) {
    await release();
    throw error;
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

/** A first line that a kill has torn must be the beginning of the one that is due. */
function requireBeginning(path: string, torn: string, due: Omit<Header, 'run'>): void {
  const known = JSON.stringify(due).slice(0, -1);
  if (!known.startsWith(torn) && !torn.startsWith(known)) throw foreign(path, torn);
}

async function requireSame(path: string, first: unknown, due: Omit<Header, 'run'>, code: string | undefined): Promise<Header> {
  const found = requireHeader(path, first);
  const before = found.plan;
  if (found.fingerprint !== due.fingerprint) {
    const text = (value: JsonValue | undefined): string => JSON.stringify(value) ?? 'none';
    const differing = [...new Set([...Object.keys(before), ...Object.keys(due.plan)])].filter((key) => text(before[key]) !== text(due.plan[key]));
    const shown = (plan: JsonObject): string => differing.map((key) => `${key} ${text(plan[key]).slice(0, 120)}`).join(', ');
    throw new ArgumentError({
      operation: 'trialFile', argument: path, expected: `the file of a search with ${shown(due.plan)}`, actual: `one with ${shown(before)}`,
      hint: 'Name another file for another search, or delete this one to begin anew.',
    });
  }
  if ((await fingerprint(before)) !== found.fingerprint) throw foreign(path, JSON.stringify(first));
  if (code !== undefined && found.code !== undefined && code !== found.code) {
    throw new ArgumentError({
      operation: 'trialFile', argument: path, expected: `the file of trials with the code ${code}`, actual: `one with ${found.code}`,
      hint: 'The module of the trials, or a file it imports, has changed since. Name another file, or delete this one; where no result can differ, write the new code into its first line.',
    });
  }
  return found;
}

function requireHeader(path: string, first: unknown): Header {
  if (!isRecord(first)) throw foreign(path, JSON.stringify(first));
  const { format, version, fingerprint: print, plan, run, code } = first;
  const known = format === FORMAT && version === VERSION && typeof print === 'string' && isRecord(plan) && typeof run === 'string' && run !== '';
  if (!known || (code !== undefined && typeof code !== 'string')) throw foreign(path, JSON.stringify(first));
  return { format, version, fingerprint: print, plan: plan as JsonObject, run, ...(code !== undefined && { code }) };
}
