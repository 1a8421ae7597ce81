/** The command as people start it, as a process that a test talks to. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

export interface Ended { code: number | null; text: string }
export interface Started { child: ChildProcess; ended: Promise<Ended>; said: (pattern: RegExp) => Promise<RegExpExecArray> }

const main = join(import.meta.dirname, '../../src/main.js');
const children = new Set<ChildProcess>();

export function start(args: string[], environment: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let text = '';
  const listeners: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      for (const listen of listeners) listen();
    });
  }
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => {
    children.delete(child);
    resolve({ code, text });
  }));
  const said = (pattern: RegExp): Promise<RegExpExecArray> => new Promise((resolve, reject) => {
    const look = (): void => {
      const match = pattern.exec(text);
      if (match) resolve(match);
    };
    listeners.push(look);
    look();
    void ended.then(() => { reject(new Error(`ended without ${String(pattern)}:\n${text}`)); });
  });
  return { child, said, ended };
}

/** For the end of a test file. */
export function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}
