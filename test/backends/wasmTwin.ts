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
 * @param call runs the kernel on the named buffers, which lie side by side with a NaN between neighbours; the last one ends where the storage does.
 */
export function compareTwins<K extends string>(
  what: string, buffers: Readonly<Record<K, Content>>, tolerance: number, call: (k: RawKernels, at: Addresses<K>) => void,
): void {
  const names = Object.keys(buffers) as K[];
  const random = randomStream(7, what);
  const values: number[] = [NaN];
  const offsets = {} as Record<K, number>;
  for (const name of names) {
    const content = buffers[name];
    offsets[name] = values.length;
    const n = typeof content === 'number' ? content : content.length;
    for (let i = 0; i < n; i++) values.push(Math.fround(typeof content === 'number' ? normal(random) : content[i] ?? 0));
    if (name !== names.at(-1)) values.push(NaN);
  }
  if (storage.capacity() < storage.start + values.length) storage.grow(storage.start + values.length);
  const start = storage.capacity() - values.length;
  storage.write(start * 4, Float32Array.from(values));

  const heap: Heap = { data: Float64Array.from(values) };
  call(cpuKernels(heap), offsets);
  const bytes = Object.fromEntries(names.map((name) => [name, (start + offsets[name]) * 4])) as Record<K, number>;
  call(wasmKernels, bytes);

  const actual = storage.read(start * 4, values.length);
  for (let i = 0; i < values.length; i++) {
    const [a, e] = [actual[i] ?? 0, heap.data[i] ?? 0];
    if (Object.is(a, e) || Math.abs(a - e) <= tolerance * (Math.abs(e) + 1)) continue;
    const name = [...names].reverse().find((key) => offsets[key] <= i);
    assert.unreachable(`${what}: ${name}[${i - (name ? offsets[name] : 0)}] is ${a} instead of ${e}`);
  }
}
