/** The helper threads of one backend, shared by its open models. */
import { BackendError } from '../../errors.js';
import { argumentsAt, controlBytes, helperSource, mostArguments, slots } from './helper.js';
import { startHelper } from './host.js';
import type { Helper } from './host.js';

export type Kernel = (...values: number[]) => void;

/** One call that falls into parts. */
export interface Job {
  /** Index in the names the pool was made with. */
  readonly kernel: number;
  readonly call: Kernel;
  readonly values: readonly number[];
  /** What part i adds to each argument, divided by i. */
  readonly steps: readonly number[];
  /** Which argument counts, and how much of it is one part. */
  readonly counted: number;
  readonly part: number;
}

/** Looks at a slot this often before the main thread lets others have the core. */
const looks = 20_000;

/** Nanoseconds a call must take to be worth sharing with helpers that are awake, and to be worth waking them. */
export const worthSharing = 16_000;
const worthWaking = 100_000;

/** Most parts of a job: what fits into the low bits of its word. */
export const mostParts = 255;

export class Pool {
  private readonly names: readonly string[];
  private readonly helpers: readonly Helper[];
  private readonly slots: Int32Array;
  private readonly values: Float64Array;
  private readonly steps: Float64Array;
  private readonly open = new Set<number>();
  private lastId = 0;
  private mayWait = true;

  /**
   * @param modules as of `compiled`.
   * @param names the exports that jobs may call.
   */
  constructor(modules: readonly WebAssembly.Module[], names: readonly string[], threads: number) {
    const control = new SharedArrayBuffer(controlBytes);
    this.names = names;
    this.slots = new Int32Array(control, 0, argumentsAt / 4);
    this.values = new Float64Array(control, argumentsAt, mostArguments);
    this.steps = new Float64Array(control, argumentsAt + mostArguments * 8, mostArguments);
    this.helpers = Array.from({ length: threads - 1 }, (_, i) => {
      const helper = startHelper(helperSource);
      helper.post({ setup: { control, modules, names, thread: i + 1 } });
      return helper;
    });
  }

  /** Parts that helpers have taken off the main thread so far. */
  get helped(): number {
    return Atomics.load(this.slots, slots.helped);
  }

  /** What a call must take on one thread, ns, to be worth sharing now. */
  get worthwhile(): number {
    return Atomics.load(this.slots, slots.asleep) < this.helpers.length ? worthSharing : worthWaking;
  }

  /** Lets the helpers work on a memory, as soon as they are up; until then the main thread does all. Returns its id. */
  add(memory: WebAssembly.Memory): number {
    const id = ++this.lastId;
    this.open.add(id);
    this.tell({ id, memory });
    return id;
  }

  /** Drops a memory. With the last one the threads end; returns whether it was that. */
  remove(id: number): boolean {
    if (!this.open.delete(id)) return false;
    if (this.open.size > 0) this.tell({ id });
    else for (const helper of this.helpers) helper.stop();
    return this.open.size === 0;
  }

  private tell(message: object): void {
    Atomics.add(this.slots, slots.mail, 1);
    for (const helper of this.helpers) helper.post(message);
    this.publish(0);
  }

  /** A new job number, so that sleepers cannot miss it. */
  private publish(parts: number): void {
    Atomics.store(this.slots, slots.job, (((Atomics.load(this.slots, slots.job) >>> 8) + 1) << 8) | parts);
    if (Atomics.load(this.slots, slots.asleep) > 0) Atomics.notify(this.slots, slots.job);
  }

  /** Runs one call in parts on all threads, and returns when it is done. */
  run(memory: number, { kernel, call, values, steps, counted, part }: Job): void {
    const { slots: shared } = this;
    const count = values[counted] ?? 0;
    const parts = Math.ceil(count / part);
    this.values.set(values);
    this.steps.set(steps);
    shared.set([memory, kernel, counted, count, part, values.length], slots.memory);
    Atomics.store(shared, slots.done, 0);
    this.publish(parts);

    let own = 0;
    for (let word = Atomics.load(shared, slots.job); (word & mostParts) > 0; word = Atomics.load(shared, slots.job)) {
      if (Atomics.compareExchange(shared, slots.job, word, word - 1) !== word) continue;
      const index = (word & mostParts) - 1;
      const mine = values.map((value, i) => value + index * (steps[i] ?? 0));
      mine[counted] = Math.min(part, count - index * part);
      call(...mine);
      own++;
    }
    for (let look = 0; Atomics.load(shared, slots.done) < parts - own; look++) if (look > looks) this.pause();
    if (Atomics.load(shared, slots.failed) !== 0) {
      throw new BackendError({ operation: 'wasm', argument: 'threads', expected: `${this.names[kernel]} to end`, actual: 'a trap in a helper thread' });
    }
  }

  /** Sleeps for a moment where the main thread may; in a browser it may not, and goes on looking. */
  private pause(): void {
    if (!this.mayWait) return;
    try {
      Atomics.wait(this.slots, slots.done, Atomics.load(this.slots, slots.done), 0.05);
    } catch {
      this.mayWait = false;
    }
  }
}
