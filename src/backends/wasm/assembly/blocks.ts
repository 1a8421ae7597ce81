/**
 * Blocks of C that stay in registers while k runs. B comes as a panel of eight columns, packed or in place: `stepB` is the
 * distance between its rows.
 *
 * V8 loads all that a stretch of code without branches reads before it multiplies, so eight sums, two vectors of B and four of A are what
 * fifteen registers hold. Loops over k are unrolled by two with a way out between the two steps, which ends the stretch
 * (docs/decisions/kernels.md).
 */
import { addProduct, loadAny, storeAny } from './lanes';

/**
 * C [rows, columns] = (chain ? C : 0) + A [rows, k] · panel [k, 8]. `rows` (1 to 4) is a constant at every call, so each becomes a kernel of
 * its own; `columns` is what there is of the eight, and may be more. `unrolled`, for four rows. Distances are in bytes.
 */
@inline
function block(
  rows: i32, columns: i32, k: i32,
  a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, chain: bool, unrolled: bool = false,
): void {
  let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
  let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
  let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
  let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
  if (chain) {
    l0 = loadAny(c, columns), r0 = loadAny(c + 16, columns - 4);
    if (rows > 1) l1 = loadAny(c + 1 * rowC, columns), r1 = loadAny(c + 1 * rowC + 16, columns - 4);
    if (rows > 2) l2 = loadAny(c + 2 * rowC, columns), r2 = loadAny(c + 2 * rowC + 16, columns - 4);
    if (rows > 3) l3 = loadAny(c + 3 * rowC, columns), r3 = loadAny(c + 3 * rowC + 16, columns - 4);
  }
  let a1 = a + rowA;
  let a2 = a1 + rowA;
  let a3 = a2 + rowA;
  while (k > 0) {
    const left = v128.load(b), right = v128.load(b, 16);
    b += stepB;
    const x0 = v128.load32_splat(a);
    l0 = addProduct(l0, x0, left), r0 = addProduct(r0, x0, right);
    a += stepA;
    if (rows > 1) {
      const x1 = v128.load32_splat(a1);
      l1 = addProduct(l1, x1, left), r1 = addProduct(r1, x1, right);
      a1 += stepA;
    }
    if (rows > 2) {
      const x2 = v128.load32_splat(a2);
      l2 = addProduct(l2, x2, left), r2 = addProduct(r2, x2, right);
      a2 += stepA;
    }
    if (rows > 3) {
      const x3 = v128.load32_splat(a3);
      l3 = addProduct(l3, x3, left), r3 = addProduct(r3, x3, right);
      a3 += stepA;
    }
    k--;
    if (unrolled) {
      if (k == 0) break;
      const nextLeft = v128.load(b), nextRight = v128.load(b, 16);
      b += stepB;
      const y0 = v128.load32_splat(a);
      l0 = addProduct(l0, y0, nextLeft), r0 = addProduct(r0, y0, nextRight);
      a += stepA;
      const y1 = v128.load32_splat(a1);
      l1 = addProduct(l1, y1, nextLeft), r1 = addProduct(r1, y1, nextRight);
      a1 += stepA;
      const y2 = v128.load32_splat(a2);
      l2 = addProduct(l2, y2, nextLeft), r2 = addProduct(r2, y2, nextRight);
      a2 += stepA;
      const y3 = v128.load32_splat(a3);
      l3 = addProduct(l3, y3, nextLeft), r3 = addProduct(r3, y3, nextRight);
      a3 += stepA;
      k--;
    }
  }
  storeAny(c, l0, columns), storeAny(c + 16, r0, columns - 4);
  if (rows > 1) storeAny(c + 1 * rowC, l1, columns), storeAny(c + 1 * rowC + 16, r1, columns - 4);
  if (rows > 2) storeAny(c + 2 * rowC, l2, columns), storeAny(c + 2 * rowC + 16, r2, columns - 4);
  if (rows > 3) storeAny(c + 3 * rowC, l3, columns), storeAny(c + 3 * rowC + 16, r3, columns - 4);
}

