/**
 * Which kernels run in parts on several threads, and how. Every element of a result comes from one part alone and from the
 * same operations in the same order as in one call, so the bits do not depend on the number of threads.
 */
import { matmulCodes } from '../linear/raw.js';
import { Choice } from './choice.js';
import type { WasmKernels } from './instance.js';
import { worthSharing } from './pool.js';
import type { Job, Kernel, Pool, Workplace } from './pool.js';

/** A kernel's arguments as numbers: addresses in bytes, 0 for none, and sizes. */
type Values = readonly number[];

/** How calls of one kernel fall into parts. */
interface Cut {
  /** Nanoseconds of a call on one thread, roughly, divided by the product of the arguments in `sizes`. */
  readonly weight: number;
  readonly sizes: readonly number[];
  /** Which argument counts what is cut: rows, columns or elements. */
  counted(values: Values): number;
  /** Parts are multiples of this. */
  readonly grain: number;
  /** What each argument gains from one counted thing to the next; for addresses, bytes. */
  steps(values: Values): readonly number[];
}

/** Nanoseconds a part must take to be worth handing over. */
const shortest = worthSharing / 2;
/** Parts that take longer are cut once more, so that a thread which comes late or is interrupted costs less. */
const longest = 60_000;
/** Elements of a cache line, which no two threads should write to. */
const line = 16;

/** Rows of one sample each: leading addresses, then the count of rows, then h. `widths`: row length of each operand, in h. */
function byRows(weight: number, ...widths: readonly number[]): Cut {
  const counted = widths.length;
  return {
    weight, sizes: [counted, counted + 1], counted: () => counted, grain: 1,
    steps: (values) => values.map((value, i) => (value === 0 ? 0 : (widths[i] ?? 0) * (values[counted + 1] ?? 0) * 4)),
  };
}

/** Leading addresses of arrays of n elements; n is argument `counted`. */
function byElements(weight: number, operands: number, counted: number): Cut {
  return {
    weight, sizes: [counted], counted: () => counted, grain: line,
    steps: (values) => values.map((value, i) => (i < operands && value !== 0 ? 4 : 0)),
  };
}

/** A range: the argument before the count says where it begins. Parts are multiples of `grain`. */
function byRange(weight: number, counted: number, grain: number, ...sizes: readonly number[]): Cut {
  return { weight, sizes: [counted, ...sizes], counted: () => counted, grain, steps: (values) => values.map((_, i) => (i === counted - 1 ? 1 : 0)) };
}

/** Columns of matrices: `operands` addresses, then rows, n, ld. Eight columns are summed together. */
function byColumns(weight: number, operands: number): Cut {
  return {
    weight, sizes: [operands, operands + 1], counted: () => operands + 1, grain: 8,
    steps: (values) => values.map((_, i) => (i < operands ? 4 : 0)),
  };
}

/** Pooling backwards, by images: dx, dy and others, of which the first `moving` go by images, then the batch, height, width, channels, outHeight, outWidth. */
function byImages(weight: number, counted: number, moving = counted): Cut {
  return {
    weight, sizes: [0, 3, 4, 5, 6, 7].map((i) => counted + i), counted: () => counted, grain: 1,
    steps: (values) => {
      const [height = 0, width = 0, channels = 0, outHeight = 0, outWidth = 0] = values.slice(counted + 1);
      return values.map((_, i) => 4 * channels * (i === 0 ? height * width : i < moving ? outHeight * outWidth : 0));
    },
  };
}

/** C by rows where it is tall, else by columns. The grain keeps whole panels, as packed operands have them. */
const gemm: Cut = {
  weight: 0.05, sizes: [1, 2, 3],
  counted: ([, m = 0, n = 0]) => (m > n ? 1 : 2),
  grain: 2 * line,
  steps([mode = 0, m = 0, n = 0, k = 0, , lda = 0, , ldb = 0, , ldc = 0]) {
    if (m > n) return [0, 0, 0, 0, mode === matmulCodes.tn ? 4 : lda * 4, 0, 0, 0, ldc * 4, 0, 0];
    const column = mode === matmulCodes.packed ? k : mode === matmulCodes.nt ? ldb : 1;
    return [0, 0, 0, 0, 0, 0, column * 4, 0, 4, 0, 0];
  },
};

const pack: Cut = {
  weight: 0.5, sizes: [2, 3],
  counted: () => 2,
  grain: line,
  steps: ([, mode = 0, , k = 0, , ldb = 0]) => [k * 4, 0, 0, 0, mode === matmulCodes.nt ? ldb * 4 : 4, 0],
};

