/** The pages on a free port over a database in memory, and people who use them as a browser without JavaScript would. */
import { createApp } from '../../src/web/app.js';
import { listen } from '../../src/web/serve.js';
import type { Engine, WebServices, WebSettings } from '../../src/web/services.js';
import { createAccounts } from '../../src/accounts/accounts.js';
import { createPasswords } from '../../src/accounts/passwords.js';
import type { Passwords } from '../../src/accounts/passwords.js';
import { createBackground } from '../../src/operation/background.js';
import { createLog } from '../../src/operation/log.js';
import { createMetrics } from '../../src/operation/metrics.js';
import type { Database } from '../../src/storage/database.js';
import { only } from '../../src/storage/database.js';
import { migrate, readMigrations } from '../../src/storage/migrations.js';
import type { MailPayload } from '../../src/storage/rows.js';
import { openFresh } from '../storage/databases.js';

export const engine: Engine = {
  truth: async () => ({ count: 0, days: 0, tallies: [], sentence: 'Nothing can be said yet.' }),
  whatIf: async ({ thresholdPercent }) => ({ bars: 250, days: 250, fired: Math.round(10 / thresholdPercent), right: 2, moved: 40, byChance: 0.16, sentence: `It would have fired ${Math.round(10 / thresholdPercent)} times.` }),
  truthOfAlert: async () => ({ fired: 3, scored: 2, right: 1 }),
  search: async () => undefined,
  testAlert: async () => ({ reason: 'there is no forecast yet' }),
};

export interface Site {
  url: string;
  database: Database;
  services: WebServices;
  /** Lines of the log so far. */
  lines: string[];
  /** What was mailed last to an address, after all background work. */
  mailTo(email: string): Promise<MailPayload | undefined>;
  linkTo(email: string): Promise<string>;
  /** Somebody with an account, logged in. */
  member(email: string, password?: string): Promise<Person>;
  settled(): Promise<void>;
  close(): Promise<void>;
}

export const PASSWORD = 'four words of a kind';

export interface SiteOptions { settings?: Partial<WebSettings>; engine?: Partial<Engine>; passwords?: (real: Passwords) => Passwords; database?: Database }

export async function openSite({ settings = {}, engine: parts = {}, passwords: wrap = (real) => real, database: given }: SiteOptions = {}): Promise<Site> {
  const database = given ?? await openFresh();
  await migrate(database, await readMigrations());
  const lines: string[] = [];
  const log = createLog('debug', (line) => { lines.push(line); });
  const background = createBackground(log);
  const passwords = wrap(await createPasswords());
  let url = '';
  const services: WebServices = {
    settings: { origins: [], secure: false, trustedProxies: 0, timeZone: 'Europe/Paris', showMails: false, pushHosts: [], vapidPublicKey: 'B'.repeat(87), ...settings },
    database, engine: { ...engine, ...parts }, log, metrics: createMetrics(), progress: () => 1, sourceNote: 'Made up for this test.', accounts: createAccounts(database, passwords, () => url), background: background.start,
  };
  const stopping = new AbortController();
  const served = await listen(createApp(services, stopping.signal), '127.0.0.1', 0);
  url = `http://localhost:${served.port}`;
  const site: Site = {
    url, database, services, lines,
    mailTo: async (email) => {
      await background.settled();
      return (await database.query<{ payload: MailPayload }>(`select payload from outbox where kind = 'mail' and payload->>'to' = $1 order by created_at desc limit 1`, [email]))[0]?.payload;
    },
    linkTo: async (email) => /https?:\/\/\S+/.exec((await site.mailTo(email))?.text ?? '')?.[0] ?? '',
    member: async (email, password = PASSWORD) => {
      await database.query(`insert into users (email, password_hash, time_zone) values ($1, $2, 'Europe/Paris') on conflict do nothing`, [email, await passwords.hash(password)]);
      const person = new Person(url);
      const answer = await person.post('/log-in', { email, password });
      if (answer.status !== 303) throw new Error(`log-in: ${answer.status} ${await answer.text()}`);
      return person;
    },
    settled: () => background.settled(),
    close: async () => {
      stopping.abort();
      await background.settled();
      await served.close();
      await database.close();
    },
  };
  return site;
}

/** A browser without JavaScript, with its cookies. */
export class Person {
  readonly cookies = new Map<string, string>();
  constructor(readonly url: string, readonly headers: Readonly<Record<string, string>> = {}) {}

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(new URL(path, this.url), { redirect: 'manual', ...init, headers: { ...(cookie === '' ? {} : { cookie }), ...this.headers, ...(init.headers as Record<string, string> | undefined) } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0(?:;|$)/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  get(path: string): Promise<Response> { return this.ask(path); }

  async page(path: string): Promise<string> { return (await this.get(path)).text(); }

  post(path: string, fields: Readonly<Record<string, string>> = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.ask(path, { method: 'POST', body: new URLSearchParams(fields).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(this.url).origin, ...headers } });
  }

  json(path: string, value: unknown): Promise<Response> {
    return this.ask(path, { method: 'POST', body: JSON.stringify(value), headers: { 'content-type': 'application/json', origin: new URL(this.url).origin } });
  }
}

/** A symbol with `days` daily bars, the last of them on 2 Feb 2018. */
export async function addSymbol(database: Database, symbol: string, days = 12): Promise<void> {
  await database.query(`insert into symbols (symbol, name, exchange, source, state) values ($1, $2, 'XNYS', 'replay', 'open')`, [symbol, `Company ${symbol}`]);
  for (let back = days; back > 0; back--) {
    const at = new Date(Date.UTC(2018, 1, 3 - back, 21));
    const close = 100 + Math.sin(back) * 3;
    await database.query(`insert into bars (symbol, bar_size, opens_at, bar_at, open, high, low, close, volume) values ($1, '1d', $2, $3, $4, $5, $6, $7, 1000)`, [symbol, new Date(at.getTime() - 23_400_000), at, close - 1, close + 2, close - 2, close]);
  }
}

/** A notification of a user, with a picture of its own; returns the ids. */
export async function addNotification(database: Database, userId: string, symbol: string, alertId: string | null = null): Promise<{ id: string; picture: string }> {
  const picture = only(await database.query<{ hash: string }>(`insert into pictures (hash, media_type, bytes) values (encode(sha256(gen_random_uuid()::text::bytea), 'hex'), 'image/svg+xml', $1) returning hash`, [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="640" height="300"/>')])).hash;
  const { id } = only(await database.query<{ id: string }>(
    `insert into notifications (user_id, alert_id, symbol, direction, threshold_percent, change_percent, last_close, forecast, bar_at, target_at, words, picture_hash)
     values ($1, $2, $3, 'plunge', 0.5, -0.8, 100, 99.2, now(), now(), $4, $5) returning id`,
    [userId, alertId, symbol, { title: 't', summary: 's', explanation: ['The picture of the candles lowered the forecast most over 3 to 9 Jan.'] }, picture],
  ));
  return { id, picture };
}

export const userId = async (database: Database, email: string): Promise<string> => only(await database.query<{ id: string }>('select id from users where email = $1', [email])).id;

