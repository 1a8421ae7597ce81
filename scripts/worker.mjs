/** `npm run worker -- --redis URL`: runs trials of searches that were started with `redisQueue`, until it is stopped. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { nearest } from '../dist/src/checks.js';
import { joinQueue } from '../dist/src/node/index.js';

const USAGE = `npm run worker -- --redis URL [--name QUEUE] [--workers N] [--patience SECONDS] [--ca FILE] [--cert FILE --key FILE]

Takes trials of searches off a queue on Redis and runs them here, until it is stopped. Start it in a checkout of the same
project as the search, built: only modules below the working directory are run, and only if their code is that of the search.

  --redis     redis://[[user]:password@]host[:port][/database], rediss:// for TLS; the password percent-encoded
  --name      the queue, 'bptt' by default: the name given to redisQueue
  --workers   trials at the same time, each on a thread; as many as there are cores by default
  --patience  seconds without a sign of life after which a worker counts as dead and its trials go to others; 30 by default
  --ca        with rediss://: the certificate that signs the server's, a PEM file
  --cert      with rediss://: the certificate of this client, a PEM file
  --key       with rediss://: its key, a PEM file
  --help      this text

Ctrl+C ends it when the trials under way have ended; twice, at once.`;

const FLAGS = ['redis', 'name', 'workers', 'patience', 'ca', 'cert', 'key'];

function refuse(message) {
  console.error(`${message}\n\nnpm run worker -- --help explains.`);
  process.exit(2);
}

/** Values by flag. What stands in a wrong place is not repeated: it may be an address with a password. */
function readFlags() {
  const options = Object.fromEntries([...FLAGS.map((flag) => [flag, { type: 'string' }]), ['help', { type: 'boolean' }]]);
  const { values, tokens } = parseArgs({ options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') refuse('An argument stands without a flag before it: an address belongs behind --redis.');
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(options, token.name)) refuse(`Unknown flag '${token.rawName}'. Did you mean '--${nearest(token.name, [...FLAGS, 'help'])}'?`);
    if (token.name !== 'help' && !token.value) refuse(`'${token.rawName}' needs a value.`);
  }
  return values;
}

function readPem(flag, path) {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`--${flag}: ${error.message}`);
  }
}

const flags = readFlags();
if (flags.help) {
  console.log(USAGE);
  process.exit(0);
}
if (flags.redis === undefined) refuse('--redis is missing: where is the queue?');

const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
const number = (value) => (value === undefined ? undefined : Number(value));
const tls = given({ ca: readPem('ca', flags.ca), cert: readPem('cert', flags.cert), key: readPem('key', flags.key) });

let worker;
try {
  worker = await joinQueue(given({
    url: flags.redis,
    tls: Object.keys(tls).length > 0 ? tls : undefined,
    name: flags.name,
    workers: number(flags.workers),
    patience: number(flags.patience),
    onTrial: (index, status) => console.log(`trial ${index} ${status}`),
  }));
} catch (error) {
  refuse(String(error));
}
let stopping = false;
const stop = async () => {
  if (stopping) process.exit(130);
  stopping = true;
  await worker.close();
  // Where Redis is away a connection may still be trying.
  process.exit(0);
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
// Only now: who reads it may ask at once for the end.
console.log('joined');