export const cuts = {
  gemm, pack,
  lstmForward: byRows(5, 4, 1, 1, 1, 1, 0),
  lstmBackward: byRows(3, 4, 1, 4, 1, 1, 1, 1, 1, 0),
  gruForward: byRows(4, 3, 1, 3, 3, 1),
  gruBackward: byRows(3, 3, 3, 1, 3, 3, 1, 1),
  gruReset: byRows(3, 3, 1, 3, 2, 1),
  gruBlend: byRows(2, 3, 1, 3, 1, 1),
  gruBlendBackward: byRows(2, 3, 1, 3, 1, 1),
  gruResetBackward: byRows(2, 3, 1, 3, 1, 1),
  addRow: byRows(0.3, 1, 0),
  activate: byElements(1.5, 2, 2),
  activateBackward: byElements(1, 4, 4),
  add: byElements(0.3, 3, 3),
  mul: byElements(0.3, 3, 3),
  adam: byElements(1.5, 5, 9),
  fill: byElements(0.1, 1, 1),
  columnStatistics: byColumns(0.5, 3),
  batchNorm: {
    weight: 0.4, sizes: [7, 8], counted: () => 7, grain: 1,
    steps: (values) => values.map((_, i) => (i === 0 || i === 2 ? 4 * (values[8] ?? 0) : 0)),
  },
  batchNormBackward: byColumns(1, 8),
  // The count comes after where it begins; then what else the time is a product of, which are sizes of the other arguments.
  correlate: byRange(0.04, 6, 1, 11, 12, 9, 13, 14),
  correlateKernel: byRange(0.17, 6, 1, 7, 11, 12, 13),
  winogradKernel: byRange(200, 5, 1, 6),
  winograd: byRange(2, 6, 4, 9, 12),
  winogradGradient: byRange(0.025, 6, 3, 7, 11, 12, 10, 13),
  winogradKernelGradient: byRange(15, 3, 1, 5),
  depthwise: byRange(0.15, 4, 1, 9, 7, 10, 11),
  depthwiseBackward: byImages(0.3, 3, 2),
  depthwiseKernel: byRange(0.15, 4, 1, 5, 8, 9, 10),
  maxPool: byRange(0.3, 4, 1, 9, 7, 10, 11),
  maxPoolBackward: byImages(0.4, 3),
  averagePool: byRange(0.2, 3, 1, 8, 6, 9, 10),
  averagePoolBackward: byImages(0.4, 2),
  headProduct: {
    weight: 0.05, sizes: [1, 2, 3, 4, 5], counted: () => 1, grain: 1,
    steps: (values) => values.map((_, i) => (i === 6 || i === 10 || i === 14 ? 4 * (values[i + 1] ?? 0) : 0)),
  },
  visibleSoftmax: {
    weight: 1, sizes: [4, 5, 6, 7], counted: () => 4, grain: 1,
    steps([out = 0, s = 0, query = 0, key = 0, , heads = 0, tq = 0, tk = 0]) {
      return [out && 4 * heads * tq * tk, s && 4 * heads * tq * tk, query && 4 * tq, key && 4 * tk, 0, 0, 0, 0, 0];
    },
  },
  additiveScores: {
    weight: 2.5, sizes: [4, 5, 6, 7], counted: () => 4, grain: 1,
    steps: ([, , , , , tq = 0, tk = 0, n = 0]) => [4 * tq * tk, 4 * tq * n, 4 * tk * n, 0, 0, 0, 0, 0],
  },
  additiveScoresBackward: {
    weight: 3.5, sizes: [7, 8, 9, 10], counted: () => 7, grain: 1,
    steps: ([, , , , , , , , tq = 0, tk = 0, n = 0]) => [4 * tq * n, 4 * tk * n, 4 * n, 4 * tq * n, 4 * tk * n, 0, 4 * tq * tk, 0, 0, 0, 0],
  },
} satisfies Partial<Record<keyof WasmKernels | 'pack', Cut>>;

type CutName = keyof typeof cuts;

/** The exports that helpers call. */
export const cutNames = Object.keys(cuts) as readonly CutName[];

/** The kernels, with the large calls of those in `cuts` shared among the threads of a pool where that pays; what families compose of them is theirs to compose anew. */
export function splitKernels(kernels: WasmKernels, pool: Pool, workplace: Workplace, threads: number, choice = new Choice()): WasmKernels {
  function shared(name: CutName, call: Kernel): Kernel {
    const { weight, sizes, counted, grain, steps }: Cut = cuts[name];
    const kernel = cutNames.indexOf(name);
    /** Decides once what the arguments decide; when the call is made again, it is not asked again. */
    const prepare = (...values: number[]): (() => void) => {
      const alone = call.bind(undefined, ...values);
      const time = sizes.reduce((product, i) => product * (values[i] ?? 0), weight);
      if (time < worthSharing) return alone;
      const most = time < 2 * threads * longest ? Math.min(threads, Math.floor(time / shortest)) : 2 * threads;
      const at = counted(values);
      const part = Math.ceil((values[at] ?? 0) / most / grain) * grain;
      const divisible = part < (values[at] ?? 0);
      const job: Job = { kernel, call, values, steps: steps(values).map((step) => step * part), counted: at, part };
      return () => {
        const start = performance.now();
        if (divisible && choice.shared && time >= pool.worthwhile) pool.run(workplace, job);
        else alone();
        choice.note(time / 1e6, performance.now() - start);
      };
    };
    return Object.assign((...values: number[]) => { prepare(...values)(); }, { prepare });
  }
  const { packing } = kernels;
  const present = cutNames.filter((name) => name !== 'pack' && name in kernels) as Exclude<CutName, 'pack'>[];
  return {
    ...kernels,
    ...Object.fromEntries(present.map((name) => [name, shared(name, kernels[name])])),
    ...(packing ? { packing: { size: packing.size, pack: shared('pack', packing.pack) } } : {}),
  };
}
