/** Rounds that alternate between the backends, one measurement after the other. */
import type { Backend } from 'bptt';
import { measure } from '../measure.js';
import { rowOf } from '../report.js';
import type { Row } from '../report.js';
import { prepare } from '../prepare.js';
import type { Prepared } from '../prepare.js';

export interface Plan {
  readonly ids: readonly string[];
  readonly backends: ReadonlyMap<string, Backend>;
  /** Time for each measurement and round. */
  readonly seconds: number;
  readonly rounds: number;
}

export interface Events {
  /** Before each piece of work; `done` of 1. */
  onWork(id: string, backend: string, what: 'checking' | 'timing', done: number): Promise<void>;
  /** Each time the figures of a row have changed. */
  onRow(row: Row): void;
  onFailure(id: string, backend: string, message: string): void;
}

/** Subject of a row, as the command `npm run bench` names it. */
export function subjectOf(backend: string): string {
  return `bptt ${backend}`;
}

/** Ends early, with what it has, when the signal aborts. */
export async function runPlan({ ids, backends, seconds, rounds }: Plan, events: Events, signal: AbortSignal): Promise<void> {
  const total = ids.length * backends.size * (rounds + 1);
  let done = 0;
  for (const id of ids) {
    const ready = new Map<string, { readonly prepared: Prepared; readonly times: number[] }>();
    const attempt = async (name: string, what: 'checking' | 'timing', work: () => Promise<void>): Promise<void> => {
      if (signal.aborted) return;
      await events.onWork(id, name, what, done++ / total);
      await work().catch((error: unknown) => {
        ready.get(name)?.prepared.dispose();
        ready.delete(name);
        events.onFailure(id, name, error instanceof Error ? error.message : String(error));
      });
    };
    for (const [name, backend] of backends) {
      await attempt(name, 'checking', async () => {
        ready.set(name, { prepared: await prepare(id, backend), times: [] });
      });
    }
    for (let round = 0; round < rounds; round++) {
      for (const [name, { prepared, times }] of ready) {
        await attempt(name, 'timing', async () => {
          times.push((await measure(prepared.call, seconds)).median / prepared.repeats);
          events.onRow(rowOf(id, subjectOf(name), backends.get(name)?.description ?? '', times));
        });
      }
    }
    for (const { prepared } of ready.values()) prepared.dispose();
    if (signal.aborted) return;
  }
}
