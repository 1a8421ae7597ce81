import type { AttentionKernels } from '../../backend.js';
import { headSizes } from '../headSizes.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { matmulCodes } from './raw.js';
import { addressOf, open } from './tensor.js';

export function attentionKernels({ raw, make }: Context): AttentionKernels {
  return {
    headScores(q, k, heads) {
      const { batch, tq, tk, depth } = headSizes('headScores', q, k, heads);
      const n = heads * depth;
      const s = make([batch, heads, tq, tk]);
      raw.headProduct(
        matmulCodes.nt, batch, heads, tq, tk, depth, open(q).address, tq * n, depth, n, open(k).address, tk * n, depth, n, s.address, heads * tq * tk, tq * tk, tk,
      );
      return s;
    },
    headMix(w, v, transposed = false) {
      const [batch = 1, heads = 1, tq = 1, tk = 1] = w.shape;
      const n = v.shape[2] ?? 1;
      const [m, inner] = transposed ? [tk, tq] : [tq, tk];
      requireSize('headMix', 'v', v, batch * inner * n);
      const y = make([batch, m, n]);
      const depth = n / heads;
      raw.headProduct(
        transposed ? matmulCodes.tn : matmulCodes.nn, batch, heads, m, depth, inner, open(w).address, heads * tq * tk, tq * tk, tk,
        open(v).address, inner * n, depth, n, y.address, m * n, depth, n,
      );
      return y;
    },
    visibleSoftmax(s, { query, key, causal }) {
      const [batch = 1, heads = 1, tq = 1, tk = 1] = s.shape;
      if (query) requireSize('visibleSoftmax', 'query', query, batch * tq);
      if (key) requireSize('visibleSoftmax', 'key', key, batch * tk);
      raw.visibleSoftmax(open(s).address, open(s).address, addressOf(query), addressOf(key), batch, heads, tq, tk, causal ? 1 : 0);
      return s;
    },
    additiveScores(q, k, v) {
      const { batch, tq, tk, depth } = headSizes('additiveScores', q, k, 1);
      requireSize('additiveScores', 'v', v, depth);
      const s = make([batch, 1, tq, tk]);
      raw.additiveScores(s.address, open(q).address, open(k).address, open(v).address, batch, tq, tk, depth);
      return s;
    },
    additiveScoresBackward(q, k, v, dScores, dV) {
      const { batch, tq, tk, depth } = headSizes('additiveScoresBackward', q, k, 1);
      requireSize('additiveScoresBackward', 'dScores', dScores, batch * tq * tk);
      const [dq, dk, parts] = [make(q.shape), make(k.shape), make([batch, depth])] as const;
      raw.additiveScoresBackward(
        dq.address, dk.address, parts.address, open(q).address, open(k).address, open(v).address, open(dScores).address, batch, tq, tk, depth,
      );
      raw.sumRows(open(dV).address, parts.address, batch, depth);
      return { dq, dk, dV };
    },
  };
}