// Functions of their own, too large to be inlined: within the loop over rows V8 makes less of the loop over k.
function block4(columns: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, chain: bool): void {
  block(4, columns, k, a, rowA, stepA, b, stepB, c, rowC, chain, true);
}

function block3(columns: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, chain: bool): void {
  block(3, columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
}

function block2(columns: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, chain: bool): void {
  block(2, columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
}

function block1(columns: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, chain: bool): void {
  block(1, columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
}

/** Up to here a call costs more than the better loop saves. */
const SHORT = 8;

/** All rows of C under one panel. */
export function underPanel(
  columns: i32, m: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, chain: bool,
): void {
  if (k <= SHORT && columns >= 8) for (; m >= 4; m -= 4, a += 4 * rowA, c += 4 * rowC) block(4, 8, k, a, rowA, stepA, b, stepB, c, rowC, chain);
  else for (; m >= 4; m -= 4, a += 4 * rowA, c += 4 * rowC) block4(columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
  if (m == 3) block3(columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
  else if (m == 2) block2(columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
  else if (m == 1) block1(columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
}

/** Most panels that one row of C goes under at a time: eight independent chains hide the latency of the additions. */
export const MOST_PANELS = 4;

/** One row of C under `panels` neighbours, a constant at every call. */
@inline
function row(panels: i32, k: i32, a: usize, stepA: usize, b: usize, stepB: usize, panel: usize, c: usize, chain: bool): void {
  let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
  let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
  let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
  let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
  if (chain) {
    l0 = v128.load(c), r0 = v128.load(c, 16);
    if (panels > 1) l1 = v128.load(c, 32), r1 = v128.load(c, 48);
    if (panels > 2) l2 = v128.load(c, 64), r2 = v128.load(c, 80);
    if (panels > 3) l3 = v128.load(c, 96), r3 = v128.load(c, 112);
  }
  let b1 = b + panel;
  let b2 = b1 + panel;
  let b3 = b2 + panel;
  for (; k > 0; k--) {
    const x = v128.load32_splat(a);
    a += stepA;
    l0 = addProduct(l0, x, v128.load(b));
    r0 = addProduct(r0, x, v128.load(b, 16));
    b += stepB;
    if (panels > 1) {
      l1 = addProduct(l1, x, v128.load(b1));
      r1 = addProduct(r1, x, v128.load(b1, 16));
      b1 += stepB;
    }
    if (panels > 2) {
      l2 = addProduct(l2, x, v128.load(b2));
      r2 = addProduct(r2, x, v128.load(b2, 16));
      b2 += stepB;
    }
    if (panels > 3) {
      l3 = addProduct(l3, x, v128.load(b3));
      r3 = addProduct(r3, x, v128.load(b3, 16));
      b3 += stepB;
    }
  }
  v128.store(c, l0), v128.store(c, r0, 16);
  if (panels > 1) v128.store(c, l1, 32), v128.store(c, r1, 48);
  if (panels > 2) v128.store(c, l2, 64), v128.store(c, r2, 80);
  if (panels > 3) v128.store(c, l3, 96), v128.store(c, r3, 112);
}

/**
 * The same for 1 to {@link MOST_PANELS} panels. A function of its own, large enough to stay one: V8 unrolls loops that lie within
 * loops, and then runs out of registers; inlined, this ran at half the speed.
 */
export function rowUnder(panels: i32, k: i32, a: usize, stepA: usize, b: usize, stepB: usize, panel: usize, c: usize, chain: bool): void {
  if (panels == 4) row(4, k, a, stepA, b, stepB, panel, c, chain);
  else if (panels == 3) row(3, k, a, stepA, b, stepB, panel, c, chain);
  else if (panels == 2) row(2, k, a, stepA, b, stepB, panel, c, chain);
  else row(1, k, a, stepA, b, stepB, panel, c, chain);
}
