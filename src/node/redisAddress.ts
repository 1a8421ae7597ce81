/** Where a Redis server is and how it is spoken to, with no way for its password to get into a message. */
import type { ConnectionOptions } from 'node:tls';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { copyEntries } from '../copies.js';
import { ArgumentError } from '../errors.js';

export type RedisTls = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'>;

const TLS_OPTIONS: OptionNames<RedisTls> = { ca: true, cert: true, key: true, passphrase: true, servername: true, rejectUnauthorized: 'flag' };

export interface QueueAddress {
  /**
   * `redis://[[user]:password@]host[:port][/database]`, or `rediss://…` for TLS. A password is percent-encoded
   * (`encodeURIComponent`); no part of it comes into a message.
   */
  readonly url: string;
  /** With `rediss://`: certificates and names as in Node's `tls.connect`; what the system trusts by default. */
  readonly tls?: RedisTls;
  /** Name of the queue, 'bptt' by default. */
  readonly name?: string;
}

export interface RedisAddress {
  /** For ioredis. */
  readonly connection: {
    readonly host: string; readonly port: number; readonly db: number; readonly username?: string; readonly password?: string; readonly tls?: RedisTls;
    /** Blocking reads must not give up while Redis is away. */
    readonly maxRetriesPerRequest: null;
    readonly retryStrategy: (times: number) => number;
  };
  /** Without user and password. */
  readonly shown: string;
  /** A copy of an error, of its causes too, in which no secret is left. */
  readonly conceal: (error: unknown) => Error;
}

/** @throws ArgumentError that shows nothing of an address it cannot read: the password could be anywhere in it. */
export function redisAddress(operation: string, { url, tls }: QueueAddress): RedisAddress {
  const hidden = 'one that is not shown, as a password may be in it';
  const refuse = (argument: string, expected: string, hint?: string): never => {
    throw new ArgumentError({ operation, argument, expected, actual: hidden, hint });
  };
  const form = 'redis://[[user]:password@]host[:port][/database], or rediss://…';
  const encoded = 'Characters such as @ : / # ? % in a password are percent-encoded: encodeURIComponent(password).';
  if (typeof url !== 'string' || !URL.canParse(url)) return refuse('url', form, encoded);
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(url);
  const database = /^\/?(\d*)$/.exec(pathname)?.[1];
  const known = protocol === 'redis:' || protocol === 'rediss:';
  if (!known || hostname === '' || database === undefined || search !== '' || hash !== '') return refuse('url', form, encoded);
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return refuse('url', form, encoded);
    }
  };
  if (tls !== undefined) checkOptions(`${operation}: tls`, tls, TLS_OPTIONS);
  const secure = protocol === 'rediss:';
  if (tls && !secure) throw new ArgumentError({ operation, argument: 'url', expected: 'rediss://… with tls', actual: 'redis://…' });

  const secrets = [password, decode(password), encodeURIComponent(decode(password)), tls?.passphrase ?? ''];
  const host = decode(hostname).replace(/^\[(.*)\]$/, '$1');
  return {
    connection: {
      host, port: Number(port || 6379), db: Number(database),
      ...(username && { username: decode(username) }), ...(password && { password: decode(password) }), ...(secure && { tls: copyEntries(tls ?? {}) }),
      maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(100 * times, 1000),
    },
    shown: `${protocol}//${hostname}:${port || 6379}/${database || 0}`,
    conceal: (error) => concealed(error, secrets.filter((secret) => secret !== '')),
  };
}

/** Errors of clients carry commands and addresses: only names, messages, codes and causes are copied. */
function concealed(error: unknown, secrets: readonly string[], depth = 0): Error {
  const hide = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, '…').replaceAll(JSON.stringify(secret).slice(1, -1), '…'), text);
  if (!(error instanceof Error)) return new Error(hide(String(error)));
  const cause = error.cause === undefined || depth > 5 ? undefined : { cause: concealed(error.cause, secrets, depth + 1) };
  const copy = error instanceof AggregateError
    ? new AggregateError(error.errors.map((each) => concealed(each, secrets, depth + 1)), hide(error.message), cause)
    : new Error(hide(error.message), cause);
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') Object.assign(copy, { code: hide(code) });
  return Object.assign(copy, { name: hide(error.name), stack: hide(error.stack ?? '') });
}
