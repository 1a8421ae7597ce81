/** What a pass runs over, as it is known before anything is fetched that runs: data that were read, or batches that will be. */
import { DatasetBatches } from './batchSource.js';
import type { BatchSource, BatchTarget, CutOptions } from './batchSource.js';
import type { Batches } from './batchStream.js';
import type { Dataset } from './data.js';
import { GivenBatches } from './givenBatches.js';
import type { GivenOptions } from './givenBatches.js';

export interface DataFeed { readonly data: Dataset; readonly cut: CutOptions }

export type Feed = DataFeed | { readonly batches: Batches; readonly given: GivenOptions };

export function sourceOf(target: BatchTarget, feed: Feed): BatchSource {
  return 'data' in feed ? new DatasetBatches(target, feed.data, feed.cut) : new GivenBatches(target, feed.batches, feed.given);
}
