/**
 * The pointwise halves of the GRU, four units of one sample at a time. The ids G… are those of src/cells/gru.ts, where the
 * equations stand as the papers write them.
 */
import { addProduct, blend, sigmoidSlope, tanhSlope } from './gates';
import { load, store } from './lanes';
import { sigmoid, tanh } from './math';

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
