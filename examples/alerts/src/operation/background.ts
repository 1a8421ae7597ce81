/** Work that no answer waits for: a failure is noted, and a graceful stop waits for the rest. */
import { described } from './log.js';
import type { Log } from './log.js';

export interface Background {
  readonly start: (what: string, work: () => Promise<void>) => void;
  /** Resolves when all that was started has ended. */
  settled(): Promise<void>;
}

export function createBackground(log: Log): Background {
  const running = new Set<Promise<void>>();
  return {
    start: (what, work) => {
      const run = work().catch((error: unknown) => { log.error('background work failed', { what, problem: described(error) }); });
      running.add(run);
      void run.finally(() => { running.delete(run); });
    },
    settled: async () => { while (running.size > 0) await Promise.all(running); },
  };
}
