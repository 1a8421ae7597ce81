/** Everything that can be measured, by its id: the named ones, and sizes of one's own written as an id. */
import { imageWorkloads } from './images.js';
import type { ImageWorkload } from './images.js';
import { gateSizes } from './kernels.js';
import type { GateSize, ProductSize } from './kernels.js';
import { sequenceWorkloads } from './sequences.js';
import type { SequenceWorkload } from './sequences.js';
import { predictions, streams, workloads } from './workloads.js';
import type { Workload } from './workloads.js';

export type Case =
  | { readonly kind: 'product'; readonly size: ProductSize }
  | { readonly kind: 'gates'; readonly size: GateSize }
  | { readonly kind: 'prediction' | 'stream' | 'training'; readonly network: Workload }
  | { readonly kind: 'images'; readonly network: ImageWorkload }
  | { readonly kind: 'sequences'; readonly network: SequenceWorkload };

/** M1–M4: square matrix products. */
const products: Readonly<Record<string, ProductSize>> = { M1: [64, 64, 64], M2: [256, 256, 256], M3: [512, 512, 512], M4: [1024, 1024, 1024] };

function all<T>(record: Readonly<Record<string, T>>, make: (value: T) => Case): [string, Case][] {
  return Object.entries(record).map(([id, value]) => [id, make(value)]);
}

const named: ReadonlyMap<string, Case> = new Map([
  ...all(products, (size) => ({ kind: 'product', size })),
  ...all(gateSizes, (size) => ({ kind: 'gates', size })),
  ...all(predictions, (network) => ({ kind: 'prediction', network })),
  ...all(streams, (network) => ({ kind: 'stream', network })),
  ...all(workloads, (network) => ({ kind: 'training', network })),
  ...all(imageWorkloads, (network) => ({ kind: 'images', network })),
  ...all(sequenceWorkloads, (network) => ({ kind: 'sequences', network })),
]);

/** The named ones, in the order in which they are measured. */
export const ids: readonly string[] = [...named.keys()].sort((a, b) => 'MGpsW'.indexOf(a.charAt(0)) - 'MGpsW'.indexOf(b.charAt(0)) || Number(a.slice(1)) - Number(b.slice(1)));

/** The id of a training step of one's own: `LSTM64+32-B64-T40-D3` is batch 64, 40 steps, 3 inputs. */
export function trainingId({ cell, layers, batch, steps, inputs }: Pick<Workload, 'cell' | 'layers' | 'batch' | 'steps' | 'inputs'>): string {
  return `${cell.toUpperCase()}${layers.join('+')}-B${batch}-T${steps}-D${inputs}`;
}

/** The id of a product of one's own, [rows, inner] · [inner, columns]: `M300x200x100`. */
export function productId(size: ProductSize): string {
  return `M${size.join('x')}`;
}

const ownProduct = /^M(\d{1,5})x(\d{1,5})x(\d{1,5})$/;
const ownTraining = /^(LSTM|GRU|RNN)(\d{1,5}(?:\+\d{1,5}){0,9})-B(\d{1,6})-T(\d{1,6})-D(\d{1,5})$/;

/** Undefined for an id that says nothing. */
export function caseOf(id: string): Case | undefined {
  const [, rows, inner, columns] = ownProduct.exec(id) ?? [];
  if (Number(rows) * Number(inner) * Number(columns) > 0) return { kind: 'product', size: [Number(rows), Number(inner), Number(columns)] };
  const [, cell = '', units = '', ...sizes] = ownTraining.exec(id) ?? [];
  const [batch = 0, steps = 0, inputs = 0] = sizes.map(Number);
  const layers = units.split('+').map(Number);
  if (batch * steps * inputs * Math.min(...layers) > 0) {
    const kind = cell === 'LSTM' ? 'lstm' : cell === 'GRU' ? 'gru' : 'rnn';
    return { kind: 'training', network: { cell: kind, batch, steps, inputs, layers, head: [1], about: `${layers.map((n) => `${cell} ${n}`).join(' → ')}, batch ${batch}, ${steps} steps` } };
  }
  return named.get(id);
}

/** In words, for people who do not know the letters. */
export function about(id: string): string {
  const found = caseOf(id);
  if (!found) return '';
  switch (found.kind) {
    case 'product': return `product ${found.size.every((n) => n === found.size[0]) ? `${found.size[0]} × ${found.size[0]}` : `${found.size[0]} × ${found.size[1]} · ${found.size[1]} × ${found.size[2]}`}`;
    case 'gates': return `gates, ${found.size.units} units`;
    case 'prediction': return `predict ${found.network.batch === 1 ? 'one window' : `${found.network.batch} windows`}, ${found.network.about}`;
    case 'stream': return `one step of a stream, ${found.network.about}`;
    default: return found.network.about;
  }
}

/** Floating-point operations, where that is a measure. */
export function operationsOf(id: string): number | undefined {
  const found = caseOf(id);
  return found?.kind === 'product' ? 2 * found.size.reduce((a, b) => a * b) : undefined;
}
