/** Rows of a table by number. An index that is none of its rows gives NaN, and adds nothing. */
import { load, store } from './lanes';

/** The row's number, or −1; NaN fails both comparisons. */
@inline
function rowOf(index: f32, count: i32): i32 {
  return index >= 0 && index < <f32>count ? <i32>index : -1;
}

export function gatherRows(out: usize, table: usize, indices: usize, rows: i32, count: i32, n: i32): void {
  const row = <usize>n << 2;
  for (; rows > 0; rows--, indices += 4, out += row) {
    const at = rowOf(f32.load(indices), count);
    if (at >= 0) {
      let from = table + <usize>at * row;
      for (let left = n, to = out; left > 0; left -= 4, to += 16, from += 16) store(to, load(from, left), left);
    } else {
      for (let left = n, to = out; left > 0; left -= 4, to += 16) store(to, f32x4.splat(NaN), left);
    }
  }
}

export function scatterRows(target: usize, indices: usize, x: usize, rows: i32, count: i32, n: i32): void {
  const row = <usize>n << 2;
  for (; rows > 0; rows--, indices += 4, x += row) {
    const at = rowOf(f32.load(indices), count);
    if (at < 0) continue;
    let to = target + <usize>at * row;
    for (let left = n, from = x; left > 0; left -= 4, to += 16, from += 16) store(to, f32x4.add(load(to, left), load(from, left)), left);
  }
}
