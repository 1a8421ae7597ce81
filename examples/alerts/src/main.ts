/** `npm run alerts`: reads the configuration and does what the command says. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ConfigError, helpText, readConfig } from './config/config.js';
import type { Config } from './config/settings.js';
import { listSymbols } from './data/listSymbols.js';
import { retrain } from './network/retrain.js';
import { createLog, described } from './operation/log.js';
import { SEED, openFeed, replayedSince, startService } from './service.js';
import { backup, restore } from './storage/backup.js';
import { openEmbedded } from './storage/embedded.js';
import { FolderInUse } from './storage/folderLock.js';
import { openStorage } from './storage/open.js';
import { openServer } from './storage/server.js';
import { worth } from './worth.js';

const say = (text: string): void => { process.stdout.write(`${text}\n`); };

async function serve(config: Config): Promise<void> {
  const folder = config.demo ? await mkdtemp(join(tmpdir(), 'alerts-demo-')) : undefined;
  const log = createLog(config.demo ? 'warn' : config.logLevel, (line) => process.stdout.write(line));
  const service = await startService(folder === undefined ? config : { ...config, data: folder }, log);
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
    say('The network is being trained; the first alerts come within two minutes. Ctrl-C ends the demo and removes its data.');
  } else {
    log.info('started', { url: web?.url, roles: config.roles.join(','), database: service.database.kind, source: config.source });
  }
}

async function train(config: Config): Promise<void> {
  const database = await openStorage({ folder: config.data, databaseUrl: config.databaseUrl });
  try {
    const { source, clock } = await openFeed(config, await replayedSince(database));
    await listSymbols(database, source);
    const reports = await retrain(database, source, clock.now(), { full: config.full, seed: SEED, each: config.networks === 'each', keep: join(config.data, `training-${config.full ? 'full' : 'reduced'}-${config.networks}`), progress: (share, what) => { say(`${String(Math.round(100 * share)).padStart(3)} % ${what}`); } });
    for (const { hash, state, seconds } of reports) say(`Network ${hash.slice(0, 12)}: ${state}, ${Math.round(seconds)} s.`);
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
  else refuse(described(error));
}
