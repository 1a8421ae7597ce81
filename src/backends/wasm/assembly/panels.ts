/** Operands copied into the order in which the blocks read them. */
import { loadAny } from './lanes';

/** B [k, columns] → panel [k, 8], padded with zeros. */
export function packRows(panel: usize, b: usize, rowB: usize, columns: i32, k: i32): void {
  for (; k > 0; k--, panel += 32, b += rowB) {
    v128.store(panel, loadAny(b, columns));
    v128.store(panel, loadAny(b + 16, columns - 4), 16);
  }
}

/** Four rows of B, columns p … p + 3, transposed: `next` bytes from one column to the next. Rows that do not exist are zeros. */
@inline
function transpose(out: usize, next: usize, b: usize, rowB: usize, rows: i32, lanes: i32): void {
  const zero = f32x4.splat(0);
  const b0 = rows > 0 ? loadAny(b, lanes) : zero;
  const b1 = rows > 1 ? loadAny(b + rowB, lanes) : zero;
  const b2 = rows > 2 ? loadAny(b + 2 * rowB, lanes) : zero;
  const b3 = rows > 3 ? loadAny(b + 3 * rowB, lanes) : zero;
  const low01 = i32x4.shuffle(b0, b1, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(b0, b1, 2, 6, 3, 7);
  const low23 = i32x4.shuffle(b2, b3, 0, 4, 1, 5);
  const high23 = i32x4.shuffle(b2, b3, 2, 6, 3, 7);
  v128.store(out, i64x2.shuffle(low01, low23, 0, 2));
  if (lanes > 1) v128.store(out + next, i64x2.shuffle(low01, low23, 1, 3));
  if (lanes > 2) v128.store(out + 2 * next, i64x2.shuffle(high01, high23, 0, 2));
  if (lanes > 3) v128.store(out + 3 * next, i64x2.shuffle(high01, high23, 1, 3));
}

/** The same where something may be missing. */
function transposePart(out: usize, next: usize, b: usize, rowB: usize, rows: i32, lanes: i32): void {
  transpose(out, next, b, rowB, rows, lanes);
}

/** B [columns, k] → panel [k, 8]: its transpose, padded with zeros. */
export function packTransposed(panel: usize, b: usize, rowB: usize, columns: i32, k: i32): void {
  if (columns >= 8) {
    for (; k >= 4; k -= 4, panel += 128, b += 16) {
      transpose(panel, 32, b, rowB, 4, 4);
      transpose(panel + 16, 32, b + 4 * rowB, rowB, 4, 4);
    }
  }
  for (; k > 0; k -= 4, panel += 128, b += 16) {
    transposePart(panel, 32, b, rowB, columns, k);
    transposePart(panel + 16, 32, b + 4 * rowB, rowB, columns - 4, k);
  }
}

/** A as it is read down its columns, [k, rows] → [rows, k], rows `rowOut` bytes apart, a multiple of 16. */
export function turn(out: usize, rowOut: usize, a: usize, rowA: usize, rows: i32, k: i32): void {
  for (; rows > 0; rows -= 4, a += 16, out += 4 * rowOut) {
    for (let left = k, from = a, to = out; left > 0; left -= 4, from += 4 * rowA, to += 16) transposePart(to, rowOut, from, rowA, left, rows);
  }
}
