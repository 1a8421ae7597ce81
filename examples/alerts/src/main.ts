/** `npm run alerts`: reads the configuration and does what the command says. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ConfigError, helpText, readConfig } from './config/config.js';
import type { Config } from './config/settings.js';
import type { CheckerEvent } from './checker/checker.js';
import { listSymbols } from './data/listSymbols.js';
import { SAVED_EVERY, retrain } from './network/retrain.js';
import { createLog, described } from './operation/log.js';
import { createRemaining, durationOf } from './operation/remaining.js';
import { SEED, openFeed, replayedSince, startService } from './service.js';
import { backup, restore } from './storage/backup.js';
import { openEmbedded } from './storage/embedded.js';
import { FolderInUse } from './storage/folderLock.js';
import { openStorage } from './storage/open.js';
import { openServer } from './storage/server.js';
import { worth } from './worth.js';

const say = (text: string): void => { process.stdout.write(`${text}\n`); };

/** What a demo says while one waits: its log is silent but for trouble. */
function demoTeller(): (event: CheckerEvent) => void {
  let [quarters, told] = [0, false];
  return (event) => {
    if (event.kind === 'training' && Math.floor(4 * event.share) > quarters) {
      quarters = Math.floor(4 * event.share);
      if (quarters < 4) say(`Training: ${25 * quarters} %.`);
    } else if (event.kind === 'trained') {
      say(`Trained in ${Math.round(event.report.seconds)} s. From now on a day of the replay passes every ten seconds.`);
    } else if (event.kind === 'checked' && event.report.hits > 0 && !told) {
      told = true;
      say('The first notifications are there.');
    }
  };
}

async function serve(config: Config): Promise<void> {
  const folder = config.demo ? await mkdtemp(join(tmpdir(), 'alerts-demo-')) : undefined;
  const log = createLog(config.demo ? 'warn' : config.logLevel, (line) => process.stdout.write(line));
  const service = await startService(folder === undefined ? config : { ...config, data: folder }, log, config.demo ? demoTeller() : undefined);
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info('stopping', { signal });
    void service.stop()
      .then(() => (folder === undefined ? undefined : rm(folder, { recursive: true, force: true })))
      .then(() => { log.info('stopped'); process.exit(0); });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { stop(signal); });
  const { web } = service;
  if (web?.demo) {
    say(`The demo: ${web.url}`);
    say(`Log in with the button there, or as ${web.demo.email} with the password ${web.demo.password}.`);
    say('The network is being trained, half a minute on two idle cores; the first notifications follow. Ctrl-C ends the demo and removes its data.');
  } else {
    log.info('started', { url: web?.url, roles: config.roles.join(','), database: service.database.kind, source: config.source });
  }
}

/** Somebody has stopped a training; no fault of anything. */
class Stopped extends Error {}

/** Between two lines where they stay, as in a file. */
const LINE = 300_000;

/** How far a training is and how long it will take: one line that changes on a terminal, elsewhere a line at times. */
function trainingTeller(): (share: number, what: string) => void {
  const remaining = createRemaining();
  let [lines, next] = [0, 0];
  return (share, what) => {
    const left = remaining(share);
    const line = `${(100 * share).toFixed(2).padStart(6)} %, ${what}${left === undefined ? '' : `, about ${durationOf(left)} left`}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}`);
    else if (lines < 3 || performance.now() >= next) {
      say(line);
      [lines, next] = [lines + 1, performance.now() + LINE];
    }
  };
}

async function train(config: Config): Promise<void> {
  const database = await openStorage({ folder: config.data, databaseUrl: config.databaseUrl });
  try {
    const { source, clock } = await openFeed(config, await replayedSince(database));
    await listSymbols(database, source);
    const keep = join(config.data, `training-${config.full ? 'full' : 'reduced'}-${config.networks}`);
    say(`Training at ${config.full ? 'the published' : 'reduced'} size. What is unfinished is saved every ${SAVED_EVERY} batches in ${keep}: stop it with Ctrl-C, and the same command goes on.`);
    const stopping = new AbortController();
    process.once('SIGINT', () => { stopping.abort(new Stopped('Stopped. The same command goes on where it was saved last.')); });
    const reports = await retrain(database, source, clock.now(), { full: config.full, seed: SEED, each: config.networks === 'each', keep, progress: trainingTeller(), signal: stopping.signal });
    if (reports.length > 0) say('');
    for (const { symbol, hash, state, seconds, compared } of reports) {
      say(`Network ${hash.slice(0, 12)}${symbol === null ? '' : ` of ${symbol}`}: ${state === 'running' ? 'it runs from now on' : 'not better than the one that runs, which stays'}, after ${durationOf(1000 * seconds)}${compared ? `; error over the last weeks ${compared.candidate.toFixed(4)} %, of the one before ${compared.running.toFixed(4)} %` : ''}.`);
    }
  } finally {
    await database.close();
  }
}

async function run(config: Config): Promise<void> {
  const file = config.file ?? '';
  switch (config.command) {
    case 'serve':
      return serve(config);
    case 'train':
      return train(config);
    case 'worth':
      return worth((await openFeed(config, Date.now())).source, { seed: SEED, full: config.full, write: say });
    case 'backup': {
      const database = await openStorage({ folder: config.data, databaseUrl: config.databaseUrl });
      await backup(database, file).then((rows) => { say(`${rows} rows are in ${file}.`); }).finally(() => database.close());
      return;
    }
    case 'restore': {
      const database = config.databaseUrl === undefined ? await openEmbedded(config.data) : await openServer(config.databaseUrl);
      await restore(database, file).then((rows) => { say(`${rows} rows are read from ${file}.`); }).finally(() => database.close());
    }
  }
}

/** Lines for whoever typed the command: no stack, no secret. */
function refuse(lines: string): void {
  process.stderr.write(`${lines}\n`);
  process.exitCode = 2;
}

try {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === 'help') say(helpText());
  else await run(config);
} catch (error) {
  if (error instanceof ConfigError) refuse(`${error.message}\nnpm run alerts -- --help says what there is.`);
  else if (error instanceof FolderInUse) refuse(error.message);
  else if (error instanceof Stopped) {
    say(`\n${error.message}`);
    process.exitCode = 130;
  }
  else refuse(described(error));
}
