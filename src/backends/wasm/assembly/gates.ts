/**
 * The pointwise halves of the gated cells, four units of one sample at a time. The ids L…, G… are those of
 * src/cells/lstm.ts and src/cells/gru.ts, where the equations stand as the papers write them.
 */
import { load, store } from './lanes';
import { sigmoid, tanh } from './math';

/** a · (1 − a). */
@inline
function sigmoidSlope(a: v128): v128 {
  return f32x4.mul(a, f32x4.sub(f32x4.splat(1), a));
}

/** 1 − a². */
@inline
function tanhSlope(a: v128): v128 {
  return f32x4.sub(f32x4.splat(1), f32x4.mul(a, a));
}

/** a + b·c. */
@inline
function addProduct(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(a, f32x4.mul(b, c));
}

/** (1 − z)·n + z·h. */
@inline
function blend(z: v128, n: v128, h: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(f32x4.splat(1), z), n), f32x4.mul(z, h));
}

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
      let zo = load(at + 3 * row, left);
      if (peephole) {
        zi = addProduct(zi, load(peephole + u, left), before);
        zf = addProduct(zf, load(peephole + row + u, left), before);
      }
      const i = sigmoid(zi); // L2
      const f = sigmoid(zf); // L3
      const g = tanh(load(at + 2 * row, left)); // L4
      const cell = addProduct(f32x4.mul(f, before), i, g); // L5
      if (peephole) zo = addProduct(zo, load(peephole + 2 * row + u, left), cell);
      const o = sigmoid(zo); // L6
      const t = tanh(cell);
      store(at, i, left);
      store(at + row, f, left);
      store(at + 2 * row, g, left);
      store(at + 3 * row, o, left);
      store(c + u, cell, left);
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

export function gruForward(gates: usize, hOut: usize, xz: usize, hz: usize, hPrevious: usize, b: i32, h: i32): void {
  const row = <usize>h << 2;
  for (let s = 0; s < b; s++, gates += 3 * row, xz += 3 * row, hz += 3 * row, hOut += row, hPrevious += row) {
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const x = xz + u;
      const y = hz + u;
      const r = sigmoid(f32x4.add(load(x, left), load(y, left))); // G3
      const z = sigmoid(f32x4.add(load(x + row, left), load(y + row, left))); // G4
      const n = tanh(addProduct(load(x + 2 * row, left), r, load(y + 2 * row, left))); // G5
      store(gates + u, r, left);
      store(gates + row + u, z, left);
      store(gates + 2 * row + u, n, left);
      store(hOut + u, blend(z, n, load(hPrevious + u, left)), left); // G6
    }
  }
}

export function gruBackward(
  dxz: usize, dhz: usize, dhPrevious: usize, gates: usize, hz: usize, hPrevious: usize, dh: usize, b: i32, h: i32,
): void {
  const row = <usize>h << 2;
  for (let s = 0; s < b; s++, dxz += 3 * row, dhz += 3 * row, gates += 3 * row, hz += 3 * row, dhPrevious += row, hPrevious += row, dh += row) {
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const r = load(gates + u, left);
      const z = load(gates + row + u, left);
      const n = load(gates + 2 * row + u, left);
      const d = load(dh + u, left);
      const dzn = f32x4.mul(f32x4.mul(d, f32x4.sub(f32x4.splat(1), z)), tanhSlope(n)); // G7
      const dzz = f32x4.mul(f32x4.mul(d, f32x4.sub(load(hPrevious + u, left), n)), sigmoidSlope(z)); // G8
      const dzr = f32x4.mul(f32x4.mul(dzn, load(hz + 2 * row + u, left)), sigmoidSlope(r)); // G9
      store(dxz + u, dzr, left);
      store(dxz + row + u, dzz, left);
      store(dxz + 2 * row + u, dzn, left);
      store(dhz + u, dzr, left);
      store(dhz + row + u, dzz, left);
      store(dhz + 2 * row + u, f32x4.mul(dzn, r), left); // G10
      store(dhPrevious + u, f32x4.mul(d, z), left); // G11, direct path
    }
  }
}

export function gruReset(gates: usize, rh: usize, xz: usize, hz: usize, hRecurrent: usize, b: i32, h: i32): void {
  const row = <usize>h << 2;
  for (let s = 0; s < b; s++, gates += 3 * row, xz += 3 * row, hz += 2 * row, rh += row, hRecurrent += row) {
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const r = sigmoid(f32x4.add(load(xz + u, left), load(hz + u, left))); // G3
      store(gates + u, r, left);
      store(gates + row + u, sigmoid(f32x4.add(load(xz + row + u, left), load(hz + row + u, left))), left); // G4
      store(rh + u, f32x4.mul(r, load(hRecurrent + u, left)), left);
    }
  }
}

export function gruBlend(gates: usize, hOut: usize, xz: usize, rhU: usize, hPrevious: usize, b: i32, h: i32): void {
  const row = <usize>h << 2;
  for (let s = 0; s < b; s++, gates += 3 * row, xz += 3 * row, hOut += row, rhU += row, hPrevious += row) {
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const n = tanh(f32x4.add(load(xz + 2 * row + u, left), load(rhU + u, left))); // G14
      store(gates + 2 * row + u, n, left);
      store(hOut + u, blend(load(gates + row + u, left), n, load(hPrevious + u, left)), left); // G6
    }
  }
}

export function gruBlendBackward(dxz: usize, dhPrevious: usize, gates: usize, hPrevious: usize, dh: usize, b: i32, h: i32): void {
  const row = <usize>h << 2;
  for (let s = 0; s < b; s++, dxz += 3 * row, gates += 3 * row, dhPrevious += row, hPrevious += row, dh += row) {
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const z = load(gates + row + u, left);
      const n = load(gates + 2 * row + u, left);
      const d = load(dh + u, left);
      store(dxz + 2 * row + u, f32x4.mul(f32x4.mul(d, f32x4.sub(f32x4.splat(1), z)), tanhSlope(n)), left); // G7
      const change = f32x4.sub(load(hPrevious + u, left), n);
      store(dxz + row + u, f32x4.mul(f32x4.mul(d, change), sigmoidSlope(z)), left); // G8
      store(dhPrevious + u, f32x4.mul(d, z), left); // G11, direct path
    }
  }
}

export function gruResetBackward(dxz: usize, dhRecurrent: usize, gates: usize, hRecurrent: usize, drh: usize, b: i32, h: i32): void {
  const row = <usize>h << 2;
  for (let s = 0; s < b; s++, dxz += 3 * row, gates += 3 * row, dhRecurrent += row, hRecurrent += row, drh += row) {
    for (let left = h, u: usize = 0; left > 0; left -= 4, u += 16) {
      const r = load(gates + u, left);
      const d = load(drh + u, left);
      store(dxz + u, f32x4.mul(f32x4.mul(d, load(hRecurrent + u, left)), sigmoidSlope(r)), left); // G15
      store(dhRecurrent + u, f32x4.mul(d, r), left); // G16
    }
  }
}
