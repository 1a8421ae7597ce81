/** Model files with one thing changed: each is read whole or refused as a FileFormatError. 40,000 files, about 4 minutes. */
import { randomStream } from '../../src/random.js';
import { judgeMutation, mutate, savedModels } from '../models/files/mutations.js';
import { soak } from './run.js';

await soak(async ({ seed, share, check }) => {
  const counts = { loaded: 0, refused: 0 };
  const files = await savedModels();
  let slowest = 0;
  for (const [f, bytes] of files.entries()) {
    for (let i = 0; i < share(20_000); i++) {
      const mutation = mutate(bytes, randomStream(seed, `file ${f}`, i));
      const start = performance.now();
      await check(`file ${f}, mutation ${i}, ${mutation.what}`, async () => {
        counts[await judgeMutation(mutation)]++;
      });
      slowest = Math.max(slowest, performance.now() - start);
    }
  }
  const { arrayBuffers, external, heapUsed } = process.memoryUsage();
  console.log(`${counts.loaded} loaded, ${counts.refused} refused; slowest ${slowest.toFixed(0)} ms; ${((arrayBuffers + external + heapUsed) / 2 ** 20).toFixed(0)} MiB held at the end`);
});
