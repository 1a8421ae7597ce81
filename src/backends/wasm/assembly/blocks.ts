/**
 * Blocks of C that stay in registers while k runs. B comes as a panel of eight columns, packed or in place: `stepB` is the
 * distance between its rows.
 *
 * V8 loads all that a stretch of code without branches reads before it multiplies, so eight sums, two vectors of B and four of A are what
 * fifteen registers hold. Where a loop over k is unrolled, a way out between two steps ends the stretch (docs/decisions/kernels.md).
 */
import { addProduct, loadAny, storeAny } from './lanes';

/**
 * C [rows, columns] = (chain ? C : 0) + A [rows, k] · panel [k, 8]. `rows` (1 to 4) is a constant at every call, so each becomes a kernel of
 * its own; `columns` is what there is of the eight, and may be more.  Distances are in bytes.
 */
@inline
function block(
  rows: i32, columns: i32, k: i32,
  a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, chain: bool,
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
  for (; k > 0; k--) {
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
  }
  storeAny(c, l0, columns), storeAny(c + 16, r0, columns - 4);
  if (rows > 1) storeAny(c + 1 * rowC, l1, columns), storeAny(c + 1 * rowC + 16, r1, columns - 4);
  if (rows > 2) storeAny(c + 2 * rowC, l2, columns), storeAny(c + 2 * rowC + 16, r2, columns - 4);
  if (rows > 3) storeAny(c + 3 * rowC, l3, columns), storeAny(c + 3 * rowC + 16, r3, columns - 4);
}

// Functions of their own, too large to be inlined: within the loop over rows V8 makes less of the loop over k.

