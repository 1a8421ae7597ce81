/** A short sample of `npm run soak -- search`: main, workers and Redis are killed at random moments. */
import { test } from 'uvu';
import { randomStream } from '../../src/random.js';
import { killRound } from './killRound.js';
import { RedisStage } from './redisServer.js';

const stage = new RedisStage();
test.after(() => stage.close());

test('a search over a queue survives the death of any process', async () => {
  await killRound({ stage, name: 'sample', random: randomStream(2, 'kills'), kills: 4, redis: await stage.server() });
});

test.run();
