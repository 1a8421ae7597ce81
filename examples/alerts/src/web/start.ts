/** From the configuration to pages on a port. */
import webpush from 'web-push';
import { createAccounts } from '../accounts/accounts.js';
import type { Passwords } from '../accounts/passwords.js';
import { createPasswords } from '../accounts/passwords.js';
import { newSecret } from '../accounts/secrets.js';
import { sweep } from '../accounts/sessions.js';
import type { Config } from '../config/settings.js';
import { isLoopback } from '../config/config.js';
import { createBackground } from '../operation/background.js';
import { described } from '../operation/log.js';
import type { Log } from '../operation/log.js';
import type { Metrics } from '../operation/metrics.js';
import type { Database, Queries } from '../storage/database.js';
import { setting } from '../storage/settings.js';
import { createApp } from './app.js';
import { listen } from './serve.js';
import { DEMO_THRESHOLD } from './services.js';
import type { Engine, WebServices } from './services.js';

export interface Vapid { publicKey: string; privateKey: string }

export const vapidKeys = (database: Queries): Promise<Vapid> => setting(database, 'vapid', () => webpush.generateVAPIDKeys());

const SWEEP = 3_600_000;

export interface Web {
  /** Where people reach it. */
  url: string;
  demo: WebServices['settings']['demo'];
  stop(): Promise<void>;
}

export interface WebParts { database: Database; engine: Engine; log: Log; metrics: Metrics; progress: () => number | undefined; sourceNote: string }

export async function startWeb(config: Config, { database, engine, log, metrics, progress, sourceNote }: WebParts): Promise<Web> {
  const stopping = new AbortController();
  const background = createBackground(log);
  // Links of mails need an address before the port is known, which is only where that is chosen by the system.
  let origin = config.origin === undefined ? `http://localhost:${config.port}` : new URL(config.origin).origin;
  const passwords = await createPasswords();
  const demo = config.demo ? await demoAccount(database, passwords, config.timeZone) : undefined;
  const services: WebServices = {
    settings: {
      origins: config.origin === undefined ? [] : [origin], secure: origin.startsWith('https:'), trustedProxies: config.trustProxy, timeZone: config.timeZone,
      showMails: config.smtpUrl === undefined && isLoopback(config.host), demo, metricsToken: config.metricsToken, pushHosts: config.pushHosts,
      vapidPublicKey: (await vapidKeys(database)).publicKey,
    },
    database, engine, log, metrics, progress, sourceNote, accounts: createAccounts(database, passwords, () => origin), background: background.start,
  };
  const served = await listen(createApp(services, stopping.signal), config.host, config.port);
  if (config.origin === undefined) origin = `http://localhost:${served.port}`;
  const sweeping = setInterval(() => { background.start('sweep', () => sweep(database)); }, SWEEP);
  return {
    url: origin, demo,
    stop: async () => {
      clearInterval(sweeping);
      stopping.abort();
      await served.close();
      await background.settled().catch((error: unknown) => { log.error('stop', { problem: described(error) }); });
    },
  };
}

/** An account with a password that is good as long as this demo runs, and an alert on each symbol that the network will soon set off. */
async function demoAccount(database: Database, passwords: Passwords, timeZone: string): Promise<{ email: string; password: string }> {
  const [email, password] = ['demo@foretold.example', newSecret().slice(0, 16)];
  await database.query(
    `with demo as (insert into users (email, password_hash, time_zone) values ($1, $2, $3) returning id)
     insert into alerts (user_id, symbol, direction, threshold_percent, checks_in_row, pause_minutes, active_from, active_to)
     select demo.id, s.symbol, 'both', $4, 1, 0, 0, 0 from demo, symbols s`, [email, await passwords.hash(password), timeZone, DEMO_THRESHOLD],
  );
  return { email, password };
}
