/** Python with PyTorch, as Debian has it: python3-torch. `npm test` leaves out what needs it, and says so, where it is absent. */
import { spawnSync } from 'node:child_process';

/** What a program of it prints. @throws Error if it fails. */
export function runTorch(program: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3', ['-c', program, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(stderr.slice(-3000));
  return stdout;
}
