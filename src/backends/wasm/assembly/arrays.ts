/** Moving and adding. Every loop is one vector body; the tail takes the same way with fewer lanes. */
import { addSum64, load, store, sum64 } from './lanes';

/** n elements, n small or large, without the cost of a call into the memory copier. */
@inline
function copyRow(out: usize, a: usize, n: i32): void {
  for (let left = n; left > 0; left -= 4, out += 16, a += 16) store(out, v128.load(a), left);
}

export function fill(out: usize, n: i32, value: f32): void {
  const x = f32x4.splat(value);
  for (let left = n; left > 0; left -= 4, out += 16) store(out, x, left);
}

export function copy(out: usize, a: usize, n: i32): void {
  memory.copy(out, a, <usize>n << 2);
}

export function copyRows(out: usize, ldOut: i32, a: usize, lda: i32, rows: i32, n: i32): void {
  for (; rows > 0; rows--, out += <usize>ldOut << 2, a += <usize>lda << 2) copyRow(out, a, n);
}

export function swapLeading(out: usize, a: usize, count: i32, p: i32, q: i32, n: i32): void {
  const row = <usize>n << 2;
  const nextOut = <usize>p * row;
  for (const next = <usize>q * nextOut; count > 0; count--, out += next) {
    for (let i = 0, first = out; i < p; i++, first += row) {
      let to = first;
      for (let j = 0; j < q; j++, to += nextOut, a += row) {
        if (n == 1) f32.store(to, f32.load(a));
        else copyRow(to, a, n);
      }
    }
  }
}

/** Two vectors at a time: asking what is left before each takes longer than adding it. */
export function add(out: usize, a: usize, b: usize, n: i32): void {
  let left = n;
  for (; left >= 8; left -= 8, out += 32, a += 32, b += 32) {
    v128.store(out, f32x4.add(v128.load(a), v128.load(b)));
    v128.store(out, f32x4.add(v128.load(a, 16), v128.load(b, 16)), 16);
  }
  for (; left > 0; left -= 4, out += 16, a += 16, b += 16) {
    store(out, f32x4.add(v128.load(a), v128.load(b)), left);
  }
}

export function sub(out: usize, a: usize, b: usize, n: i32): void {
  for (let left = n; left > 0; left -= 4, out += 16, a += 16, b += 16) {
    store(out, f32x4.sub(v128.load(a), v128.load(b)), left);
  }
}

export function mul(out: usize, a: usize, b: usize, n: i32): void {
  for (let left = n; left > 0; left -= 4, out += 16, a += 16, b += 16) {
    store(out, f32x4.mul(v128.load(a), v128.load(b)), left);
  }
}

export function scale(out: usize, a: usize, n: i32, factor: f32): void {
  const x = f32x4.splat(factor);
  for (let left = n; left > 0; left -= 4, out += 16, a += 16) store(out, f32x4.mul(v128.load(a), x), left);
}

export function addRow(x: usize, row: usize, rows: i32, n: i32): void {
  for (const next = <usize>n << 2; rows > 0; rows--, x += next) add(x, x, row, n);
}

export function mulTiled(out: usize, a: usize, tile: usize, tiles: i32, n: i32): void {
  for (const next = <usize>n << 2; tiles > 0; tiles--, out += next, a += next) mul(out, a, tile, n);
}

export function mulRows(out: usize, a: usize, m: usize, rows: i32, n: i32, complement: i32): void {
  for (const next = <usize>n << 2; rows > 0; rows--, out += next, a += next, m += 4) {
    const factor = f32.load(m);
    scale(out, a, n, complement ? 1 - factor : factor);
  }
}

export function divRows(out: usize, a: usize, m: usize, rows: i32, n: i32): void {
  for (const next = <usize>n << 2; rows > 0; rows--, out += next, a += next, m += 4) {
    const divisor = f32.load(m);
    if (divisor == 0) {
      fill(out, n, 0);
      continue;
    }
    const x = f32x4.splat(divisor);
    let to = out;
    let from = a;
    for (let left = n; left > 0; left -= 4, to += 16, from += 16) store(to, f32x4.div(v128.load(from), x), left);
  }
}

export function blendRows(out: usize, m: usize, a: usize, b: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--, m += 4) {
    const x = v128.load32_splat(m);
    const rest = f32x4.sub(f32x4.splat(1), x);
    let left = n;
    for (; left > 0; left -= 4, out += 16, a += 16, b += 16) {
      store(out, f32x4.add(f32x4.mul(x, v128.load(a)), f32x4.mul(rest, v128.load(b))), left);
    }
    const over = <usize>-left << 2;
    out -= over, a -= over, b -= over;
  }
}

/** Four vectors of columns at a time stay in registers while the rows go by. */
export function sumRows(out: usize, a: usize, rows: i32, n: i32): void {
  const next = <usize>n << 2;
  let left = n;
  for (; left >= 16; left -= 16, out += 64, a += 64) {
    let s0 = v128.load(out), s1 = v128.load(out, 16), s2 = v128.load(out, 32), s3 = v128.load(out, 48);
    for (let r = 0, at = a; r < rows; r++, at += next) {
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
    }
    v128.store(out, s0), v128.store(out, s1, 16), v128.store(out, s2, 32), v128.store(out, s3, 48);
  }
  for (; left > 0; left -= 4, out += 16, a += 16) {
    let s = v128.load(out);
    for (let r = 0, at = a; r < rows; r++, at += next) s = f32x4.add(s, v128.load(at));
    store(out, s, left);
  }
}

export function sumSquares(out: usize, a: usize, n: i32): void {
  let total = f64x2.splat(0);
  for (let left = n; left > 0; left -= 4, a += 16) {
    const x = load(a, left);
    total = addSum64(total, f32x4.mul(x, x));
  }
  f32.store(out, f32.load(out) + <f32>sum64(total));
}
