/**
 * A process to be killed: a search of slow trials with a results file. Arguments: the file, the seed; and, where the trials
 * go over a queue, the server and the name of the queue.
 */
import { gridSearch } from '../../src/forecast/search/search.js';
import { threads } from '../../src/node/pool.js';
import { redisQueue } from '../../src/node/redis.js';
import { trialFile } from '../../src/node/trials.js';

export const space = { x: [1, 2, 3, 4, 5, 6], y: [1, 2, 3, 4, 5], wait: [8] };

const [script = '', path = '', seed = '', url, name] = process.argv.slice(1);
if (script.endsWith('searchChild.js')) {
  const worker = new URL('./searchTrials.js', import.meta.url);
  const runner = url === undefined ? threads({ worker, workers: 2 }) : await redisQueue({ url, name, worker });
  await gridSearch({ space, seed: Number(seed), runner, journal: trialFile(path) });
  await runner.close();
}