/** Four rows under a packed panel, A along its rows: distances that are known cost no additions. */
function block4(columns: i32, k: i32, a: usize, rowA: usize, b: usize, c: usize, rowC: usize, chain: bool): void {
  let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
  let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
  let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
  let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
  const c1 = c + rowC, c2 = c1 + rowC, c3 = c2 + rowC;
  if (chain) {
    l0 = loadAny(c, columns), r0 = loadAny(c + 16, columns - 4);
    l1 = loadAny(c1, columns), r1 = loadAny(c1 + 16, columns - 4);
    l2 = loadAny(c2, columns), r2 = loadAny(c2 + 16, columns - 4);
    l3 = loadAny(c3, columns), r3 = loadAny(c3 + 16, columns - 4);
  }
  let a1 = a + rowA;
  let a2 = a1 + rowA;
  let a3 = a2 + rowA;
  while (k > 0) {
    const left = v128.load(b), right = v128.load(b, 16);
    const x = v128.load32_splat(a);
    l0 = addProduct(l0, x, left), r0 = addProduct(r0, x, right);
    const y = v128.load32_splat(a1);
    l1 = addProduct(l1, y, left), r1 = addProduct(r1, y, right);
    const z = v128.load32_splat(a2);
    l2 = addProduct(l2, z, left), r2 = addProduct(r2, z, right);
    const w = v128.load32_splat(a3);
    l3 = addProduct(l3, w, left), r3 = addProduct(r3, w, right);
    if (--k == 0) break;
    const leftNext = v128.load(b, 32), rightNext = v128.load(b, 48);
    const xNext = v128.load32_splat(a, 4);
    l0 = addProduct(l0, xNext, leftNext), r0 = addProduct(r0, xNext, rightNext);
    const yNext = v128.load32_splat(a1, 4);
    l1 = addProduct(l1, yNext, leftNext), r1 = addProduct(r1, yNext, rightNext);
    const zNext = v128.load32_splat(a2, 4);
    l2 = addProduct(l2, zNext, leftNext), r2 = addProduct(r2, zNext, rightNext);
    const wNext = v128.load32_splat(a3, 4);
    l3 = addProduct(l3, wNext, leftNext), r3 = addProduct(r3, wNext, rightNext);
    k--;
    a += 8, a1 += 8, a2 += 8, a3 += 8, b += 64;
  }
  storeAny(c, l0, columns), storeAny(c + 16, r0, columns - 4);
  storeAny(c1, l1, columns), storeAny(c1 + 16, r1, columns - 4);
  storeAny(c2, l2, columns), storeAny(c2 + 16, r2, columns - 4);
  storeAny(c3, l3, columns), storeAny(c3 + 16, r3, columns - 4);
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

/** All rows of C under one panel. Of fewer than eight columns the panel is packed, and of four rows and more A is then read along its rows. */
export function underPanel(
  columns: i32, m: i32, k: i32, a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, chain: bool,
): void {
  if (columns < 8 || (k > SHORT && stepA == 4 && stepB == 32)) for (; m >= 4; m -= 4, a += 4 * rowA, c += 4 * rowC) block4(columns, k, a, rowA, b, c, rowC, chain);
  for (; m >= 4; m -= 4, a += 4 * rowA, c += 4 * rowC) block(4, 8, k, a, rowA, stepA, b, stepB, c, rowC, chain);
  if (m == 3) block3(columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
  else if (m == 2) block2(columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
  else if (m == 1) block1(columns, k, a, rowA, stepA, b, stepB, c, rowC, chain);
}

/** Most panels in place that one row of C goes under at a time: eight independent chains hide the latency of the additions. */
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

/** Of packed panels five: distances that are known leave registers for two sums more. */
export const MOST_PACKED = 5;

/**
 * One row of C under five packed panels, two steps of k at a time. An odd step goes first, through C: where one follows the loop, V8 keeps the sums in memory
 * (docs/decisions/kernels.md).
 */
function rowByTwos(k: i32, a: usize, b: usize, panel: usize, c: usize, chain: bool): void {
  if (k & 1) {
    rowUnder(4, 1, a, 0, b, 0, panel, c, chain);
    rowUnder(1, 1, a, 0, b + 4 * panel, 0, panel, c + 128, chain);
    a += 4, b += 32;
    chain = true;
  }
  let l0 = f32x4.splat(0), r0 = f32x4.splat(0);
  let l1 = f32x4.splat(0), r1 = f32x4.splat(0);
  let l2 = f32x4.splat(0), r2 = f32x4.splat(0);
  let l3 = f32x4.splat(0), r3 = f32x4.splat(0);
  let l4 = f32x4.splat(0), r4 = f32x4.splat(0);
  if (chain) {
    l0 = v128.load(c), r0 = v128.load(c, 16);
    l1 = v128.load(c, 32), r1 = v128.load(c, 48);
    l2 = v128.load(c, 64), r2 = v128.load(c, 80);
    l3 = v128.load(c, 96), r3 = v128.load(c, 112);
    l4 = v128.load(c, 128), r4 = v128.load(c, 144);
  }
  let b1 = b + panel;
  let b2 = b1 + panel;
  let b3 = b2 + panel;
  let b4 = b3 + panel;
  for (k >>= 1; k > 0; k--) {
    const x = v128.load32_splat(a);
    l0 = addProduct(l0, x, v128.load(b)), r0 = addProduct(r0, x, v128.load(b, 16));
    l1 = addProduct(l1, x, v128.load(b1)), r1 = addProduct(r1, x, v128.load(b1, 16));
    l2 = addProduct(l2, x, v128.load(b2)), r2 = addProduct(r2, x, v128.load(b2, 16));
    l3 = addProduct(l3, x, v128.load(b3)), r3 = addProduct(r3, x, v128.load(b3, 16));
    l4 = addProduct(l4, x, v128.load(b4)), r4 = addProduct(r4, x, v128.load(b4, 16));
    const y = v128.load32_splat(a, 4);
    l0 = addProduct(l0, y, v128.load(b, 32)), r0 = addProduct(r0, y, v128.load(b, 48));
    l1 = addProduct(l1, y, v128.load(b1, 32)), r1 = addProduct(r1, y, v128.load(b1, 48));
    l2 = addProduct(l2, y, v128.load(b2, 32)), r2 = addProduct(r2, y, v128.load(b2, 48));
    l3 = addProduct(l3, y, v128.load(b3, 32)), r3 = addProduct(r3, y, v128.load(b3, 48));
    l4 = addProduct(l4, y, v128.load(b4, 32)), r4 = addProduct(r4, y, v128.load(b4, 48));
    a += 8, b += 64, b1 += 64, b2 += 64, b3 += 64, b4 += 64;
  }
  v128.store(c, l0), v128.store(c, r0, 16);
  v128.store(c, l1, 32), v128.store(c, r1, 48);
  v128.store(c, l2, 64), v128.store(c, r2, 80);
  v128.store(c, l3, 96), v128.store(c, r3, 112);
  v128.store(c, l4, 128), v128.store(c, r4, 144);
}

/**
 * The same for 1 to {@link MOST_PANELS} panels, or {@link MOST_PACKED} packed ones of a row in one piece. A function of its own, large enough to stay one: V8 unrolls loops that lie within
 * loops, and then runs out of registers; inlined, this ran at half the speed.
 */
export function rowUnder(panels: i32, k: i32, a: usize, stepA: usize, b: usize, stepB: usize, panel: usize, c: usize, chain: bool): void {
  if (panels == 5) rowByTwos(k, a, b, panel, c, chain);
  else if (panels == 4) row(4, k, a, stepA, b, stepB, panel, c, chain);
  else if (panels == 3) row(3, k, a, stepA, b, stepB, panel, c, chain);
  else if (panels == 2) row(2, k, a, stepA, b, stepB, panel, c, chain);
  else row(1, k, a, stepA, b, stepB, panel, c, chain);
}
