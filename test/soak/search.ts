/**
 * Searches whose processes are killed with -9 at random moments: main, workers, and Redis, which comes back empty. Each ends
 * with the results of one process that was left alone. 40 searches on threads, 40 over a queue, about 12 minutes.
 */
import type { ChildProcess } from 'node:child_process';
import { randomStream } from '../../src/random.js';
import { killRound } from '../node/killRound.js';
import { RedisStage } from '../node/redisServer.js';
import { soak } from './run.js';

const counts = new Map<string, number>();

await soak(async ({ seed, share, check }) => {
  const stage = new RedisStage();
  try {
    let redis: ChildProcess = await stage.server();
    for (const over of ['threads', 'queue']) {
      for (let i = 0; i < share(40); i++) {
        await check(`${over} ${i}`, async () => {
          const result = await killRound({ stage, name: `${over}-${i}`, random: randomStream(seed, over, i), kills: 6, ...(over === 'queue' && { redis }) });
          redis = result.redis ?? redis;
          for (const victim of result.killed) counts.set(`${over}: ${victim}`, (counts.get(`${over}: ${victim}`) ?? 0) + 1);
        });
      }
    }
  } finally {
    await stage.close();
  }
  console.log(`killed: ${[...counts].map(([victim, n]) => `${victim} ${n}`).join(', ')}`);
});
