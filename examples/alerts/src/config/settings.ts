/** Every setting of the service: its flag or its variable, what it may be, what it is by default. `--help` is made of this table. */
import { z } from 'zod';

export interface Setting {
  /** Flag without dashes; none where the value is a secret, which a list of processes would show. */
  readonly flag?: string;
  readonly variable?: string;
  /** What stands for the value in the help; none for a switch. */
  readonly value?: string;
  readonly help: string;
  readonly schema: z.ZodType;
}

export const ROLES = ['web', 'checker', 'sender'] as const;
export type Role = (typeof ROLES)[number];

export const SOURCES = ['replay', 'csv', 'yahoo', 'massive'] as const;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const number = (least: number, most: number, what: string): z.ZodType<number> => z.coerce.number(what).min(least, what).max(most, what);
const integer = (least: number, most: number): z.ZodType<number> => {
  const what = `a whole number from ${least} to ${most}`;
  return z.coerce.number(what).int(what).min(least, what).max(most, what);
};
const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names): z.ZodType<Names[number]> => z.enum(names, `one of ${names.join(', ')}`);
const nonEmpty = (what: string): z.ZodType<string> => z.string(what).min(1, what);
const url = (schemes: readonly string[], what: string): z.ZodType<string> =>
  z.string(what).refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), what);

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
};
export const timeZone = z.string().max(64).refine(isTimeZone, 'a time zone such as Europe/Paris');

const HOSTS = 'a list of hosts such as push.lan:8443';

export const settings = {
  demo: { flag: 'demo', help: 'a replay of packaged bars at high speed, a demo account on the first page, mails on a page; data in a folder that is removed at the end', schema: z.boolean().default(false) },
  host: { flag: 'host', variable: 'HOST', value: 'ADDRESS', help: 'address to listen on', schema: nonEmpty('an address').default('127.0.0.1') },
  port: { flag: 'port', variable: 'PORT', value: 'N', help: 'port to listen on; 0 takes a free one', schema: integer(0, 65_535).default(8080) },
  origin: { flag: 'origin', variable: 'ORIGIN', value: 'URL', help: 'where people reach the service, as https://alerts.example; without it only this machine is answered', schema: url(['http:', 'https:'], 'an address such as https://alerts.example').optional() },
  trustProxy: { flag: 'trust-proxy', variable: 'TRUST_PROXY', value: 'N', help: 'proxies in front of the service whose X-Forwarded-For is believed', schema: integer(0, 10).default(0) },
  data: { flag: 'data', variable: 'DATA', value: 'FOLDER', help: 'folder of the embedded database', schema: nonEmpty('a folder').default('alerts-data') },
  databaseUrl: { variable: 'DATABASE_URL', value: 'URL', help: 'a server of PostgreSQL instead, as postgres://user:password@host/name', schema: url(['postgres:', 'postgresql:'], 'an address such as postgres://user:password@host/name').optional() },
  roles: {
    flag: 'role', variable: 'ROLE', value: 'LIST', help: `what this process does: ${ROLES.join(',')}; all by default`,
    schema: z.string().transform((text) => text.split(',')).pipe(z.array(z.enum(ROLES), 'a list').min(1)).default([...ROLES]),
  },
  source: { flag: 'source', variable: 'SOURCE', value: 'NAME', help: `where prices come from: ${SOURCES.join(', ')}`, schema: oneOf(SOURCES).default('replay') },
  csvFolder: { flag: 'csv', variable: 'CSV_FOLDER', value: 'FOLDER', help: 'folder of CSV files, for --source csv', schema: nonEmpty('a folder').optional() },
  barMinutes: { flag: 'bar-minutes', variable: 'BAR_MINUTES', value: 'N', help: 'length of a bar of the CSV files', schema: integer(1, 1_440).default(60) },
  massiveKey: { variable: 'MASSIVE_KEY', value: 'KEY', help: 'key of massive.com, for --source massive', schema: nonEmpty('a key').optional() },
  speed: { flag: 'speed', variable: 'SPEED', value: 'X', help: 'how much faster a replay runs than time does', schema: number(1, 100_000, 'a number from 1 to 100000').optional() },
  smtpUrl: { variable: 'SMTP_URL', value: 'URL', help: 'server that sends mails, as smtps://user:password@host; without it, and only on this machine, mails are shown on a page', schema: url(['smtp:', 'smtps:'], 'an address such as smtps://user:password@host').optional() },
  mailFrom: { flag: 'mail-from', variable: 'MAIL_FROM', value: 'ADDRESS', help: 'sender of mails', schema: z.email('an address such as alerts@alerts.example').default('alerts@localhost.localdomain') },
  pushContact: { flag: 'push-contact', variable: 'PUSH_CONTACT', value: 'URL', help: 'where push services reach you: mailto: or https:', schema: url(['mailto:', 'https:'], 'an address such as mailto:alerts@alerts.example').default('mailto:alerts@localhost.localdomain') },
  pushHosts: {
    flag: 'push-hosts', variable: 'PUSH_HOSTS', value: 'LIST', help: 'hosts of push services in your own network, as push.lan:8443; no other address there is ever called',
    schema: z.string().transform((text) => text.split(',')).pipe(z.array(z.string().regex(/^[\w.-]{1,253}(?::[0-9]{1,5})?$/, HOSTS), HOSTS)).default([]),
  },
  timeZone: { flag: 'time-zone', variable: 'TIME_ZONE', value: 'NAME', help: 'time zone offered at sign-up', schema: timeZone.default('America/New_York') },
  metricsToken: { variable: 'METRICS_TOKEN', value: 'SECRET', help: 'lets /metrics be read from elsewhere, as a bearer token', schema: z.string().min(16, 'at least 16 characters').optional() },
  logLevel: { flag: 'log-level', variable: 'LOG_LEVEL', value: 'NAME', help: LOG_LEVELS.join(', '), schema: oneOf(LOG_LEVELS).default('info') },
  networks: { flag: 'networks', variable: 'NETWORKS', value: 'one|each', help: 'one network for all symbols, or each symbol its own', schema: oneOf(['one', 'each']).default('one') },
  full: { flag: 'full', help: 'train: the published size instead of the reduced one', schema: z.boolean().default(false) },
} as const satisfies Record<string, Setting>;

type Values = { [Name in keyof typeof settings]: z.output<(typeof settings)[Name]['schema']> };

export const COMMANDS = ['serve', 'train', 'worth', 'backup', 'restore'] as const;

export interface Config extends Readonly<Values> {
  readonly command: (typeof COMMANDS)[number];
  /** What is written by `backup` and read by `restore`. */
  readonly file?: string | undefined;
}
