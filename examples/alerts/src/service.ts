/** The service: its parts, started in order and stopped in reverse. */
import { setTimeout as pause } from 'node:timers/promises';
import { startChecker } from './checker/checker.js';
import type { CheckerEvent } from './checker/checker.js';
import { testAlert } from './checker/testAlert.js';
import { truthOfAlert, truthOfSymbol, whatIf } from './checker/truth.js';
import type { Config } from './config/settings.js';
import type { BarSource } from './data/barSource.js';
import { findSymbols } from './data/listSymbols.js';
import { openSource } from './data/open.js';
import { described } from './operation/log.js';
import type { Log } from './operation/log.js';
import { createMetrics } from './operation/metrics.js';
import type { Metrics } from './operation/metrics.js';
import { pageMailer, smtpMailer } from './outbox/mail.js';
import { openPush } from './outbox/push.js';
import { startSender } from './outbox/sender.js';
import type { Sender } from './outbox/sender.js';
import type { Database, Queries } from './storage/database.js';
import { openStorage } from './storage/open.js';
import { setting } from './storage/settings.js';
import type { Engine } from './web/services.js';
import { startWeb, vapidKeys } from './web/start.js';
import type { Web } from './web/start.js';

/** A day of a demo passes in ten seconds. */
const DEMO_SPEED = 8_640;
/** Simulated shares of a replay, beside the packaged ones. */
const SIMULATED = 4;
export const SEED = 42;
/** Milliseconds of one delivery. */
const DELIVERY = 10_000;
/** Seconds that a graceful stop may take. */
const STOP = 20;

export interface Service {
  database: Database;
  web: Web | undefined;
  stop(): Promise<void>;
}

/** When the replay of a database began, by the wall's clock: started again, it goes on where it was. */
export const replayedSince = (database: Queries): Promise<number> => setting(database, 'replayed since', () => Date.now());

export function openFeed(config: Config, since: number): ReturnType<typeof openSource> {
  return openSource({
    source: config.source, speed: config.speed ?? (config.demo ? DEMO_SPEED : 1), replayedSince: since, simulated: SIMULATED, seed: SEED,
    csvFolder: config.csvFolder, barMinutes: config.barMinutes, massiveKey: config.massiveKey,
  });
}

/** What pages ask of the checker's side. */
export function engineOf(database: Database, source: BarSource, log: Log): Engine {
  return {
    truth: (symbol) => truthOfSymbol(database, symbol),
    whatIf: (terms) => whatIf(database, terms.symbol, terms),
    truthOfAlert: (alertId) => truthOfAlert(database, alertId),
    testAlert: (userId, alertId) => testAlert(database, userId, alertId),
    // Sources that do not know all their symbols are asked at each search; one that does not answer leaves the list as it is.
    search: async (text) => { await findSymbols(database, source, text).catch((error: unknown) => { log.warn('search', { problem: described(error) }); }); },
  };
}

/** @param heard is told what the checker does, beside the log. */
export async function startService(config: Config, log: Log, heard: (event: CheckerEvent) => void = () => undefined): Promise<Service> {
  const database = await openStorage({ folder: config.data, databaseUrl: config.databaseUrl });
  const metrics = createMetrics();
  const stops: (() => Promise<void>)[] = [() => database.close()];
  const stop = async (): Promise<void> => {
    for (let part = stops.pop(); part !== undefined; part = stops.pop()) {
      await Promise.race([part(), pause(1_000 * STOP, undefined, { ref: false })]).catch((error: unknown) => { log.error('stop failed', { problem: described(error) }); });
    }
  };
  try {
    const { source, clock } = await openFeed(config, await replayedSince(database));
    let sender: Sender | undefined;
    if (config.roles.includes('sender')) {
      const mailer = config.smtpUrl === undefined ? pageMailer : smtpMailer({ url: config.smtpUrl, from: config.mailFrom, limit: DELIVERY });
      const push = openPush({ vapid: { ...await vapidKeys(database), subject: config.pushContact }, limit: DELIVERY, allowPrivate: (host) => config.pushHosts.includes(host) });
      sender = startSender({
        db: database, push, mailer, hear: (event) => {
          if ('failed' in event) { log.error('sender', { problem: described(event.failed) }); return; }
          const { kind, outcome, problem } = event;
          metrics.count('alerts_deliveries_total', 'Messages by what became of them.', { kind, outcome });
          // Push services of others fail every day; a mail server is one's own.
          if (kind === 'mail' && problem !== undefined) log.warn('mail not sent', { outcome, problem });
        },
      });
      const started = sender;
      stops.push(async () => {
        await started.stop();
        push.close();
        mailer.close();
      });
    }
    let progress = (): number | undefined => undefined;
    if (config.roles.includes('checker')) {
      const checker = await startChecker({ db: database, source, clock, seed: SEED, networkEach: config.networks === 'each', filed: () => { sender?.wake(); }, hear: (event) => { tell(event, log, metrics); heard(event); } });
      progress = () => checker.progress;
      stops.push(() => checker.stop());
    }
    let web: Web | undefined;
    if (config.roles.includes('web')) {
      web = await startWeb(config, {
        database, log, metrics, progress: () => progress(), sourceNote: source.label, engine: engineOf(database, source, log),
      });
      const pages = web;
      stops.push(() => pages.stop());
    }
    return { database, web, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function tell(event: CheckerEvent, log: Log, metrics: Metrics): void {
  switch (event.kind) {
    case 'training':
      log.info('training', { share: Math.round(100 * event.share) / 100, what: event.what });
      return;
    case 'trained':
      log.info('trained', { symbol: event.report.symbol, network: event.report.hash.slice(0, 12), state: event.report.state, seconds: Math.round(event.report.seconds) });
      return;
    case 'waiting':
      log.info('another process trains the network');
      return;
    case 'checked':
      log.info('checked', { symbols: event.report.outcomes.length, predictions: event.report.predicted, milliseconds: Math.round(event.report.milliseconds) });
      metrics.seconds('alerts_check_seconds', 'How long a check took.', event.report.milliseconds / 1000);
      metrics.count('alerts_predictions_total', 'Predictions made.', {}, event.report.predicted);
      return;
    case 'failed':
      log.error(`${event.what} failed`, { problem: described(event.error) });
      metrics.count('alerts_failures_total', 'Checks and trainings that failed.', { what: event.what });
  }
}
