/** Where batches come from, pass after pass: a data set that is cut, or batches that are given one by one. */
import { DataError } from '../../errors.js';
import { permutation, randomStream } from '../../random.js';
import type { DType } from '../../tensor.js';
import type { OpenNetwork } from '../graph/lengths.js';
import type { Network } from '../graph/network.js';
import { takeBatch } from './batches.js';
import type { Batch } from './batches.js';
import type { Dataset, Target } from './data.js';
import type { Position } from './position.js';

/** Which pass begins, and after how many of its batches. */
export type PassStart = Pick<Position, 'epoch' | 'totalEpochs' | 'batch'>;

export const firstPass: PassStart = { epoch: 0, totalEpochs: 0, batch: 0 };

export interface BatchSource {
  /** Of one pass; infinite where only its end tells. */
  readonly batches: number;
  /** What an interrupted epoch has to go on with, as `Position` keeps it. */
  readonly samples: number;
  readonly batchSize: number;
  begin(start: PassStart): void | Promise<void>;
  /** Batches are taken in order; undefined: the pass has ended. */
  take(index: number): Promise<Batch | undefined>;
  /** How many from this one on may be taken before the first of them has been used, and have one form. */
  alike(index: number): number;
  close(): void | Promise<void>;
}

/** The model that batches are for. */
export interface BatchTarget {
  readonly network: Network;
  /** The network at the sizes of data. */
  readonly shapes: OpenNetwork;
  readonly dtype: DType;
  readonly targets: readonly Target[];
}

export interface CutOptions {
  readonly batchSize: number;
  readonly training: boolean;
  /** Seed of a new order each pass; as the samples come without. */
  readonly shuffle?: number | undefined;
}

/** Rows of each output that have counted in a pass: a mean over nothing is no number. */
export class CountedRows {
  private rows: readonly number[] = [];

  /** @param batch how many are done already, before an interruption; they may have counted. */
  begin({ outputs }: Network, batch: number): void {
    this.rows = outputs.map(() => (batch > 0 ? 1 : 0));
  }

  add(batch: Batch): void {
    this.rows = this.rows.map((rows, i) => rows + (batch.rows[i] ?? 0));
  }

  /** At the end of the pass. @throws DataError */
  requireSome(operation: string): void {
    if (this.rows.every((rows) => rows > 0)) return;
    throw new DataError({ operation, argument: 'the masks of all batches', expected: 'one step at least that is real', actual: 'padding throughout' });
  }
}

export class DatasetBatches implements BatchSource {
  readonly batches: number;
  readonly samples: number;
  readonly batchSize: number;
  private readonly target: BatchTarget;
  private readonly data: Dataset;
  private readonly options: CutOptions;
  private order: Int32Array | undefined;
  private readonly counted = new CountedRows();

  constructor(target: BatchTarget, data: Dataset, options: CutOptions) {
    this.target = target;
    this.data = data;
    this.options = options;
    this.samples = data.samples;
    this.batchSize = options.batchSize;
    this.batches = Math.ceil(data.samples / options.batchSize);
  }

  begin({ totalEpochs, batch }: PassStart): void {
    const { shuffle } = this.options;
    this.counted.begin(this.target.network, batch);
    this.order = shuffle === undefined ? undefined : permutation(randomStream(shuffle, 'shuffle', totalEpochs), this.samples);
  }

  async take(index: number): Promise<Batch | undefined> {
    const { samples, batchSize, target: { dtype }, options: { training } } = this;
    const count = Math.min(batchSize, samples - index * batchSize);
    if (count <= 0) return undefined;
    const batch = await takeBatch(this.data, this.order, index * batchSize, count, training, dtype);
    this.counted.add(batch);
    if (index === this.batches - 1) this.counted.requireSome(training ? 'fit' : 'evaluate'); // of samples made on demand nobody knew before
    return batch;
  }

  /** Full batches. */
  alike(index: number): number {
    return Math.max(1, Math.floor(this.samples / this.batchSize) - index);
  }

  close(): void {
    this.order = undefined;
  }
}

/** `first`, the batch `index`, and those after it, `size` in all or as many as there are. */
export async function takeGroup(source: BatchSource, first: Batch, index: number, size: number): Promise<Batch[]> {
  const group: Batch[] = [];
  for (let next: Batch | undefined = first; next; next = group.length < size ? await source.take(index + group.length) : undefined) group.push(next);
  return group;
}

/** Whatever becomes of the work, the source is closed; a failure of the work is heard before one of the closing. */
export async function closing<T>(source: BatchSource, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    try {
      await source.close();
    } catch { /* the first failure says more */ }
    throw error;
  }
  await source.close();
  return result;
}
