/** The worker, asked by name. */
import type { Calls } from './messages.js';

interface Answer { readonly id?: number; readonly ready?: true; readonly result?: unknown; readonly problem?: string }

const worker = new Worker(new URL('opener.worker.js', document.baseURI), { type: 'module' });
const waiting = new Map<number, { readonly done: (result: unknown) => void; readonly failed: (error: Error) => void }>();
let asked = 0;

/** Once everything is loaded: the page asks the network for nothing after that. */
export const ready = new Promise<void>((resolve, reject) => {
  worker.onmessage = ({ data: { id, ready: isReady, result, problem } }: MessageEvent<Answer>) => {
    if (isReady) resolve();
    const call = waiting.get(id ?? -1);
    waiting.delete(id ?? -1);
    if (problem === undefined) call?.done(result);
    else call?.failed(new Error(problem));
  };
  worker.onerror = ({ message }) => {
    const error = new Error(message || 'The worker could not start.');
    reject(error);
    for (const { failed } of waiting.values()) failed(error);
    waiting.clear();
  };
});

export async function ask<K extends keyof Calls>(call: K, given: Calls[K]['takes']): Promise<Calls[K]['gives']> {
  const id = ++asked;
  const answer = new Promise<unknown>((done, failed) => { waiting.set(id, { done, failed }); });
  worker.postMessage({ id, call, given });
  return await answer as Calls[K]['gives'];
}
