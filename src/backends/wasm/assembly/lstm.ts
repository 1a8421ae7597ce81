/**
 * The pointwise halves of the LSTM, four units of one sample at a time. The ids L… are those of src/cells/lstm.ts, where the
 * equations stand as the papers write them.
 */
import { addProduct, sigmoidSlope, tanhSlope } from './gates';
import { load, loadPart, store, storePart } from './lanes';
import { sigmoid, tanh } from './math';
import { scratch } from './matmul';

/**
 * The units of one sample by whole vectors; `row` is the distance between gates. In two loops: all of it in one is more than the registers
 * hold. No tails: without a call that it may make a loop takes an eighth less time (docs/decisions/kernels.md).
 */
function forward(gates: usize, row: usize, c: usize, tanhC: usize, hOut: usize, cPrevious: usize, peephole: usize, units: i32): void {
  const end = <usize>units << 2;
  for (let u: usize = 0; u < end; u += 16) {
    const at = gates + u;
    const before = v128.load(cPrevious + u);
    let zi = v128.load(at);
    let zf = v128.load(at + row);
    if (peephole) {
      zi = addProduct(zi, v128.load(peephole + u), before);
      zf = addProduct(zf, v128.load(peephole + row + u), before);
    }
    const i = sigmoid(zi); // L2
    const f = sigmoid(zf); // L3
    const g = tanh(v128.load(at + 2 * row)); // L4
    v128.store(at, i);
    v128.store(at + row, f);
    v128.store(at + 2 * row, g);
    v128.store(c + u, addProduct(f32x4.mul(f, before), i, g)); // L5
  }
  for (let u: usize = 0; u < end; u += 16) {
    const at = gates + 3 * row + u;
    const cell = v128.load(c + u);
    let zo = v128.load(at);
    if (peephole) zo = addProduct(zo, v128.load(peephole + 2 * row + u), cell);
    const o = sigmoid(zo); // L6
    const t = tanh(cell);
    v128.store(at, o);
    v128.store(tanhC + u, t);
    v128.store(hOut + u, f32x4.mul(o, t)); // L7
  }
}

/** `count` rows of one to three elements as whole vectors, one after another. */
function pad(out: usize, x: usize, row: usize, count: i32, left: i32): void {
  for (; count > 0; count--, out += 16, x += row) v128.store(out, loadPart(x, left));
}

/** What is left of the units goes through whole vectors in `scratch`. */
export function lstmForward(
  gates: usize, c: usize, tanhC: usize, hOut: usize, cPrevious: usize, peephole: usize, b: i32, h: i32,
): void {
  const row = <usize>h << 2;
  const whole = h & ~3;
  const left = h & 3;
  const u = <usize>whole << 2;
  const spare = scratch;
  for (let r = 0; r < b; r++, gates += 4 * row, c += row, tanhC += row, hOut += row, cPrevious += row) {
    forward(gates, row, c, tanhC, hOut, cPrevious, peephole, whole);
    if (left == 0) continue;
    pad(spare, gates + u, row, 4, left);
    pad(spare + 64, cPrevious + u, row, 1, left);
    if (peephole) pad(spare + 80, peephole + u, row, 3, left);
    forward(spare, 16, spare + 128, spare + 144, spare + 160, spare + 64, peephole ? spare + 80 : 0, 4);
    for (let i: usize = 0; i < 4; i++) storePart(gates + i * row + u, v128.load(spare + 16 * i), left);
    storePart(c + u, v128.load(spare, 128), left);
    storePart(tanhC + u, v128.load(spare, 144), left);
    storePart(hOut + u, v128.load(spare, 160), left);
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
