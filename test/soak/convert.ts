/**
 * Files of every format that bptt/convert reads, with one thing changed: each is read or refused by name, within 2 s and 4 × its size.
 * 20,000 files a format on a thread that is watched, about 3 minutes each.
 */
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { mutatedFormats } from '../convert/formats.js';
import type { Judged } from '../convert/mutationWorker.js';
import { soak } from './run.js';

/** Of silence: a file that hangs. */
const patience = 30_000;

interface Span { readonly format: string; readonly seed: number; readonly from: number; readonly to: number }

/** What a thread says of so many files of a format; where it falls silent, it is stopped, and the next one goes on behind that file. */
async function judged(span: Span, hear: (each: Judged) => Promise<void>): Promise<void> {
  for (let next = span.from; next < span.to;) {
    const worker = new Worker(new URL('../convert/mutationWorker.js', import.meta.url), { workerData: { ...span, from: next }, execArgv: ['--enable-source-maps'] });
    const messages: Judged[] = [];
    let wake = (): void => undefined;
    let ended: { readonly error?: unknown } | undefined;
    worker.on('message', (message: Judged) => { messages.push(message); wake(); });
    worker.on('error', (error) => { ended = { error }; wake(); });
    worker.on('exit', () => { ended ??= {}; wake(); });
    for (;;) {
      const message = messages.shift();
      if (message) {
        next = message.index + 1;
        await hear(message);
        continue;
      }
      if (ended) break;
      const silent = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => { resolve(true); }, patience);
        wake = () => { clearTimeout(timer); resolve(false); };
      });
      if (!silent) continue;
      await worker.terminate();
      ended = { error: `no answer for ${patience / 1000} s` };
    }
    if (next >= span.to) return;
    await hear({ index: next, what: 'the next file', problem: ended.error === undefined ? 'the thread ended' : inspect(ended.error) });
    next++;
  }
}

await soak(async ({ seed, share, check }) => {
  for (const { name } of mutatedFormats) {
    const counts = { loaded: 0, refused: 0 };
    await judged({ format: name, seed, from: 0, to: share(20_000) }, async ({ index, what, outcome, problem }) => {
      if (outcome) counts[outcome]++;
      await check(`${name}, mutation ${index}, ${what}`, () => { if (problem !== undefined) throw new Error(problem); });
    });
    console.log(`${name}: ${counts.loaded} loaded, ${counts.refused} refused`);
  }
});
