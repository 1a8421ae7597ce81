/** A process to be killed: a search of slow trials with a results file. Arguments: the file, the seed. */
import { gridSearch } from '../../src/forecast/search/search.js';
import { threads } from '../../src/node/pool.js';
import { trialFile } from '../../src/node/trials.js';

const [path = '', seed = ''] = process.argv.slice(2);
const runner = threads({ worker: new URL('./searchTrials.js', import.meta.url), workers: 2 });
await gridSearch({ space: { x: [1, 2, 3, 4, 5, 6], y: [1, 2, 3, 4, 5], wait: [8] }, seed: Number(seed), runner, journal: trialFile(path) });
await runner.close();
