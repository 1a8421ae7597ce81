/**
 * The matrix product. B is read in panels of eight columns, C in blocks of four rows by eight columns.
 *
 * Every element of C is one chain of additions, c + a₀b₀ + a₁b₁ + …, in the order of k, whatever the mode, the block it
 * falls into and whether anything was packed. Blocking and packing are free choices that never change a bit of the result.
 */
import { MOST_PACKED, MOST_PANELS, rowUnder, underPanel } from './blocks';
import { packRows, packTransposed, turn } from './panels';

/** Modes as in linear/raw.ts. */
const NT = 1;
const TN = 2;
const PACKED = 3;

/** Largest depth of a panel: 512 × 8 floats are 16 kB of first-level cache. */
const DEPTH = 512;
/** Rows of A at work at once: at most 384 kB of second-level cache. */
const ROWS = 192;
/** From this many rows on, copying a panel of B pays for itself. */
const PACK_ROWS = 24;

/** What is copied at a time of a left operand that is read down its columns: 128 kB. */
const LEFT_ROWS = 128;
const LEFT_DEPTH = 256;
/** Whole panels of C for which that pays; what is left of columns wants it. */
const TURN_COLUMNS = 32;

/** What one thread needs for itself: a panel, and a block of a left operand. */
export const scratchBytes: i32 = DEPTH * 32 + LEFT_ROWS * LEFT_DEPTH * 4;
/** Where it lies: at the foot of the memory, above the address 0 that means "none". Threads set their own. */
export let scratch: usize = 64;

/** Elements of the packed form of a right operand: whole panels. */
export function packSize(n: i32, k: i32): i32 {
  return ((n + 7) & ~7) * k;
}

/** The panels of a right operand, one after another: [⌈n / 8⌉, k, 8]. */
export function pack(out: usize, mode: i32, n: i32, k: i32, b: usize, ldb: i32): void {
  const rowB = <usize>ldb << 2;
  const panel = <usize>k << 5;
  for (let j = 0; j < n; j += 8, out += panel) {
    if (mode == NT) packTransposed(out, b + <usize>j * rowB, rowB, n - j, k);
    else packRows(out, b + (<usize>j << 2), rowB, n - j, k);
  }
}

/** `gradients`, a constant: whether mode TN is among those that may be asked for; nothing but gradients of weights does. */
@inline
export function product(
  gradients: bool, mode: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, accumulate: i32,
): void {
  const down = gradients && mode == TN;
  const rowA: usize = down ? 4 : <usize>lda << 2;
  const stepA: usize = down ? <usize>lda << 2 : 4;
  const rowB = <usize>ldb << 2;
  const rowC = <usize>ldc << 2;
  const spare = scratch;
  const packed = mode == PACKED;
  let j = 0;
  if (m == 1 && mode != NT) {
    const nextPanel: usize = packed ? <usize>k << 5 : 32;
    const stepB: usize = packed ? 32 : rowB;
    for (let left = n >> 3; left > 0;) {
      const panels = min(left, packed ? MOST_PACKED : MOST_PANELS);
      rowUnder(panels, k, a, stepA, b + (packed ? <usize>j * k : <usize>j) * 4, stepB, nextPanel, c + (<usize>j << 2), accumulate != 0);
      left -= panels;
      j += panels << 3;
    }
  }
  const rest = j;
  const copied = down && m >= 4 && (n >= TURN_COLUMNS || (n & 7) != 0);
  const deepest = copied ? LEFT_DEPTH : DEPTH;
  const most = copied ? LEFT_ROWS : ROWS;
  const passes = max(1, (k + deepest - 1) / deepest);
  const share = (k + passes - 1) / passes; // equal shares: what a pass over C costs pays for all of them alike
  let p = 0;
  do {
    const depth = min(share, k - p);
    const chain = accumulate != 0 || p > 0;
    for (let i = 0; i < m; i += most) {
      const rows = min(most, m - i);
      let left = a + <usize>i * rowA + <usize>p * stepA;
      let rowLeft = rowA, stepLeft = stepA;
      if (copied) {
        const from = left;
        left = spare + DEPTH * 32, rowLeft = <usize>((depth + 3) & ~3) << 2, stepLeft = 4;
        turn(left, rowLeft, from, stepA, rows, depth);
      }
      for (j = rest; j < n; j += 8) {
        const columns = n - j;
        const atC = c + <usize>i * rowC + (<usize>j << 2);
        let panel = spare;
        let stepB: usize = 32;
        if (packed) panel = b + (<usize>j * k + (p << 3)) * 4;
        else if (mode == NT) packTransposed(spare, b + <usize>j * rowB + (<usize>p << 2), rowB, columns, depth);
        else {
          const at = b + <usize>p * rowB + (<usize>j << 2);
          if (columns < 8 || rows >= PACK_ROWS) packRows(spare, at, rowB, columns, depth);
          else panel = at, stepB = rowB;
        }
        underPanel(columns, rows, depth, left, rowLeft, stepLeft, panel, stepB, atC, rowC, chain);
      }
    }
    p += share;
  } while (p < k);
}

export function gemm(
  mode: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, accumulate: i32,
): void {
  product(true, mode, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
}
