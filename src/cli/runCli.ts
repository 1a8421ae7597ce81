/** What every command line shares: Ctrl-C through an AbortSignal, one line for an error, exit codes. */
import process from 'node:process';
import { BpttError, NotFiniteError } from '../errors.js';
import { UsageError } from './options.js';

/** What was stopped by Ctrl-C and left something behind, which the message says. */
export class Interrupted extends Error {}

const FAILED = 1;
const USAGE = 2;
/** 128 + SIGINT, as shells expect it. */
const INTERRUPTED = 130;

/**
 * Runs `main` and sets the exit code: 2 for wrong arguments or data, 1 when training blows up, 130 after Ctrl-C.
 * Those are one line on stderr. Any other error is a fault of the program and keeps its stack trace.
 *
 * @param kept what Ctrl-C leaves behind.
 */
export async function runCli(name: string, main: (signal: AbortSignal) => Promise<void>, kept = 'nothing was written'): Promise<void> {
  const interrupt = new AbortController();
  // Once: a second Ctrl-C ends the process at once.
  process.once('SIGINT', () => { interrupt.abort(new Error('interrupted')); });
  // A reader that has seen enough, such as head, closes the pipe.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE') process.exit(0); else throw error; });
  try {
    await main(interrupt.signal);
  } catch (error) {
    const left = error instanceof Interrupted ? error.message : kept;
    const [line, code] = interrupt.signal.aborted ? [`stopped by Ctrl-C; ${left}.`, INTERRUPTED] as const : explain(error);
    // The progress bar may have left the cursor in the middle of a line.
    const clear = process.stderr.isTTY ? '\r\u001b[K' : '';
    // One line, whatever a file had in it.
    process.stderr.write(`${clear}${name}: ${line.split('\n').map((part) => part.trim()).join(' ').replace(/\p{Cc}/gu, '\ufffd')}\n`);
    process.exitCode = code;
  }
}

function explain(error: unknown): readonly [line: string, code: number] {
  if (error instanceof UsageError) return [error.message, USAGE];
  if (error instanceof NotFiniteError) return [error.message, FAILED];
  if (error instanceof BpttError) return [error.message, USAGE];
  throw error;
}
