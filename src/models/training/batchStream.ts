/** What batches are that users make themselves: generators, streams, iterables of any length. */
import type { DataOptions, ModelData } from './data.js';

/** One batch: samples, targets, and the weights and masks of these samples. */
export type GivenBatch = readonly [x: ModelData, y: ModelData] | readonly [x: ModelData, y: ModelData, options: DataOptions];

/** Read through once: a generator, a stream of Node or of the web, a Set. */
export type BatchStream = Iterable<GivenBatch> | AsyncIterable<GivenBatch>;

/** Called anew for every pass; a generator function is one. Told the epoch, from 0, so that it may shuffle; 0 in evaluation and validation. */
export type BatchFunction = (epoch: number) => BatchStream | PromiseLike<BatchStream>;

export type Batches = BatchStream | BatchFunction;

/** Arrays, typed arrays, tensors and sources are data, whatever else they can do. */
export function isBatches(value: ModelData | Batches): value is Batches {
  const given: unknown = value;
  if (typeof given === 'function') return true;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given) || 'shape' in given) return false;
  return Symbol.asyncIterator in given || Symbol.iterator in given;
}
