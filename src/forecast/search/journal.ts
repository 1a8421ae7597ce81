/** Where finished trials are kept: in memory here, in a file with `trialFile` of bptt/node. */
import type { JsonObject } from '../../layers/layer.js';
import { canonical } from './json.js';
import type { TrialRecord } from './trial.js';

/** What a journal knows when it is opened. */
export interface TrialHistory {
  /** Unique to this run of a search, and the same again when the run goes on: what its tasks are called by. */
  readonly run: string;
  readonly records: readonly TrialRecord[];
}

export interface TrialJournal {
  /**
   * @param plan all that decides what the trials are; a journal of another plan is refused.
   * @param code hash of the code of the trials, where the runner knows it; a journal of other code is refused.
   */
  open(plan: JsonObject, code?: string): Promise<TrialHistory>;
  /** Resolves when the record would survive the end of the process. */
  append(record: TrialRecord): Promise<void>;
  close(): Promise<void>;
}

/** Forgets everything with the process: each run is a run of its own. */
export function forgetful(): TrialJournal {
  return { open: async () => ({ run: crypto.randomUUID(), records: [] }), append: async () => undefined, close: async () => undefined };
}

/** SHA-256 of a plan, in hexadecimal; the order of its keys does not count. */
export async function fingerprint(plan: JsonObject): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical(plan)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
