/**
 * Stretches of a step that run for some rows of the batch from their beginning to their end before others begin: the time loop of a
 * recurrent layer, in which no sample knows of another. One hand-over for all T steps in place of one for each large call, and calls too
 * small to be shared are shared too. That it is so is read off the calls: see `apart`.
 */
import { matmulCodes } from '../linear/raw.js';
import type { NotedCall } from '../linear/recording.js';
import { cutNames, cuts } from './split.js';

/** How one call falls into rows of the batch. */
interface RowCut {
  /** Which argument counts, and how much of it is one row. */
  readonly counted: number;
  readonly each: number;
  /** Bytes from row to row for what goes by rows; 0 for what all rows share, and for numbers. */
  readonly steps: readonly number[];
  /** The arguments that are addresses. */
  readonly addresses: readonly number[];
  /** Bytes of what all rows share. */
  readonly shared: number;
}

/** Of kernels that are not worth sharing by themselves: the count, then leading addresses with how many of the row's n elements they move by. */
const others = { copy: 2, sub: 3, scale: 2 } as const;
const byElements: ReadonlySet<string> = new Set(['add', 'mul', 'fill', 'activate', 'activateBackward']);
const byRows: ReadonlySet<string> = new Set(['lstmForward', 'lstmBackward', 'gruForward', 'gruBackward', 'gruReset', 'gruBlend', 'gruBlendBackward', 'gruResetBackward']);

/** The exports that helpers call. */
export const stretchNames: readonly string[] = [...cutNames, ...Object.keys(others), 'mulRows', 'blendRows'];

function elements(values: readonly number[], counted: number, rows: number): RowCut | undefined {
  const each = (values[counted] ?? 0) / rows;
  if (!Number.isInteger(each)) return undefined;
  const addresses = Array.from({ length: counted }, (_, i) => i);
  return { counted, each, steps: values.map((value, i) => (i < counted && value !== 0 ? 4 * each : 0)), addresses, shared: 0 };
}

function cutOf({ name, values }: NotedCall, rows: number): RowCut | undefined {
  if (name in others) return elements(values, others[name as keyof typeof others], rows);
  if (byElements.has(name)) return elements(values, cuts[name as keyof typeof cuts].counted(values), rows);
  if (byRows.has(name)) {
    const cut = cuts[name as keyof typeof cuts];
    const counted = cut.counted(values);
    if (values[counted] !== rows) return undefined;
    return { counted, each: 1, steps: cut.steps(values), addresses: values.flatMap((value, i) => (i < counted && value !== 0 ? [i] : [])), shared: 12 * (values[counted + 1] ?? 0) }; // peepholes [3, h]
  }
  if (name === 'gemm') {
    const [mode, m, n = 0, k = 0, , lda = 0, , ldb = 0, , ldc = 0] = values;
    if (m !== rows || mode === matmulCodes.tn) return undefined;
    const shared = 4 * (mode === matmulCodes.packed ? 8 * Math.ceil(n / 8) * k : (mode === matmulCodes.nt ? n : k) * ldb);
    return { counted: 1, each: 1, steps: [0, 0, 0, 0, 4 * lda, 0, 0, 0, 4 * ldc, 0, 0], addresses: [4, 6, 8], shared };
  }
  if (name === 'mulRows' || name === 'blendRows') { // out, a, m, rows, n; out, m, a, b, rows, n
    const counted = name === 'mulRows' ? 3 : 4;
    const mask = name === 'mulRows' ? 2 : 1;
    if (values[counted] !== rows) return undefined;
    const addresses = Array.from({ length: counted }, (_, i) => i);
    return { counted, each: 1, steps: values.map((_, i) => (i >= counted ? 0 : i === mask ? 4 : 4 * (values[counted + 1] ?? 0))), addresses, shared: 0 };
  }
  return undefined;
}

/**
 * Whether rows keep apart: memory that goes by rows does so in the same steps from the same place in every call, and what all rows
 * share lies outside of it, so nothing that one row writes is read for another.
 */
function apart(calls: readonly NotedCall[], rowCuts: readonly RowCut[], rows: number): boolean {
  const shared = new Map<number, number>();
  const ranges: { from: number; step: number }[] = [];
  calls.forEach(({ values }, i) => {
    const cut = rowCuts[i];
    for (const at of cut?.addresses ?? []) {
      const [from = 0, step = 0] = [values[at], cut?.steps[at]];
      if (step === 0) shared.set(from, Math.max(shared.get(from) ?? 0, cut?.shared ?? 0));
      else ranges.push({ from, step });
    }
  });
  ranges.sort((a, b) => a.from - b.from);
  let [base, step, end] = [0, 0, 0];
  for (const range of ranges) {
    if (range.from >= end) [base, step, end] = [range.from, range.step, range.from + rows * range.step];
    else if (range.step !== step || range.from - base >= step) return false;
  }
  return ![...shared].some(([from, bytes]) => ranges.some((range) => from < range.from + rows * range.step && range.from < from + bytes));
}

/** One part's calls: of each the kernel as its place in `stretchNames`, and its arguments. */
export type PartCalls = readonly (readonly [kernel: number, ...values: number[]])[];

/** The calls for each of so many parts of the rows; undefined where they do not fall apart. */
export function partsOf(calls: readonly NotedCall[], rows: number, count: number): readonly PartCalls[] | undefined {
  const found = calls.map((call) => cutOf(call, rows));
  const rowCuts = found.filter((cut) => cut !== undefined);
  if (rowCuts.length < calls.length || !apart(calls, rowCuts, rows)) return undefined;
  const part = Math.ceil(rows / count);
  return Array.from({ length: Math.ceil(rows / part) }, (_, i) => calls.map(({ name, values }, at) => {
    const cut = rowCuts[at];
    const own = values.map((value, j) => (j === cut?.counted ? cut.each * Math.min(part, rows - i * part) : value + i * part * (cut?.steps[j] ?? 0)));
    return [stretchNames.indexOf(name), ...own] as const;
  }));
}

/** Nanoseconds on one thread, roughly. */
export function timeOf(calls: readonly NotedCall[]): number {
  return calls.reduce((sum, { name, values }) => {
    const cut = name in cuts ? cuts[name as keyof typeof cuts] : undefined;
    return sum + (cut ? cut.sizes.reduce((product, i) => product * (values[i] ?? 0), cut.weight) : 0);
  }, 0);
}
