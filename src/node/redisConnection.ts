/**
 * What both ends of a queue share: the packages that reach it. No public type may come from here: its declarations need
 * BullMQ, which users may not have.
 */
import type * as BullMQ from 'bullmq';
import type * as IORedis from 'ioredis';
import { BackendError } from '../errors.js';
import { describeError } from '../forecast/search/trial.js';

const install = 'Run npm install bullmq ioredis, or run the trials on threads().';

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

/** Blocking reads must not give up while Redis is away. */
export function connection(url: string): { url: string; maxRetriesPerRequest: null } {
  return { url, maxRetriesPerRequest: null };
}

/** @throws BackendError if Redis does not answer: BullMQ alone would wait for ever. */
export async function requireRedis(operation: string, url: string): Promise<void> {
  const { Redis } = (await load(operation, 'ioredis')) as typeof IORedis;
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  let refused: unknown;
  // Why it was refused comes as an event; the promise only says that it was.
  client.on('error', (error) => (refused ??= error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw new BackendError({ operation, argument: 'url', expected: 'the address of a Redis server', actual: withoutPassword(url), hint: describeError(refused ?? error) }, { cause: error });
  } finally {
    client.disconnect();
  }
}

function withoutPassword(url: string): string {
  return url.replace(/:[^:@/]*@/, ':…@');
}

/** Whether BullMQ gave a job up because its workers kept dying: how it says so has no code. */
export function gaveUp(reason: string): boolean {
  return reason.includes('stalled more than allowable limit');
}
