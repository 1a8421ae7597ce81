/** Starts processes of the service, talks to them, and kills them. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Order, RoleOptions, Told } from './role.js';

export interface Role {
  readonly child: ChildProcess;
  /** Where its pages are; empty where it has none. */
  readonly url: string;
  /** The next thing of a kind that it tells; rejects when it ends before. */
  next<K extends string>(kind: K): Promise<Extract<Told, Record<K, unknown>>>;
  order(order: Order): void;
  /** `kill -9`; resolves when it has ended. */
  kill(): Promise<void>;
}

export async function startRole(options: RoleOptions): Promise<Role> {
  const child = fork(new URL('./role.js', import.meta.url), [JSON.stringify(options)], { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => { resolve(); }));
  const role = {
    child, url: '',
    next: async <K extends string>(kind: K) => new Promise<Extract<Told, Record<K, unknown>>>((resolve, reject) => {
      const hear = (told: Told): void => {
        if (!(kind in told) && !('failed' in told)) return;
        child.off('message', hear);
        if (kind in told) resolve(told as Extract<Told, Record<K, unknown>>);
        else reject(new Error('failed' in told ? told.failed : ''));
      };
      child.on('message', hear);
      void ended.then(() => { reject(new Error('the process has ended')); });
    }),
    order: (order: Order) => { if (child.connected) child.send(order, () => undefined); },
    kill: async () => { child.kill('SIGKILL'); await ended; },
  };
  return { ...role, url: (await role.next('open')).open };
}
