/** Attention head by head. Ids Q… refer to src/layers/attention.ts and what it names. */
import type { AttentionKernels, Visible } from '../../backend.js';
import { headSizes } from '../headSizes.js';
import { add } from './arrays.js';
import type { Recorder } from './recorder.js';
import { dot, rowColumn, sections, total } from './source.js';
import { cut, requireSize } from './tensor.js';

export function attentionKernels(recorder: Recorder): AttentionKernels {
  /** `body` where key j of batch `b` is seen by query `tq`. */
  function whereSeen({ query, key, causal }: Visible, tq: number, tk: number, body: string): string {
    const conditions = [...(query ? [`query[b * ${tq} + tq] !== 0`] : []), ...(key ? [`key[b * ${tk} + j] !== 0`] : []), ...(causal ? ['j <= tq'] : [])];
    return conditions.reduceRight((inner, condition) => `if (${condition}) { ${inner} }`, body);
  }

  return {
    headScores(q, k, heads) {
      const { batch, tq, tk, depth } = headSizes('headScores', q, k, heads);
      const n = heads * depth;
      return recorder.run([batch, heads, tq, tk], { q, k }, `
        ${rowColumn('r', 'tk', 'i', tk)} ${rowColumn('r2', 'tq', 'r', tq)} ${rowColumn('b', 'h', 'r2', heads)}
        let at = q_ + (b * ${tq} + tq) * ${n} + h * ${depth}; let to = k_ + (b * ${tk} + tk) * ${n} + h * ${depth};
        let sum = 0; ${dot('sum', depth, ['q', 'at', 1], ['k', 'to', 1])} return sum;`);
    },
    headMix(w, v, transposed = false) {
      const [batch = 1, heads = 1, tq = 1, tk = 1] = w.shape;
      const n = v.shape[2] ?? 1;
      const [m, inner] = transposed ? [tk, tq] : [tq, tk];
      requireSize('headMix', 'v', v, batch * inner * n);
      const [row, step] = transposed ? [1, tk] : [tk, 1];
      return recorder.run([batch, m, n], { w, v }, `
        ${rowColumn('r', 'column', 'i', n)} ${rowColumn('b', 't', 'r', m)} ${rowColumn('h', 'c', 'column', n / heads)}
        let at = w_ + (b * ${heads} + h) * ${tq * tk} + t * ${row}; let to = v_ + b * ${inner * n} + column;
        let sum = 0; ${dot('sum', inner, ['w', 'at', step], ['v', 'to', n])} return sum;`);
    },
    visibleSoftmax(s, visible) {
      const [batch = 1, heads = 1, tq = 1, tk = 1] = s.shape;
      const rows = batch * heads * tq;
      const { query, key } = visible;
      if (query) requireSize('visibleSoftmax', 'query', query, batch * tq);
      if (key) requireSize('visibleSoftmax', 'key', key, batch * tk);
      const masks = { ...(query ? { query } : {}), ...(key ? { key } : {}) };
      const places = (index: string): string => `${rowColumn('r', 'tq', index, tq)} ${rowColumn('b', 'h', 'r', heads)}`;
      const loop = (body: string): string => `for (let j = 0; j < ${tk}; j++) { ${whereSeen(visible, tq, tk, body)} }`;
      const largest = `${places('i')} let max = -3.4e38; ${loop(`const next = s[i * ${tk} + j]; if (next > max) { max = next; }`)}`;
      const [max, mass] = cut(recorder.run([2 * rows], { s, ...masks }, sections(
        [rows, `${largest} return max;`],
        [rows, `${largest} let sum = 0; ${loop(`sum += decay(s[i * ${tk} + j] - max);`)} return sum;`],
      )), [rows], [rows]);
      return recorder.run(s.shape, { s, max, mass, ...masks }, `
        ${rowColumn('row', 'j', 'i', tk)} ${places('row')}
        let a = 0; ${whereSeen(visible, tq, tk, 'a = decay(s[i] - max[row]) / mass[row];')} return a;`); // Z2
    },
    additiveScores(q, k, v) {
      const { batch, tq, tk, depth } = headSizes('additiveScores', q, k, 1);
      requireSize('additiveScores', 'v', v, depth);
      return recorder.run([batch, 1, tq, tk], { q, k, v }, `
        ${rowColumn('r', 'tk', 'i', tk)} ${rowColumn('b', 'tq', 'r', tq)}
        ${total('sum', depth, `v[j] * tangent(q[r * ${depth} + j] + k[(b * ${tk} + tk) * ${depth} + j])`)} return sum;`); // Z7
    },
    additiveScoresBackward(q, k, v, dScores, dV) {
      const { batch, tq, tk, depth } = headSizes('additiveScoresBackward', q, k, 1);
      requireSize('additiveScoresBackward', 'dScores', dScores, batch * tq * tk);
      const inputs = { q, k, v, ds: dScores };
      const slope = 'const dz = 1 - t * t;';
      const dq = recorder.run(q.shape, inputs, `
        ${rowColumn('r', 'a', 'i', depth)} ${rowColumn('b', 'tq', 'r', tq)} const x = q[i]; let sum = 0;
        for (let j = 0; j < ${tk}; j++) { const t = tangent(x + k[(b * ${tk} + j) * ${depth} + a]); ${slope} sum += ds[r * ${tk} + j] * dz; }
        return sum * v[a];`); // Z8
      const dk = recorder.run(k.shape, inputs, `
        ${rowColumn('r', 'a', 'i', depth)} ${rowColumn('b', 'tk', 'r', tk)} const x = k[i]; let sum = 0;
        for (let j = 0; j < ${tq}; j++) { const t = tangent(x + q[(b * ${tq} + j) * ${depth} + a]); ${slope} sum += ds[(b * ${tq} + j) * ${tk} + tk] * dz; }
        return sum * v[a];`); // Z8
      const parts = recorder.run([batch, tq, depth], { q, k, ds: dScores }, `
        ${rowColumn('r', 'a', 'i', depth)} ${rowColumn('b', 'tq', 'r', tq)} const x = q[i];
        ${total('sum', tk, `ds[r * ${tk} + j] * tangent(x + k[(b * ${tk} + j) * ${depth} + a])`)} return sum;`);
      const dv = recorder.run([depth], { a: parts }, `${total('sum', batch * tq, `a[j * ${depth} + i]`)} return sum;`); // Z8
      return { dq, dk, dV: add(recorder, dV, dv) };
    },
  };
}
