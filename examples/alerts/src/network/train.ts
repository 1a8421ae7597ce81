/** Trains in a thread of its own, and tells how far it has come. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Bar } from '../data/bar.js';
import type { TrainingOrder } from './trainingThread.js';
import type { Progress, Trained, TrainingOptions } from './walkForward.js';

type Message = { readonly share: number; readonly what: string } | { readonly trained: Trained };

export async function trainInThread(histories: ReadonlyMap<string, readonly Bar[]>, options: TrainingOptions, progress: Progress = () => undefined, signal?: AbortSignal): Promise<Trained> {
  signal?.throwIfAborted();
  const order: TrainingOrder = { histories, options, threads: Math.min(4, availableParallelism()) };
  const worker = new Worker(new URL('./trainingThread.js', import.meta.url), { workerData: order });
  const stop = (): void => { void worker.terminate(); };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Trained>((resolve, reject) => {
      worker.on('message', (message: Message) => {
        if ('trained' in message) resolve(message.trained);
        else progress(message.share, message.what);
      });
      worker.on('error', reject);
      worker.on('exit', () => { reject(signal?.reason instanceof Error ? signal.reason : new Error('The thread that trained the network ended before it was done.')); });
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
