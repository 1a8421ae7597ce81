/**
 * The pointwise halves of the LSTM, four units of one sample at a time. The ids L… are those of src/cells/lstm.ts, where the
 * equations stand as the papers write them.
 */
import { addProduct, sigmoidSlope, tanhSlope } from './gates';
import { load, store } from './lanes';
import { sigmoid, tanh } from './math';

/** In two loops over the units: all of it in one is more than the registers hold. */
export function lstmForward(
  gates: usize, c: usize, tanhC: usize, hOut: usize, cPrevious: usize, peephole: usize, b: i32, h: i32,
): void {
  const row = <usize>h << 2;
  for (let r = 0; r < b; r++, gates += 4 * row, c += row, tanhC += row, hOut += row, cPrevious += row) {
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const at = gates + u;
      const before = load(cPrevious + u, left);
      let zi = load(at, left);
      let zf = load(at + row, left);
      if (peephole) {
        zi = addProduct(zi, load(peephole + u, left), before);
        zf = addProduct(zf, load(peephole + row + u, left), before);
      }
      const i = sigmoid(zi); // L2
      const f = sigmoid(zf); // L3
      const g = tanh(load(at + 2 * row, left)); // L4
      store(at, i, left);
      store(at + row, f, left);
      store(at + 2 * row, g, left);
      store(c + u, addProduct(f32x4.mul(f, before), i, g), left); // L5
    }
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const at = gates + 3 * row + u;
      const cell = load(c + u, left);
      let zo = load(at, left);
      if (peephole) zo = addProduct(zo, load(peephole + 2 * row + u, left), cell);
      const o = sigmoid(zo); // L6
      const t = tanh(cell);
      store(at, o, left);
      store(tanhC + u, t, left);
      store(hOut + u, f32x4.mul(o, t), left); // L7
    }
  }
}

export function lstmBackward(
  dz: usize, dcPrevious: usize, gates: usize, tanhC: usize, _c: usize, cPrevious: usize,
  dh: usize, dc: usize, peephole: usize, b: i32, h: i32,
): void {
  const row = <usize>h << 2;
  for (let r = 0; r < b; r++, dz += 4 * row, gates += 4 * row, dcPrevious += row, tanhC += row, cPrevious += row, dh += row) {
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const at = gates + u;
      const to = dz + u;
      const i = load(at, left);
      const f = load(at + row, left);
      const g = load(at + 2 * row, left);
      const o = load(at + 3 * row, left);
      const t = load(tanhC + u, left);
      const d = load(dh + u, left);
      const dzo = f32x4.mul(f32x4.mul(d, t), sigmoidSlope(o)); // L8
      let dCell = f32x4.mul(f32x4.mul(d, o), tanhSlope(t)); // L9
      if (dc) dCell = f32x4.add(load(dc + u, left), dCell);
      if (peephole) dCell = addProduct(dCell, dzo, load(peephole + 2 * row + u, left));
      const dzi = f32x4.mul(f32x4.mul(dCell, g), sigmoidSlope(i)); // L10
      const dzf = f32x4.mul(f32x4.mul(dCell, load(cPrevious + u, left)), sigmoidSlope(f)); // L11
      let before = f32x4.mul(dCell, f); // L13
      if (peephole) {
        before = addProduct(before, dzi, load(peephole + u, left));
        before = addProduct(before, dzf, load(peephole + row + u, left));
      }
      store(to, dzi, left);
      store(to + row, dzf, left);
      store(to + 2 * row, f32x4.mul(f32x4.mul(dCell, i), tanhSlope(g)), left); // L12
      store(to + 3 * row, dzo, left);
      store(dcPrevious + u, before, left);
    }
    if (dc) dc += row;
  }
}

export function lstmPeephole(target: usize, dz: usize, cPrevious: usize, c: usize, rows: i32, h: i32): void {
  const row = <usize>h << 2;
  for (let left = h; left > 0; left -= 4, target += 16, dz += 16, cPrevious += 16, c += 16) {
    let pi = load(target, left);
    let pf = load(target + row, left);
    let po = load(target + 2 * row, left);
    for (let r = 0, at = dz, e: usize = 0; r < rows; r++, at += 4 * row, e += row) {
      const before = load(cPrevious + e, left);
      pi = addProduct(pi, load(at, left), before); // L17
      pf = addProduct(pf, load(at + row, left), before);
      po = addProduct(po, load(at + 3 * row, left), load(c + e, left));
    }
    store(target, pi, left);
    store(target + row, pf, left);
    store(target + 2 * row, po, left);
  }
}
