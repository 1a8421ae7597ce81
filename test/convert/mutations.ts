/** Files with one thing changed, and what must come of reading them: numbers that fit their shapes, or an error that says where. */
import * as assert from 'uvu/assert';
import { ConversionError, FileFormatError } from '../../src/errors.js';
import type { Model } from '../../src/index.js';
import { uniform } from '../../src/random.js';
import type { RandomGenerator } from '../../src/random.js';
import { measured } from './measure.js';
import type { Taken } from './measure.js';

export interface Mutation { readonly what: string; readonly bytes: Uint8Array }

/** One format that `bptt/convert` reads. */
export interface MutatedFormat {
  readonly name: string;
  /** Whole ones, that we made ourselves: small, with every kind of entry. */
  readonly files: () => Promise<readonly Uint8Array[]>;
  /** Reads, and returns what throws an AssertionError for a result that contradicts itself, which is not measured. */
  readonly read: (bytes: Uint8Array) => Promise<() => void>;
  /** Changes behind a checksum or compression, which a changed byte of the file would not get past. Default: bytes alone. */
  readonly inside?: (bytes: Uint8Array, random: RandomGenerator) => Mutation | Promise<Mutation>;
}

/** Sizes that no file has where they stand. */
export const strange = [0n, 1n, 7n, 127n, 128n, 255n, 256n, 32767n, 65535n, 65536n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 64n - 1n];

export function pick<T>(list: readonly T[], random: RandomGenerator): T {
  const found = list[Math.floor(uniform(random) * list.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

function below(limit: number, random: RandomGenerator): number {
  return Math.floor(uniform(random) * limit);
}

function spliced(bytes: Uint8Array, at: number, cut: number, put: Uint8Array): Uint8Array {
  const made = new Uint8Array(bytes.length - cut + put.length);
  made.set(bytes.subarray(0, at));
  made.set(put, at);
  made.set(bytes.subarray(at + cut), at + put.length);
  return made;
}

/** A bit, a byte, a field of several bytes; more of them, fewer, or the end gone. */
export function changeBytes(bytes: Uint8Array, random: RandomGenerator): Mutation {
  const at = below(bytes.length, random);
  switch (below(7, random)) {
    case 0: {
      const bit = below(8, random);
      return { what: `bit ${bit} of byte ${at} flipped`, bytes: spliced(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << bit))) };
    }
    case 1: {
      const byte = below(256, random);
      return { what: `byte ${at} set to ${byte}`, bytes: spliced(bytes, at, 1, Uint8Array.of(byte)) };
    }
    case 2: {
      const width = Math.min(pick([2, 4, 8], random), bytes.length - at);
      const value = pick(strange, random);
      const field = Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
      return { what: `${width} bytes at ${at} set to ${value}`, bytes: spliced(bytes, at, width, field) };
    }
    case 3: {
      const count = Math.min(1 + below(16, random), bytes.length - at);
      return { what: `${count} bytes at ${at} cut out`, bytes: spliced(bytes, at, count, new Uint8Array(0)) };
    }
    case 4: {
      const put = Uint8Array.from({ length: 1 + below(8, random) }, () => below(256, random));
      return { what: `${put.length} bytes put in at ${at}`, bytes: spliced(bytes, at, 0, put) };
    }
    case 5: {
      const from = below(bytes.length, random);
      const part = bytes.slice(from, from + 1 + below(32, random));
      return { what: `${part.length} bytes of ${from} repeated at ${at}`, bytes: spliced(bytes, at, Math.min(part.length, bytes.length - at), part) };
    }
    default: return { what: `cut off at ${at}`, bytes: bytes.slice(0, at) };
  }
}

export async function mutationOf({ inside }: MutatedFormat, bytes: Uint8Array, random: RandomGenerator): Promise<Mutation> {
  return inside && uniform(random) < 0.6 ? inside(bytes, random) : changeBytes(bytes, random);
}

/** What a format's `read` returns for a model. */
export function wholeModel(model: Model): () => void {
  return () => {
    for (const [key, { data, shape }] of Object.entries(model.getWeights())) assert.is(data.length, shape.reduce((size: number, n: number) => size * n, 1), key);
    model.dispose();
  };
}

/** Seconds of computing, so that a busy machine fails no file. */
const longest = 2;

export interface Outcome extends Taken {
  readonly outcome: 'loaded' | 'refused';
}

/**
 * @param room bytes beside four times the file: small objects, and those of them that the collector has not yet taken away.
 * @throws any error but the two that readers may throw, and AssertionErrors for what takes too long or too much.
 */
export async function judgeMutated({ read }: MutatedFormat, { bytes }: Mutation, room: number): Promise<Outcome> {
  let check: (() => void) | undefined;
  const reading = (): Promise<Taken> => measured(async () => {
    try {
      check = await read(bytes);
    } catch (error) {
      if (!(error instanceof FileFormatError || error instanceof ConversionError) || error.message.length > 6000) throw error;
    }
  });
  const first = await reading();
  // What the collector happened to leave of something else is gone the second time; what the file takes is not.
  const taken = first.memory < 4 * bytes.length + room ? first : await reading();
  check?.();
  assert.ok(taken.cpu < longest, `${taken.cpu.toFixed(1)} s`);
  assert.ok(taken.memory < 4 * bytes.length + room, `${taken.memory} bytes for a file of ${bytes.length}`);
  return { outcome: check ? 'loaded' : 'refused', ...taken };
}
