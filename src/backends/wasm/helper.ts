/**
 * What a helper thread runs, as text, and the block of shared numbers through which it is given work.
 *
 * A job is one kernel over a range that falls into parts; part i is the call with every argument moved on by i times its
 * step. The word at `job` holds the job's number and, in its low eight bits, how many parts nobody has taken yet. Whoever
 * changes it from w to w − 1, the main thread or a helper, owes that part. Arguments change only while no part is left, so
 * what was read before a successful exchange belongs to that job.
 */
export const slots = {
  job: 0,
  /** Parts of the present job that are finished. */
  done: 1,
  /** Helpers asleep, to be woken for work. */
  asleep: 2,
  /** Set when a kernel trapped in a helper. */
  failed: 3,
  /** Parts that helpers have done, for tests. */
  helped: 4,
  /** Messages posted to every helper; one that has read fewer goes back to its event loop. */
  mail: 5,
  /** The job: which memory, which kernel, the argument that counts, its whole value, and how much of it is one part. */
  memory: 6, kernel: 7, counted: 8, count: 9, part: 10, arity: 11,
  /** Where it is a stretch of calls: which one, from 1 on. */
  stretch: 12,
} as const;

export const mostArguments = 32;
/** Float64 arguments follow the slots, then their steps. */
export const argumentsAt = 64;
export const controlBytes = argumentsAt + 2 * mostArguments * 8;

/** Milliseconds of attention after work, before a helper goes to sleep: the gaps inside a training step are shorter. */
const patience = 0.3;

export const helperSource = `'use strict';
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
const kernels = new Map();
const stretches = new Map();
let setup, slots, from, steps, read = 0;

function take(word) {
  if ((word & 255) === 0) return false;
  if (slots[${slots.stretch}] > 0) return takeFrom(stretches.get(slots[${slots.stretch}]), word);
  const table = kernels.get(slots[${slots.memory}]);
  if (!table) return false;
  const [kernel, counted, count, part, arity] = slots.subarray(${slots.kernel}, ${slots.arity + 1});
  const index = (word & 255) - 1;
  const list = Array.from({ length: arity }, (_, i) => from[i] + index * steps[i]);
  list[counted] = Math.min(part, count - index * part);
  if (Atomics.compareExchange(slots, ${slots.job}, word, word - 1) === word) perform([table[kernel].bind(undefined, ...list)]);
  return true;
}

function takeFrom(stretch, word) {
  if (!stretch) return false;
  const calls = stretch[(word & 255) - 1];
  if (Atomics.compareExchange(slots, ${slots.job}, word, word - 1) === word) perform(calls);
  return true;
}

function perform(calls) {
  try {
    for (const call of calls) call();
  } catch {
    Atomics.store(slots, ${slots.failed}, 1);
  }
  Atomics.add(slots, ${slots.helped}, 1);
  Atomics.add(slots, ${slots.done}, 1);
}

function work() {
  let since = performance.now();
  while (Atomics.load(slots, ${slots.mail}) === read) {
    const word = Atomics.load(slots, ${slots.job});
    if (take(word)) since = performance.now();
    else if (performance.now() - since > ${patience}) {
      Atomics.add(slots, ${slots.asleep}, 1);
      Atomics.wait(slots, ${slots.job}, word);
      Atomics.sub(slots, ${slots.asleep}, 1);
      since = performance.now();
    }
  }
}

port.onmessage = ({ data }) => {
  if (data.setup) {
    setup = data.setup;
    slots = new Int32Array(setup.control, 0, ${argumentsAt / 4});
    from = new Float64Array(setup.control, ${argumentsAt}, ${mostArguments});
    steps = new Float64Array(setup.control, ${argumentsAt + mostArguments * 8}, ${mostArguments});
  } else if (data.stretch) {
    read++;
    const table = kernels.get(data.workplace);
    stretches.set(data.stretch, data.parts.map((part) => part.map(([kernel, ...values]) => table[kernel].bind(undefined, ...values))));
  } else {
    read++;
    const table = {};
    for (const module of data.modules) {
      const { exports } = new WebAssembly.Instance(module, { env: { memory: data.memory } });
      if (exports.scratch) exports.scratch.value += setup.thread * exports.scratchBytes.value;
      Object.assign(table, exports);
    }
    kernels.set(data.id, setup.names.map((name) => table[name]));
  }
  work();
};
`;
