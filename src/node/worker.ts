/** What runs on a thread of the pool: loads the module of the trial, once a thread, and runs the trial. */
import { describeError, runTrial } from '../forecast/search/trial.js';
import type { TrialOutcome, TrialProgram, TrialTask } from '../forecast/search/trial.js';

export interface ThreadRequest {
  /** Address of the trial module. */
  readonly module: string;
  readonly task: TrialTask;
}

/** An outcome, or why the module cannot be used: no fault of the trial. */
export type ThreadReply = { readonly outcome: TrialOutcome } | { readonly unusable: string };

// The pool would wait for ever for a thread that leaves: an error instead, which fails the trial.
const leave = process.exit.bind(process);
process.exit = (code) => {
  throw new Error(`process.exit(${code ?? ''}) in a trial`);
};
// Node itself ends a thread this way after an error nobody caught; that one the pool notices.
process.on('uncaughtExceptionMonitor', () => {
  process.exit = leave;
});

export default async function run({ module, task }: ThreadRequest): Promise<ThreadReply> {
  let program: unknown;
  try {
    ({ default: program } = (await import(module)) as { default?: unknown });
  } catch (error) {
    return { unusable: describeError(error) };
  }
  if (!isProgram(program)) return { unusable: 'a module whose default export is no function' };
  return { outcome: await runTrial(program, task) };
}

function isProgram(value: unknown): value is TrialProgram {
  return typeof value === 'function';
}
