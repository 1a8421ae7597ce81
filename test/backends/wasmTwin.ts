/**
 * Runs a raw kernel twice on the same numbers, in WebAssembly and in the float64 cpu twin, and compares the whole memory:
 * what a kernel should write must agree within float32 rounding, and everything else must be untouched.
 */
import * as assert from 'uvu/assert';
import { cpuKernels } from '../../src/backends/cpu/device.js';
import type { Heap } from '../../src/backends/cpu/heap.js';
import type { RawKernels } from '../../src/backends/linear/raw.js';
import { instantiate } from '../../src/backends/wasm/instance.js';
import { normal, randomStream } from '../../src/random.js';
import { everyFamily } from './everyFamily.js';

/** Numbers, or a count of random ones. */
type Content = number | ArrayLike<number>;
type Addresses<K extends string> = { readonly [key in K]: number };

export const { kernels: wasmKernels, storage } = instantiate(everyFamily.all);

/** Sizes below, at and above one to four vectors. */
export const sizes: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 33, 70];

/**
 * @param tolerance allowed |difference| / (|expected| + 1).
 * @param call runs the kernel on the named buffers, which lie at odd addresses with one element between neighbours.
 */
export function compareTwins<K extends string>(
  what: string, buffers: Readonly<Record<K, Content>>, tolerance: number, call: (k: RawKernels, at: Addresses<K>) => void,
): void {
  const names = Object.keys(buffers) as K[];
  const random = randomStream(7, what);
  const values: number[] = [];
  const offsets = {} as Record<K, number>;
  const start = storage.start + 1;
  for (const name of names) {
    const content = buffers[name];
    offsets[name] = start + values.length;
    const n = typeof content === 'number' ? content : content.length;
    for (let i = 0; i < n; i++) values.push(Math.fround(typeof content === 'number' ? normal(random) : content[i] ?? 0));
    values.push(Math.fround(normal(random)));
  }
  const end = start + values.length;
  if (storage.capacity() < end) storage.grow(end);
  const heap: Heap = { data: new Float64Array(end) };
  heap.data.set(values, start);
  storage.write(start * 4, Float32Array.from(values));

  call(cpuKernels(heap), offsets);
  const bytes = Object.fromEntries(names.map((name) => [name, offsets[name] * 4])) as Record<K, number>;
  call(wasmKernels, bytes);

  const actual = storage.read(start * 4, values.length);
  for (let i = 0; i < values.length; i++) {
    const [a, e] = [actual[i] ?? 0, heap.data[start + i] ?? 0];
    if (Object.is(a, e) || Math.abs(a - e) <= tolerance * (Math.abs(e) + 1)) continue;
    const name = [...names].reverse().find((key) => offsets[key] <= start + i);
    assert.unreachable(`${what}: ${name}[${start + i - (name ? offsets[name] : 0)}] is ${a} instead of ${e}`);
  }
}
