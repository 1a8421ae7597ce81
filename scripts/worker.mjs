/** `npm run worker -- --redis URL`: runs trials of searches that were started with `redisQueue`, until it is stopped. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { joinQueue } from '../dist/src/node/index.js';

const USAGE = `npm run worker -- --redis URL [--name QUEUE] [--workers N] [--patience SECONDS]

  --redis     redis://[:password@]host:port
  --name      the queue, 'bptt' by default
  --workers   trials at the same time; as many as there are cores by default
  --patience  seconds without a sign of life after which a worker counts as dead; 30 by default

Only modules below the working directory are run. Ctrl+C ends it when the trials under way have ended; twice, at once.`;

const text = { type: 'string' };
const { values } = parseArgs({ options: { redis: text, name: text, workers: text, patience: text, help: { type: 'boolean' } } });
if (values.help || values.redis === undefined) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

const number = (value) => (value === undefined ? undefined : Number(value));
const worker = await joinQueue({
  url: values.redis,
  name: values.name,
  workers: number(values.workers),
  patience: number(values.patience),
  onTrial: (index, status) => console.log(`trial ${index} ${status}`),
});
console.log('joined');

let stopping = false;
const stop = async () => {
  if (stopping) process.exit(130);
  stopping = true;
  await worker.close();
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
