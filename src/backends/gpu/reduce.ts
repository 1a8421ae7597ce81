/** Sums over whole tensors and the joining of many tensors, in trees: a kernel reads at most `maxInputs` buffers. */
import type { Tensor } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { maxInputs, sections } from './source.js';

/** Threads of a partial sum; each adds every so-manieth element. */
const lanes = 64;
/** Up to this many elements one thread adds them all. */
const small = 64;

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

function named(parts: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(parts.map((part, i) => [`a${i}`, part]));
}

/** [1], Σ term(x) over all elements x of all parts. */
export function sumOf(recorder: Recorder, parts: readonly Tensor[], term: (x: string) => string = (x) => x): Tensor {
  const count = parts.reduce((n, part) => n + part.size, 0);
  const threads = count <= small ? 1 : lanes;
  const partial = chunks(parts, maxInputs).map((group) => recorder.run([threads], named(group), `
    let sum = 0;
    ${group.map((part, n) => `for (let j = 0; j < ${Math.ceil(part.size / threads)}; j++) {
      const at = i + j * ${threads};
      if (at < ${part.size}) { const x = a${n}[at]; sum += ${term('x')}; }
    }`).join('\n')}
    return sum;`));
  const [only] = partial;
  return only?.size === 1 && partial.length === 1 ? only : sumOf(recorder, partial);
}

/** One buffer with the elements of all parts, in order. */
export function join(recorder: Recorder, parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  return join(recorder, chunks(parts, maxInputs).map((group) => {
    const [only] = group;
    if (only && group.length === 1) return only;
    const size = group.reduce((n, part) => n + part.size, 0);
    return recorder.run([size], named(group), sections(...group.map((part, n) => [part.size, `return a${n}[i];`] as const)));
  }));
}
