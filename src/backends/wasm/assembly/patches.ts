/**
 * Convolution as a product that is never laid out: rows of A are the windows, where they lie on the image. Four windows and
 * eight filters are at work at once; eight chains and what they read just fit the registers that V8 leaves free on x64.
 */
import { addProduct } from './lanes';

/** Four windows: the addresses of their first pixels, then of their results. */
export const tableBytes: usize = 32;

@inline
function place(table: usize, row: usize): usize {
  return <usize>load<u32>(table + 4 * row);
}

/**
 * c [4, 8] = (chain ? c : 0) + Σ over segments, a [4, n] · b [n, 8]. The segments of a window lie `offsets` bytes from its
 * first pixel; b is one panel. `shift`: bytes added to each address of a result.
 */
export function windowsByPanel(table: usize, offsets: usize, segments: i32, n: i32, b: usize, shift: usize, chain: bool): void {
  let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
  let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
  let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
  let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
  if (chain) {
    const c0 = place(table, 4) + shift, c1 = place(table, 5) + shift, c2 = place(table, 6) + shift, c3 = place(table, 7) + shift;
    l0 = v128.load(c0), r0 = v128.load(c0, 16);
    l1 = v128.load(c1), r1 = v128.load(c1, 16);
    l2 = v128.load(c2), r2 = v128.load(c2, 16);
    l3 = v128.load(c3), r3 = v128.load(c3, 16);
  }
  for (; segments > 0; segments--, offsets += 4) {
    const offset = <usize>load<u32>(offsets);
    let a0 = place(table, 0) + offset;
    let a1 = place(table, 1) + offset;
    let a2 = place(table, 2) + offset;
    let a3 = place(table, 3) + offset;
    for (let k = n; k > 0; k--) {
      const left = v128.load(b);
      const right = v128.load(b, 16);
      const x0 = v128.load32_splat(a0);
      l0 = addProduct(l0, x0, left), r0 = addProduct(r0, x0, right);
      const x1 = v128.load32_splat(a1);
      l1 = addProduct(l1, x1, left), r1 = addProduct(r1, x1, right);
      const x2 = v128.load32_splat(a2);
      l2 = addProduct(l2, x2, left), r2 = addProduct(r2, x2, right);
      const x3 = v128.load32_splat(a3);
      l3 = addProduct(l3, x3, left), r3 = addProduct(r3, x3, right);
      a0 += 4, a1 += 4, a2 += 4, a3 += 4, b += 32;
    }
  }
  const c0 = place(table, 4) + shift, c1 = place(table, 5) + shift, c2 = place(table, 6) + shift, c3 = place(table, 7) + shift;
  v128.store(c0, l0), v128.store(c0, r0, 16);
  v128.store(c1, l1), v128.store(c1, r1, 16);
  v128.store(c2, l2), v128.store(c2, r2, 16);
  v128.store(c3, l3), v128.store(c3, r3, 16);
}

/**
 * c [4, 8] += Aᵀ · b for four neighbouring channels of A [rows, n, ≥ 4], whose pixels lie `pixel` bytes apart and whose rows
 * `row`; b is one panel [rows · n, 8]. The sum over these pixels is formed by itself and then added.
 */
export function channelsByPanel(a: usize, rows: i32, row: usize, n: i32, pixel: usize, b: usize, c: usize, rowC: usize): void {
  let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
  let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
  let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
  let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
  for (; rows > 0; rows--, a += row) {
    let at = a;
    for (let k = n; k > 0; k--) {
      const left = v128.load(b);
      const right = v128.load(b, 16);
      const x0 = v128.load32_splat(at);
      l0 = addProduct(l0, x0, left), r0 = addProduct(r0, x0, right);
      const x1 = v128.load32_splat(at, 4);
      l1 = addProduct(l1, x1, left), r1 = addProduct(r1, x1, right);
      const x2 = v128.load32_splat(at, 8);
      l2 = addProduct(l2, x2, left), r2 = addProduct(r2, x2, right);
      const x3 = v128.load32_splat(at, 12);
      l3 = addProduct(l3, x3, left), r3 = addProduct(r3, x3, right);
      at += pixel, b += 32;
    }
  }
  v128.store(c, f32x4.add(v128.load(c), l0)), v128.store(c, f32x4.add(v128.load(c, 16), r0), 16);
  c += rowC;
  v128.store(c, f32x4.add(v128.load(c), l1)), v128.store(c, f32x4.add(v128.load(c, 16), r1), 16);
  c += rowC;
  v128.store(c, f32x4.add(v128.load(c), l2)), v128.store(c, f32x4.add(v128.load(c, 16), r2), 16);
  c += rowC;
  v128.store(c, f32x4.add(v128.load(c), l3)), v128.store(c, f32x4.add(v128.load(c, 16), r3), 16);
}
