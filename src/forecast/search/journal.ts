/** Where finished trials are kept: in memory here, in a file with `trialFile` of bptt/node. */
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import type { TrialRecord } from './trial.js';

export interface TrialJournal {
  /**
   * @param plan all that decides what the trials are; a journal of another plan is refused.
   * @returns what is recorded already.
   */
  open(plan: JsonObject): Promise<readonly TrialRecord[]>;
  /** Resolves when the record would survive the end of the process. */
  append(record: TrialRecord): Promise<void>;
  close(): Promise<void>;
}

/** Forgets everything with the process. */
export function forgetful(): TrialJournal {
  return { open: async () => [], append: async () => undefined, close: async () => undefined };
}

/** SHA-256 of a plan, in hexadecimal; the order of its keys does not count. */
export async function fingerprint(plan: JsonObject): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(sorted(plan))));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sorted(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((entry) => sorted(entry) ?? null);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, sorted(entry)]));
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
