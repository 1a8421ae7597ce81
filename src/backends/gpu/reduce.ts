/** Sums over whole tensors and the joining of many tensors, in trees: a kernel reads at most `maxInputs` buffers. */
import type { Tensor } from '../../backend.js';
import { sizeOf } from '../../tensor.js';
import type { Shape } from '../../tensor.js';
import type { Recorder } from './recorder.js';
import { maxInputs, rowColumn, sections, total } from './source.js';
import { view } from './tensor.js';

/** Up to this many elements one thread adds them all; of more, some threads add a part each, and then their sums are added. */
const small = 64;

/** Threads that share a sum of `count` elements: as many as each then adds. */
function sharers(count: number): number {
  return count <= small ? 1 : Math.ceil(Math.sqrt(count));
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

function named(parts: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(parts.map((part, i) => [`a${i}`, part]));
}

/** [1], Σ term(x) over all elements x of all parts. */
export function sumOf(recorder: Recorder, parts: readonly Tensor[], term: (x: string) => string = (x) => x): Tensor {
  const count = parts.reduce((n, part) => n + part.size, 0);
  const threads = count <= small ? 1 : sharers(Math.max(...parts.map((part) => part.size)));
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

/** [n], Σ_j term for each of n columns of `rows` rows; `term`: an expression in the row j and the column `column`. */
export function columnSum(recorder: Recorder, inputs: Readonly<Record<string, Tensor>>, rows: number, n: number, term: string): Tensor {
  const shares = sharers(rows);
  const each = Math.ceil(rows / shares);
  const parts = recorder.run([shares, n], inputs, `
    ${rowColumn('share', 'column', 'i', n)}
    let sum = 0;
    for (let r = 0; r < ${each}; r++) { const j = share * ${each} + r; if (j < ${rows}) { sum += ${term}; } }
    return sum;`);
  return sumOfParts(recorder, parts, shares, [n]);
}

/** Σ of `shares` tensors that lie one after the other. */
export function sumOfParts(recorder: Recorder, parts: Tensor, shares: number, shape: Shape): Tensor {
  if (shares === 1) return view(parts, 0, shape);
  return recorder.run(shape, { parts }, `${total('sum', shares, `parts[j * ${sizeOf(shape)} + i]`)} return sum;`);
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
