/** Attention head by head. Ids Q… refer to src/layers/attention.ts and what it names. */
import { fill } from './arrays';
import { addSum64, clip, load, store, sum64 } from './lanes';
import { exp, tanh } from './math';
import { gemm } from './matmul';

export function headProduct(
  mode: i32, batch: i32, heads: i32, m: i32, n: i32, k: i32, a: usize, aBatch: i32, aHead: i32, lda: i32,
  b: usize, bBatch: i32, bHead: i32, ldb: i32, c: usize, cBatch: i32, cHead: i32, ldc: i32,
): void {
  for (; batch > 0; batch--, a += <usize>aBatch << 2, b += <usize>bBatch << 2, c += <usize>cBatch << 2) {
    for (let h = 0; h < heads; h++) {
      gemm(mode, m, n, k, a + (<usize>(h * aHead) << 2), lda, b + (<usize>(h * bHead) << 2), ldb, c + (<usize>(h * cHead) << 2), ldc, 0);
    }
  }
}

/** What lies outside of the keys that are seen counts as −∞, whatever it is. `key` 0: all are seen. */
@inline
function seen(s: usize, key: usize, at: usize, left: i32): v128 {
  const least = f32x4.splat(-Infinity);
  const x = load(s + at, left);
  const within = i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3));
  const real = key == 0 ? within : v128.and(within, f32x4.ne(load(key + at, left), f32x4.splat(0)));
  return v128.bitselect(x, least, real);
}

/** One row of n keys of which the first `limit` may be seen. */
function row(out: usize, s: usize, key: usize, limit: i32, n: i32): void {
  const whole = key == 0 ? <usize>(limit & ~3) << 2 : 0; // vectors without a mask or an end
  let largest = f32x4.splat(-Infinity);
  for (let at: usize = 0; at < whole; at += 16) largest = f32x4.max(largest, v128.load(s + at));
  for (let left = limit - <i32>(whole >> 2), at = whole; left > 0; left -= 4, at += 16) largest = f32x4.max(largest, seen(s, key, at, left));
  largest = f32x4.max(largest, i32x4.shuffle(largest, largest, 2, 3, 2, 3));
  const most = f32x4.extract_lane(f32x4.max(largest, i32x4.shuffle(largest, largest, 1, 1, 1, 1)), 0);
  if (most == -Infinity) { // NaN is not
    fill(out, n, 0);
    return;
  }
  const max = f32x4.splat(most);
  let total = f64x2.splat(0);
  for (let at: usize = 0; at < whole; at += 16) {
    const e = exp(f32x4.sub(v128.load(s + at), max));
    v128.store(out + at, e);
    total = addSum64(total, e);
  }
  for (let left = limit - <i32>(whole >> 2), at = whole; left > 0; left -= 4, at += 16) {
    const x = seen(s, key, at, left);
    const e = v128.andnot(exp(f32x4.sub(x, max)), f32x4.eq(x, f32x4.splat(-Infinity)));
    store(out + at, e, left);
    total = addSum64(total, e);
  }
  const mass = f32x4.splat(<f32>sum64(total));
  for (let left = limit, at = out; left > 0; left -= 4, at += 16) store(at, f32x4.div(load(at, left), mass), left); // Z2
  fill(out + (<usize>limit << 2), n - limit, 0);
}

export function visibleSoftmax(
  out: usize, s: usize, query: usize, key: usize, batch: i32, heads: i32, tq: i32, tk: i32, causal: i32,
): void {
  const next = <usize>tk << 2;
  for (; batch > 0; batch--) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < tq; i++, out += next, s += next) {
        if (query != 0 && f32.load(query + (<usize>i << 2)) == 0) fill(out, tk, 0);
        else row(out, s, key, causal ? min(i + 1, tk) : tk, tk);
      }
    }
    if (query != 0) query += <usize>tq << 2;
    if (key != 0) key += next;
  }
}

export function additiveScores(out: usize, q: usize, k: usize, v: usize, batch: i32, tq: i32, tk: i32, n: i32): void {
  const next = <usize>n << 2;
  for (; batch > 0; batch--, k += <usize>tk * next) {
    for (let i = 0; i < tq; i++, q += next) {
      let at = k;
      for (let j = 0; j < tk; j++, at += next, out += 4) {
        let total = f64x2.splat(0);
        for (let left = n, a: usize = 0; left > 0; left -= 4, a += 16) {
          const t = tanh(f32x4.add(load(q + a, left), load(at + a, left)));
          total = addSum64(total, clip(f32x4.mul(load(v + a, left), t), left));
        }
        f32.store(out, <f32>sum64(total)); // Z7
      }
    }
  }
}

export function additiveScoresBackward(
  dq: usize, dk: usize, dv: usize, q: usize, k: usize, v: usize, dScores: usize, batch: i32, tq: i32, tk: i32, n: i32,
): void {
  const next = <usize>n << 2;
  fill(dq, batch * tq * n, 0);
  fill(dk, batch * tk * n, 0);
  fill(dv, batch * n, 0);
  const one = f32x4.splat(1);
  for (; batch > 0; batch--, k += <usize>tk * next, dk += <usize>tk * next, dv += next) {
    for (let i = 0; i < tq; i++, q += next, dq += next) {
      for (let j = 0, at: usize = 0; j < tk; j++, at += next, dScores += 4) {
        const ds = v128.load32_splat(dScores);
        for (let left = n, a: usize = 0; left > 0; left -= 4, a += 16) {
          const t = tanh(f32x4.add(load(q + a, left), load(k + at + a, left)));
          const dz = f32x4.mul(f32x4.mul(ds, load(v + a, left)), f32x4.sub(one, f32x4.mul(t, t)));
          store(dq + a, f32x4.add(load(dq + a, left), dz), left); // Z8
          store(dk + at + a, f32x4.add(load(dk + at + a, left), dz), left); // Z8
          store(dv + a, f32x4.add(load(dv + a, left), f32x4.mul(ds, t)), left); // Z8
        }
      }
    }
  }
}
