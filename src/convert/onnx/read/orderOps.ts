/**
 * Samples that are sorted by the length of their sequences, and put back behind the layer: what PyTorch writes around packed sequences
 * (`enforce_sorted=False`). Samples are by themselves here, so nothing is moved; that what was sorted is put back, and never meets what was not,
 * is seen to (importer.ts).
 */
import type { Call, Order, Value } from './call.js';
import { sizesOf } from './sizes.js';
import type { Size } from './sizes.js';
import { isBatch } from './view.js';
import type { Flow } from './view.js';

/** Lengths in order, and which sample each is of. */
export function topK(c: Call): Value[] {
  const lengths = c.flow(0);
  const k = c.value(1);
  const sizes = k.kind === 'known' || k.kind === 'sizes' ? sizesOf(k)?.entries : undefined;
  if (lengths.axes.length !== 1 || lengths.whole !== true || !isBatch(lengths.axes[0]) || sizes?.length !== 1 || !isCount(c, sizes[0])) return c.refuse('but for sorting samples by their lengths, no layer does this');
  if (c.around.orderOf(c.node.inputs[0] ?? '') !== undefined) c.refuse('lengths are sorted twice');
  const by = {};
  c.around.sort(0, by);
  return [lengths, { kind: 'order', by, back: false }];
}

/** As many as there are samples. */
function isCount(c: Call, size: Size | undefined): boolean {
  const [atom, ...others] = size?.atoms ?? [];
  return atom ? atom.batch && others.length === 0 && size?.factor === 1 : size?.factor === c.around.batch[0]?.size;
}

export function range(c: Call): Value {
  const ends = [c.value(0), c.value(1), c.value(2)].map((value) => (value.kind === 'known' || value.kind === 'sizes' ? sizesOf(value)?.entries[0] : undefined));
  const [start, end, step] = ends;
  const fits = start?.factor === 0 && isCount(c, end) && step?.factor === 1 && step.atoms.length === 0;
  return fits ? { kind: 'counted' } : c.refuse('but for counting samples, no layer does this');
}

/** Numbers from 0 on where the order says: where each sample went. */
export function scatter(c: Call): Value {
  const [order, numbers] = [c.value(1), c.value(2)];
  return order.kind === 'order' && !order.back && numbers.kind === 'counted' ? { ...order, back: true } : c.refuse('but for turning an order of samples round, no layer does this');
}

/** The product of sizes, where there is one. */
export function product(c: Call): Value {
  const value = c.value(0);
  if (value.kind === 'sizes' && value.entries.length === 1) return { ...value, scalar: true };
  return c.refuse('no layer does this');
}

export function inOrder(c: Call, flow: Flow, { by, back }: Order): Value {
  c.requireBatch(flow, c.axis(c.int('axis', 0), flow.axes.length));
  const now = c.around.orderOf(c.node.inputs[0] ?? '');
  if (now !== (back ? by : undefined)) c.refuse(back ? 'samples are put back that were not sorted so' : 'samples are sorted twice');
  c.around.sort(0, back ? undefined : by);
  return flow;
}
