/** Operands copied into the order in which the blocks read them. */
import { loadAny } from './lanes';

/** B [k, columns] → panel [k, 8], padded with zeros. */
export function packRows(panel: usize, b: usize, rowB: usize, columns: i32, k: i32): void {
  for (; k > 0; k--, panel += 32, b += rowB) {
    v128.store(panel, loadAny(b, columns));
    v128.store(panel, loadAny(b + 16, columns - 4), 16);
  }
}

/** Four rows of B, columns p … p + 3, transposed into half a panel. Rows that do not exist are zeros. */
@inline
function transpose(panel: usize, b: usize, rowB: usize, rows: i32, lanes: i32): void {
  const zero = f32x4.splat(0);
  const b0 = rows > 0 ? loadAny(b, lanes) : zero;
  const b1 = rows > 1 ? loadAny(b + rowB, lanes) : zero;
  const b2 = rows > 2 ? loadAny(b + 2 * rowB, lanes) : zero;
  const b3 = rows > 3 ? loadAny(b + 3 * rowB, lanes) : zero;
  const low01 = i32x4.shuffle(b0, b1, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(b0, b1, 2, 6, 3, 7);
  const low23 = i32x4.shuffle(b2, b3, 0, 4, 1, 5);
  const high23 = i32x4.shuffle(b2, b3, 2, 6, 3, 7);
  v128.store(panel, i64x2.shuffle(low01, low23, 0, 2));
  if (lanes > 1) v128.store(panel, i64x2.shuffle(low01, low23, 1, 3), 32);
  if (lanes > 2) v128.store(panel, i64x2.shuffle(high01, high23, 0, 2), 64);
  if (lanes > 3) v128.store(panel, i64x2.shuffle(high01, high23, 1, 3), 96);
}

/** B [columns, k] → panel [k, 8]: its transpose, padded with zeros. */
export function packTransposed(panel: usize, b: usize, rowB: usize, columns: i32, k: i32): void {
  if (columns >= 8) {
    for (; k >= 4; k -= 4, panel += 128, b += 16) {
      transpose(panel, b, rowB, 4, 4);
      transpose(panel + 16, b + 4 * rowB, rowB, 4, 4);
    }
  }
  for (; k > 0; k -= 4, panel += 128, b += 16) {
    transpose(panel, b, rowB, columns, k);
    transpose(panel + 16, b + 4 * rowB, rowB, columns - 4, k);
  }
}
