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

/** Calls in parts, of which each is a list of them. */
export interface Stretch {
  readonly id: number;
  /** Of each part, of each call, the kernel's index and the arguments: what helpers make the calls of. */
  readonly parts: readonly (readonly (readonly number[])[])[];
  /** The same on the main thread. */
  readonly own: readonly (() => void)[];
}

/** A memory to work on, and what works on it. */
interface Ground { readonly memory: WebAssembly.Memory; readonly modules: readonly WebAssembly.Module[] }

/** The pool keeps only its number, so that the memory goes when the model goes. */
export interface Workplace extends Ground { readonly id: number }

/**
 * Bytes of dropped models that helpers may still hold. A helper lets go of a memory when its own garbage collector runs, and that sees
 * no reason to: shared memories weigh nothing to it. So from here on new helpers take over and the old ones end.
 */
const mostLeft = 2 ** 26;

/** Looks at a slot this often before the main thread lets others have the core. */
const looks = 20_000;

/** Nanoseconds a call must take to be worth sharing with helpers that are awake, and to be worth waking them. */
export const worthSharing = 16_000;
const worthWaking = 100_000;

/** Most parts of a job: what fits into the low bits of its word. */
export const mostParts = 255;

/** Helper threads that live and end together, and the block of shared numbers between them and the main thread. */
class Crew {
  readonly helpers: readonly Helper[];
  readonly slots: Int32Array;
  readonly values: Float64Array;
  readonly steps: Float64Array;
  /** The memories they have, with their size when it was sent. */
  readonly near = new Map<number, number>();
  /** The stretches they know. */
  readonly stretches = new Set<number>();

  constructor(names: readonly string[], size: number) {
    const control = new SharedArrayBuffer(controlBytes);
    this.slots = new Int32Array(control, 0, argumentsAt / 4);
    this.values = new Float64Array(control, argumentsAt, mostArguments);
    this.steps = new Float64Array(control, argumentsAt + mostArguments * 8, mostArguments);
    this.helpers = Array.from({ length: size }, (_, i) => {
      const helper = startHelper(helperSource);
      helper.post({ setup: { control, names, thread: i + 1 } });
      return helper;
    });
  }

  /** Gives a memory to all; until it has arrived the main thread does all. */
  bring({ id, memory, modules }: Workplace): void {
    this.near.set(id, memory.buffer.byteLength);
    this.post({ id, memory, modules });
  }

  /** The same of a stretch over a memory that has been brought. */
  teach(workplace: number, { id, parts }: Stretch): void {
    this.stretches.add(id);
    this.post({ workplace, stretch: id, parts });
  }

  private post(message: object): void {
    Atomics.add(this.slots, slots.mail, 1);
    for (const helper of this.helpers) helper.post(message);
    this.publish(0);
  }

  /** A new job number, so that sleepers cannot miss it. */
  publish(parts: number): void {
    Atomics.store(this.slots, slots.job, (((Atomics.load(this.slots, slots.job) >>> 8) + 1) << 8) | parts);
    if (Atomics.load(this.slots, slots.asleep) > 0) Atomics.notify(this.slots, slots.job);
  }

  /** Only between jobs: nobody owes a part. */
  stop(): void {
    for (const helper of this.helpers) helper.stop();
  }
}

export class Pool {
  private readonly names: readonly string[];
  private readonly hire: () => Crew;
  private crew: Crew;
  private readonly open = new Set<number>();
  /** Bytes of dropped memories that the crew still holds. */
  private left = 0;
  private helpedBefore = 0;
  private lastId = 0;
  private lastStretch = 0;
  private mayWait = true;

  /** @param names the exports that jobs may call. */
  constructor(names: readonly string[], threads: number) {
    this.names = names;
    this.hire = () => new Crew(names, threads - 1);
    this.crew = this.hire();
  }

  /** Parts that helpers have taken off the main thread so far. */
  get helped(): number {
    return this.helpedBefore + Atomics.load(this.crew.slots, slots.helped);
  }

  /** What a call must take on one thread, ns, to be worth sharing now. */
  get worthwhile(): number {
    return Atomics.load(this.crew.slots, slots.asleep) < this.crew.helpers.length ? worthSharing : worthWaking;
  }

  /** A number that no other stretch has. */
  nextStretch(): number {
    return ++this.lastStretch;
  }

  /** Opens the pool to a memory, which helpers get when the first job is worth sharing. */
  add({ memory, modules }: Ground): Workplace {
    const id = ++this.lastId;
    this.open.add(id);
    return { id, memory, modules };
  }

  /** Drops a memory. With the last one the threads end; returns whether it was that. */
  remove(id: number): boolean {
    if (!this.open.delete(id)) return false;
    this.left += this.crew.near.get(id) ?? 0;
    if (this.open.size === 0) this.crew.stop();
    else if (this.left > mostLeft) this.relieve();
    return this.open.size === 0;
  }

  /** New helpers, who hold nothing, for the old ones. */
  private relieve(): void {
    this.helpedBefore = this.helped;
    this.crew.stop();
    this.crew = this.hire();
    this.left = 0;
  }

  /** Runs one call in parts on all threads, and returns when it is done. */
  run(workplace: Workplace, { kernel, call, values, steps, counted, part }: Job): void {
    const { crew } = this;
    if (!crew.near.has(workplace.id)) crew.bring(workplace);
    const count = values[counted] ?? 0;
    crew.values.set(values);
    crew.steps.set(steps);
    crew.slots.set([workplace.id, kernel, counted, count, part, values.length, 0], slots.memory);
    this.share(Math.ceil(count / part), this.names[kernel], (index) => {
      const mine = values.map((value, i) => value + index * (steps[i] ?? 0));
      mine[counted] = Math.min(part, count - index * part);
      call(...mine);
    });
  }

  /** The same for a stretch. */
  runStretch(workplace: Workplace, stretch: Stretch): void {
    const { crew } = this;
    if (!crew.near.has(workplace.id)) crew.bring(workplace);
    if (!crew.stretches.has(stretch.id)) crew.teach(workplace.id, stretch);
    crew.slots[slots.stretch] = stretch.id;
    this.share(stretch.parts.length, 'a stretch of calls', (index) => stretch.own[index]?.());
  }

  /** Has the parts of what the slots say done by whoever is free. @param mine does one on this thread. */
  private share(parts: number, what: string | undefined, mine: (index: number) => void): void {
    const { crew } = this;
    const { slots: shared } = crew;
    Atomics.store(shared, slots.done, 0);
    crew.publish(parts);

    let own = 0;
    for (let word = Atomics.load(shared, slots.job); (word & mostParts) > 0; word = Atomics.load(shared, slots.job)) {
      if (Atomics.compareExchange(shared, slots.job, word, word - 1) !== word) continue;
      mine((word & mostParts) - 1);
      own++;
    }
    for (let look = 0; Atomics.load(shared, slots.done) < parts - own; look++) if (look > looks) this.pause(shared);
    if (Atomics.load(shared, slots.failed) !== 0) {
      throw new BackendError({ operation: 'wasm', argument: 'threads', expected: `${what} to end`, actual: 'a trap in a helper thread' });
    }
  }

  /** Sleeps for a moment where the main thread may; in a browser it may not, and goes on looking. */
  private pause(shared: Int32Array): void {
    if (!this.mayWait) return;
    try {
      Atomics.wait(shared, slots.done, Atomics.load(shared, slots.done), 0.05);
    } catch {
      this.mayWait = false;
    }
  }
}
