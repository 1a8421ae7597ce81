/** Batches that users make themselves, one by one. */
import { checkOptions, typeName } from '../../checks.js';
import { ArgumentError, DataError } from '../../errors.js';
import { takeBatch } from './batches.js';
import type { Batch } from './batches.js';
import { CountedRows } from './batchSource.js';
import type { BatchSource, BatchTarget, PassStart } from './batchSource.js';
import type { Batches, GivenBatch } from './batchStream.js';
import type { RowsByClass } from './classWeight.js';
import { dataNames, prepareData } from './data.js';

export interface GivenOptions {
  readonly operation: string;
  /** Batches of a pass; undefined: as many as come. */
  readonly steps: number | undefined;
  readonly training: boolean;
  readonly signal: AbortSignal | undefined;
  readonly rowsByClass?: RowsByClass | undefined;
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** Each batch is read, checked and copied when its turn has come, and no sooner. */
export class GivenBatches implements BatchSource {
  readonly batches: number;
  readonly samples: number;
  readonly batchSize = 0;
  private readonly target: BatchTarget;
  private readonly given: Batches;
  private readonly options: GivenOptions;
  private iterator: AnyIterator | undefined;
  /** Whether the iterator has been asked and has not answered. */
  private asked = false;
  private epoch = 0;
  private readonly counted = new CountedRows();

  constructor(target: BatchTarget, given: Batches, options: GivenOptions) {
    this.target = target;
    this.given = given;
    this.options = options;
    this.batches = options.steps ?? Infinity;
    this.samples = options.steps ?? 0;
  }

  /** Of a function a new pass, less the batches that are done; anything else goes on where it stands. */
  async begin({ epoch, batch }: PassStart): Promise<void> {
    this.epoch = epoch;
    this.counted.begin(this.target.network, batch);
    if (typeof this.given === 'function') {
      await this.close();
      const { given } = this;
      this.iterator = this.opened(await this.orAborted(Promise.resolve(given(epoch))));
      for (let index = 0; index < batch; index++) if ((await this.next()).done === true) throw this.ended(index);
    } else this.iterator ??= this.opened(this.given);
  }

  async take(index: number): Promise<Batch | undefined> {
    const { options: { operation, steps, training, rowsByClass }, target: { shapes, dtype, targets } } = this;
    if (index >= this.batches) return undefined;
    const next = await this.next();
    if (next.done === true) {
      if (steps !== undefined || index === 0) throw this.ended(index);
      this.counted.requireSome(operation);
      return undefined;
    }
    const name = `${operation}, batch ${index}`;
    const [x, y, own = {}] = checkedBatch(name, await next.value);
    const data = { ...prepareData(name, x, y, shapes, targets, dtype, checkOptions(name, own, dataNames)), rowsByClass };
    const batch = await takeBatch(data, undefined, 0, data.samples, training, dtype);
    this.counted.add(batch);
    if (index === this.batches - 1) this.counted.requireSome(operation);
    return batch;
  }

  alike(): number {
    return 1;
  }

  async close(): Promise<void> {
    const { iterator, asked } = this;
    this.iterator = undefined;
    const closed = Promise.resolve(iterator?.return?.());
    if (asked) closed.catch(() => undefined); // it hears of the end when it has answered, and nobody waits for that
    else await closed;
  }

  private opened(stream: unknown): AnyIterator {
    if (typeof stream === 'object' && stream !== null) {
      if (Symbol.asyncIterator in stream) return (stream as AsyncIterable<unknown>)[Symbol.asyncIterator]();
      if (Symbol.iterator in stream) return (stream as Iterable<unknown>)[Symbol.iterator]();
    }
    throw new ArgumentError({
      operation: this.options.operation, argument: 'batches', expected: 'a function that returns an iterable of [x, y] batches', actual: `one that returns ${typeName(stream)}`,
    });
  }

  private async next(): Promise<IteratorResult<unknown>> {
    const { iterator } = this;
    if (!iterator) throw this.ended(0);
    this.asked = true;
    const answer = (async () => {
      try {
        const result = await iterator.next();
        if (result.done === true) this.iterator = undefined;
        return result;
      } catch (error) {
        this.iterator = undefined; // what has failed is not closed as well
        throw error;
      } finally {
        this.asked = false;
      }
    })();
    return this.orAborted(answer);
  }

  /** A stream that has nothing more to say for now does not keep an abort waiting. */
  private async orAborted<T>(answer: Promise<T>): Promise<T> {
    const { signal } = this.options;
    return signal ? untilAborted(answer, signal) : answer;
  }

  private ended(index: number): DataError {
    const { operation, steps } = this.options;
    return new DataError({
      operation, argument: 'batches', expected: steps === undefined ? 'one batch at least' : `${steps} in every pass, as was said`,
      actual: `an end before batch ${index} of epoch ${this.epoch}`, hint: 'Pass a function that makes them anew for every epoch: () => batches().',
    });
  }
}

/** What is in the list is checked as all data are. */
function isList(value: unknown): value is GivenBatch {
  return Array.isArray(value) && (value.length === 2 || value.length === 3);
}

function checkedBatch(operation: string, value: unknown): GivenBatch {
  if (isList(value)) return value;
  throw new DataError({
    operation, argument: 'batch', expected: '[x, y] or [x, y, { sampleWeight, mask, lengths }]', actual: Array.isArray(value) ? `a list of ${value.length}` : typeName(value),
  });
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason is the caller's own
    const abort = (): void => { reject(signal.reason); };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => { signal.removeEventListener('abort', abort); });
  });
}
