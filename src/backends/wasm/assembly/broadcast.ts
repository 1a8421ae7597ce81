/** Repeating and summing along axes. */
import { copyRows, fill, sumRows } from './arrays';
import { addSum64, load, sum64 } from './lanes';

export function repeat(out: usize, a: usize, outer: i32, n: i32, inner: i32): void {
  const next = <usize>inner << 2;
  for (; outer > 0; outer--, a += next, out += <usize>n * next) {
    if (inner == 1) fill(out, n, f32.load(a));
    else copyRows(out, inner, a, 0, n, inner);
  }
}

export function sumAxis(out: usize, a: usize, outer: i32, n: i32, inner: i32): void {
  const next = <usize>inner << 2;
  for (; outer > 0; outer--, out += next, a += <usize>n * next) {
    if (inner == 1) {
      let total = f64x2.splat(0);
      for (let left = n, at = a; left > 0; left -= 4, at += 16) total = addSum64(total, load(at, left));
      f32.store(out, <f32>sum64(total));
    } else {
      fill(out, inner, 0);
      sumRows(out, a, n, inner);
    }
  }
}
