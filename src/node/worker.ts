/** What runs on a thread: loads the module of the trial, once a thread, and runs one trial after the other. */
import { parentPort } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { describeError, runTrial } from '../forecast/search/trial.js';
import type { TrialOutcome, TrialProgram, TrialTask } from '../forecast/search/trial.js';
import { codeOf } from './trialCode.js';

export interface ThreadRequest {
  /** Address of the trial module, and the hash its code must have. */
  readonly module: string;
  readonly code: string;
  readonly task: TrialTask;
}

/** An outcome, or why the module cannot be used: no fault of the trial. */
export type ThreadReply = { readonly outcome: TrialOutcome } | { readonly unusable: string };

let loaded: Promise<{ program: TrialProgram } | { unusable: string }> | undefined;

async function load({ module, code }: ThreadRequest): Promise<{ program: TrialProgram } | { unusable: string }> {
  try {
    const before = await codeOf('threads', fileURLToPath(module));
    if (before !== code) return { unusable: `other code than is asked for: ${before} instead of ${code}` };
    const { default: program } = (await import(module)) as { default?: unknown };
    return isProgram(program) ? { program } : { unusable: 'a module whose default export is no function' };
  } catch (error) {
    return { unusable: describeError(error) };
  }
}

async function run(request: ThreadRequest): Promise<ThreadReply> {
  const ready = await (loaded ??= load(request));
  return 'program' in ready ? { outcome: await runTrial(ready.program, request.task) } : ready;
}

function isProgram(value: unknown): value is TrialProgram {
  return typeof value === 'function';
}

parentPort?.on('message', (request: ThreadRequest) => {
  void run(request).then((reply) => parentPort?.postMessage(reply));
});
