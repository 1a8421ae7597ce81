/**
 * All randomness of the library: initial weights, dropout masks, shuffling.
 *
 * A stream is derived from (seed, purpose, index) and never shared, so that a resumed run needs no generator
 * state: epoch 7 shuffles with stream (seed, 'shuffle', 7) whether or not epochs 0–6 ran in this process.
 * The generator is xoroshiro128+ of `pure-rand`; its state is filled by mixing, since neighbouring seeds of the
 * plain constructor begin with correlated numbers.
 */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { ArgumentError } from './errors.js';

export type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** The finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * A generator of its own for one purpose.
 *
 * @param seed any whole number below 2^53 in magnitude.
 * @param purpose what the numbers are for; streams of different purposes are independent.
 * @param index which one of that purpose (epoch, step, fold).
 */
export function randomStream(seed: number, purpose: string, index = 0): RandomGenerator {
  if (!Number.isSafeInteger(seed)) {
    throw new ArgumentError({ operation: 'randomStream', argument: 'seed', expected: 'a whole number below 2^53', actual: String(seed) });
  }
  let word = mix(seed) ^ mix(Math.floor(seed / 2 ** 32) + 0x3c6ef372);
  for (let i = 0; i < purpose.length; i++) word = mix(word ^ purpose.charCodeAt(i)) + 0x9e3779b9;
  word = mix(word ^ mix(index));
  const state = [1, 2, 3, 4].map((lane) => mix(word + Math.imul(lane, 0x9e3779b9)));
  return xoroshiro128plusFromState(state);
}

/** Uniform in [0, 1), 53 random bits. */
export function uniform(random: RandomGenerator): number {
  return uniformFloat64(random);
}

/** Standard normal by the Box–Muller transform. */
export function normal(random: RandomGenerator): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
  return radius * Math.cos(2 * Math.PI * uniformFloat64(random));
}

/** A random order of 0 … n−1 (Fisher–Yates). */
export function permutation(random: RandomGenerator, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    const swap = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = swap;
  }
  return order;
}

/**
 * Fills an inverted-dropout mask: each entry is 0 with probability `rate`, else 1 / (1 − rate), so that the
 * expected activation is unchanged and inference needs no scaling.
 */
export function fillDropoutMask(random: RandomGenerator, rate: number, out: Float32Array | Float64Array): void {
  const keep = 1 / (1 - rate);
  const threshold = Math.round(rate * 2 ** 32);
  for (let i = 0; i < out.length; i++) out[i] = random.next() >>> 0 < threshold ? 0 : keep;
}
