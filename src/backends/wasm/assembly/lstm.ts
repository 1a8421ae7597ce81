/**
 * The pointwise halves of the LSTM, four units of one sample at a time. The ids L… are those of src/cells/lstm.ts, where the
 * equations stand as the papers write them.
 */
import { addProduct, sigmoidSlope, tanhSlope } from './gates';
import { store } from './lanes';
import { sigmoid, tanh } from './math';

/** i, f, g and c. */
@inline
function forwardCell(gates: usize, c: usize, cPrevious: usize, peephole: usize, u: usize, row: usize, left: i32): void {
  const before = v128.load(cPrevious + u);
  const at = gates + u;
  let zi = v128.load(at);
  let zf = v128.load(at + row);
  if (peephole) {
    zi = addProduct(zi, v128.load(peephole + u), before);
    zf = addProduct(zf, v128.load(peephole + row + u), before);
  }
  const i = sigmoid(zi); // L2
  const f = sigmoid(zf); // L3
  const g = tanh(v128.load(at + 2 * row)); // L4
  store(at, i, left);
  store(at + row, f, left);
  store(at + 2 * row, g, left);
  store(c + u, addProduct(f32x4.mul(f, before), i, g), left); // L5
}

/** o and h. */
@inline
function forwardState(gates: usize, c: usize, tanhC: usize, hOut: usize, peephole: usize, u: usize, row: usize, left: i32): void {
  const at = gates + 3 * row + u;
  const cell = v128.load(c + u);
  let zo = v128.load(at);
  if (peephole) zo = addProduct(zo, v128.load(peephole + 2 * row + u), cell);
  const o = sigmoid(zo); // L6
  const t = tanh(cell);
  store(at, o, left);
  store(tanhC + u, t, left);
  store(hOut + u, f32x4.mul(o, t), left); // L7
}

/** In two loops: all of it in one is more than the registers hold. */
export function lstmForward(
  gates: usize, c: usize, tanhC: usize, hOut: usize, cPrevious: usize, peephole: usize, b: i32, h: i32,
): void {
  const row = <usize>h << 2, end = row & ~15, left = h & 3;
  for (let s = 0; s < b; s++, gates += 4 * row, c += row, tanhC += row, hOut += row, cPrevious += row) {
    for (let u: usize = 0; u < end; u += 16) forwardCell(gates, c, cPrevious, peephole, u, row, 4);
    if (left) forwardCell(gates, c, cPrevious, peephole, end, row, left);
    for (let u: usize = 0; u < end; u += 16) forwardState(gates, c, tanhC, hOut, peephole, u, row, 4);
    if (left) forwardState(gates, c, tanhC, hOut, peephole, end, row, left);
  }
}

@inline
function backward(
  dz: usize, dcPrevious: usize, gates: usize, tanhC: usize, cPrevious: usize, dh: usize, dc: usize, peephole: usize, u: usize, row: usize, left: i32,
): void {
  const at = gates + u;
  const to = dz + u;
  const i = v128.load(at);
  const f = v128.load(at + row);
  const g = v128.load(at + 2 * row);
  const o = v128.load(at + 3 * row);
  const t = v128.load(tanhC + u);
  const d = v128.load(dh + u);
  const dzo = f32x4.mul(f32x4.mul(d, t), sigmoidSlope(o)); // L8
  let dCell = f32x4.mul(f32x4.mul(d, o), tanhSlope(t)); // L9
  if (dc) dCell = f32x4.add(v128.load(dc + u), dCell);
  if (peephole) dCell = addProduct(dCell, dzo, v128.load(peephole + 2 * row + u));
  const dzi = f32x4.mul(f32x4.mul(dCell, g), sigmoidSlope(i)); // L10
  const dzf = f32x4.mul(f32x4.mul(dCell, v128.load(cPrevious + u)), sigmoidSlope(f)); // L11
  let before = f32x4.mul(dCell, f); // L13
  if (peephole) {
    before = addProduct(before, dzi, v128.load(peephole + u));
    before = addProduct(before, dzf, v128.load(peephole + row + u));
  }
  store(to, dzi, left);
  store(to + row, dzf, left);
  store(to + 2 * row, f32x4.mul(f32x4.mul(dCell, i), tanhSlope(g)), left); // L12
  store(to + 3 * row, dzo, left);
  store(dcPrevious + u, before, left);
}

export function lstmBackward(
  dz: usize, dcPrevious: usize, gates: usize, tanhC: usize, _c: usize, cPrevious: usize,
  dh: usize, dc: usize, peephole: usize, b: i32, h: i32,
): void {
  const row = <usize>h << 2, end = row & ~15, left = h & 3;
  for (let s = 0; s < b; s++, dz += 4 * row, gates += 4 * row, dcPrevious += row, tanhC += row, cPrevious += row, dh += row) {
    for (let u: usize = 0; u < end; u += 16) backward(dz, dcPrevious, gates, tanhC, cPrevious, dh, dc, peephole, u, row, 4);
    if (left) backward(dz, dcPrevious, gates, tanhC, cPrevious, dh, dc, peephole, end, row, left);
    if (dc) dc += row;
  }
}

export function lstmPeephole(target: usize, dz: usize, cPrevious: usize, c: usize, rows: i32, h: i32): void {
  const row = <usize>h << 2;
  for (let left = h; left > 0; left -= 4, target += 16, dz += 16, cPrevious += 16, c += 16) {
    let pi = v128.load(target);
    let pf = v128.load(target + row);
    let po = v128.load(target + 2 * row);
    for (let r = 0, at = dz, e: usize = 0; r < rows; r++, at += 4 * row, e += row) {
      const before = v128.load(cPrevious + e);
      pi = addProduct(pi, v128.load(at), before); // L17
      pf = addProduct(pf, v128.load(at + row), before);
      po = addProduct(po, v128.load(at + 3 * row), v128.load(c + e));
    }
    store(target, pi, left);
    store(target + row, pf, left);
    store(target + 2 * row, po, left);
  }
}
