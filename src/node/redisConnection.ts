/**
 * What both ends of a queue share: the packages that reach it, and what travels through it. No public type may come from
 * here: its declarations need BullMQ, which users may not have.
 */
import type * as BullMQ from 'bullmq';
import type * as IORedis from 'ioredis';
import { ArgumentError, BackendError } from '../errors.js';
import { isRecord, shorten } from '../forecast/search/json.js';
import { describeError } from '../forecast/search/trial.js';
import type { TrialTask } from '../forecast/search/trial.js';
import type { RedisAddress } from './redisAddress.js';

/** The data of a job. */
export interface QueuedTrial {
  /** Path below the working directory, and the hash its code must have. */
  readonly module: string;
  readonly code: string;
  readonly task: TrialTask;
  /** The search does not want it any more. */
  readonly cancelled?: boolean;
}

/** Why a job failed that was cancelled. */
export const CANCELLED = 'the search was stopped';

const install = 'Run npm install bullmq ioredis, or run the trials on threads().';
/** Milliseconds that a server has for an answer. */
const ANSWER = 5000;

/** Milliseconds for leaving a server in order. */
const LEAVE = 2000;

/** Loads an optional package. Not a literal import: bundlers must not look for it. */
async function load(operation: string, name: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (cause) {
    const actual = describeError(cause).split('\n', 1)[0] ?? '';
    throw new BackendError({ operation, argument: `package '${name}'`, expected: 'installed', actual, hint: install }, { cause });
  }
}

/** @throws BackendError if BullMQ is not installed. */
export async function loadBullMQ(operation: string): Promise<typeof BullMQ> {
  return (await load(operation, 'bullmq')) as typeof BullMQ;
}

/** @throws BackendError if no Redis server answers within seconds: BullMQ alone would wait for ever. */
export async function requireRedis(operation: string, address: RedisAddress): Promise<void> {
  const { Redis } = (await load(operation, 'ioredis')) as typeof IORedis;
  const client = new Redis({ ...address.connection, lazyConnect: true, connectTimeout: ANSWER, retryStrategy: () => null });
  let refused: unknown;
  // Why it was refused comes as an event; the promise only says that it was.
  client.on('error', (error) => (refused ??= error));
  try {
    // Asked for by name: a database that is not there is passed over in silence otherwise, and number 0 used instead.
    await within(ANSWER, client.connect().then(() => client.select(address.connection.db)));
  } catch (error) {
    throw unreachable(operation, address, refused ?? error);
  } finally {
    client.disconnect();
  }
}

export function unreachable(operation: string, address: RedisAddress, error: unknown): BackendError {
  const cause = address.conceal(error);
  return new BackendError({ operation, argument: 'url', expected: 'the address of a Redis server that lets this program in', actual: address.shown, hint: describeError(cause) }, { cause });
}

/** @throws Error if the promise takes longer. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => { reject(new Error(`no answer within ${milliseconds / 1000} s`)); }, milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Closes a connection whose server may be gone. */
export async function leave(connection: { close(): Promise<void>; disconnect(): Promise<void> }, closing = connection.close()): Promise<void> {
  await within(LEAVE, closing).catch(() => {
    // It ends at once, but its promise does not where the server is away: BullMQ waits for an event that never comes.
    connection.disconnect().catch(() => undefined);
  });
}

/** @throws ArgumentError for a name that BullMQ does not take. */
export function requireName(operation: string, name: string): string {
  if (typeof name === 'string' && /^[^:]+$/.test(name)) return name;
  throw new ArgumentError({ operation, argument: 'name', expected: 'a text without a colon', actual: shorten(name) });
}

/** @throws ArgumentError for a job that no search of this library has made. */
export function requireQueued(data: unknown): QueuedTrial {
  const { module, code, task } = isRecord(data) ? data : {};
  const known = typeof module === 'string' && typeof code === 'string' && isRecord(task) && typeof task.id === 'string' && Number.isInteger(task.index) && isRecord(task.parameters);
  if (known) return data as QueuedTrial;
  throw new ArgumentError({ operation: 'joinQueue', argument: 'job', expected: 'a trial', actual: shorten(data), hint: 'Give every kind of work a queue of its own.' });
}

/** Whether BullMQ gave a job up because its workers kept dying: how it says so has no code. */
export function gaveUp(reason: string): boolean {
  return reason.includes('stalled more than allowable limit');
}
