/**
 * The pointwise halves of the GRU, four units of one sample at a time. The ids G… are those of src/cells/gru.ts, where the
 * equations stand as the papers write them.
 */
import { addProduct, blend, sigmoidSlope, tanhSlope } from './gates';
import { store } from './lanes';
import { sigmoid, tanh } from './math';

/** r and z. */
@inline
function forwardGates(gates: usize, x: usize, y: usize, row: usize, left: i32): void {
  store(gates, sigmoid(f32x4.add(v128.load(x), v128.load(y))), left); // G3
  store(gates + row, sigmoid(f32x4.add(v128.load(x + row), v128.load(y + row))), left); // G4
}

@inline
function forwardState(gates: usize, hOut: usize, x: usize, y: usize, hPrevious: usize, row: usize, left: i32): void {
  const n = tanh(addProduct(v128.load(x + 2 * row), v128.load(gates), v128.load(y + 2 * row))); // G5
  store(gates + 2 * row, n, left);
  store(hOut, blend(v128.load(gates + row), n, v128.load(hPrevious)), left); // G6
}

export function gruForward(gates: usize, hOut: usize, xz: usize, hz: usize, hPrevious: usize, b: i32, h: i32): void {
  const row = <usize>h << 2, end = row & ~15, left = h & 3;
  for (let s = 0; s < b; s++, gates += 3 * row, xz += 3 * row, hz += 3 * row, hOut += row, hPrevious += row) {
    for (let u: usize = 0; u < end; u += 16) forwardGates(gates + u, xz + u, hz + u, row, 4);
    if (left) forwardGates(gates + end, xz + end, hz + end, row, left);
    for (let u: usize = 0; u < end; u += 16) forwardState(gates + u, hOut + u, xz + u, hz + u, hPrevious + u, row, 4);
    if (left) forwardState(gates + end, hOut + end, xz + end, hz + end, hPrevious + end, row, left);
  }
}

@inline
function backward(dxz: usize, dhz: usize, dhPrevious: usize, gates: usize, hz: usize, hPrevious: usize, dh: usize, row: usize, left: i32): void {
  const r = v128.load(gates);
  const z = v128.load(gates + row);
  const n = v128.load(gates + 2 * row);
  const d = v128.load(dh);
  const dzn = f32x4.mul(f32x4.mul(d, f32x4.sub(f32x4.splat(1), z)), tanhSlope(n)); // G7
  const dzz = f32x4.mul(f32x4.mul(d, f32x4.sub(v128.load(hPrevious), n)), sigmoidSlope(z)); // G8
  const dzr = f32x4.mul(f32x4.mul(dzn, v128.load(hz + 2 * row)), sigmoidSlope(r)); // G9
  store(dxz, dzr, left);
  store(dxz + row, dzz, left);
  store(dxz + 2 * row, dzn, left);
  store(dhz, dzr, left);
  store(dhz + row, dzz, left);
  store(dhz + 2 * row, f32x4.mul(dzn, r), left); // G10
  store(dhPrevious, f32x4.mul(d, z), left); // G11, direct path
}

export function gruBackward(
  dxz: usize, dhz: usize, dhPrevious: usize, gates: usize, hz: usize, hPrevious: usize, dh: usize, b: i32, h: i32,
): void {
  const row = <usize>h << 2, end = row & ~15, left = h & 3;
  for (let s = 0; s < b; s++, dxz += 3 * row, dhz += 3 * row, gates += 3 * row, hz += 3 * row, dhPrevious += row, hPrevious += row, dh += row) {
    for (let u: usize = 0; u < end; u += 16) backward(dxz + u, dhz + u, dhPrevious + u, gates + u, hz + u, hPrevious + u, dh + u, row, 4);
    if (left) backward(dxz + end, dhz + end, dhPrevious + end, gates + end, hz + end, hPrevious + end, dh + end, row, left);
  }
}

@inline
function reset(gates: usize, rh: usize, x: usize, y: usize, hRecurrent: usize, row: usize, left: i32): void {
  const r = sigmoid(f32x4.add(v128.load(x), v128.load(y))); // G3
  store(gates, r, left);
  store(gates + row, sigmoid(f32x4.add(v128.load(x + row), v128.load(y + row))), left); // G4
  store(rh, f32x4.mul(r, v128.load(hRecurrent)), left);
}

export function gruReset(gates: usize, rh: usize, xz: usize, hz: usize, hRecurrent: usize, b: i32, h: i32): void {
  const row = <usize>h << 2, end = row & ~15, left = h & 3;
  for (let s = 0; s < b; s++, gates += 3 * row, xz += 3 * row, hz += 2 * row, rh += row, hRecurrent += row) {
    for (let u: usize = 0; u < end; u += 16) reset(gates + u, rh + u, xz + u, hz + u, hRecurrent + u, row, 4);
    if (left) reset(gates + end, rh + end, xz + end, hz + end, hRecurrent + end, row, left);
  }
}

@inline
function candidate(gates: usize, hOut: usize, x: usize, rhU: usize, hPrevious: usize, row: usize, left: i32): void {
  const n = tanh(f32x4.add(v128.load(x + 2 * row), v128.load(rhU))); // G14
  store(gates + 2 * row, n, left);
  store(hOut, blend(v128.load(gates + row), n, v128.load(hPrevious)), left); // G6
}

export function gruBlend(gates: usize, hOut: usize, xz: usize, rhU: usize, hPrevious: usize, b: i32, h: i32): void {
  const row = <usize>h << 2, end = row & ~15, left = h & 3;
  for (let s = 0; s < b; s++, gates += 3 * row, xz += 3 * row, hOut += row, rhU += row, hPrevious += row) {
    for (let u: usize = 0; u < end; u += 16) candidate(gates + u, hOut + u, xz + u, rhU + u, hPrevious + u, row, 4);
    if (left) candidate(gates + end, hOut + end, xz + end, rhU + end, hPrevious + end, row, left);
  }
}

@inline
function blendBackward(dxz: usize, dhPrevious: usize, gates: usize, hPrevious: usize, dh: usize, row: usize, left: i32): void {
  const z = v128.load(gates + row);
  const n = v128.load(gates + 2 * row);
  const d = v128.load(dh);
  store(dxz + 2 * row, f32x4.mul(f32x4.mul(d, f32x4.sub(f32x4.splat(1), z)), tanhSlope(n)), left); // G7
  const change = f32x4.sub(v128.load(hPrevious), n);
  store(dxz + row, f32x4.mul(f32x4.mul(d, change), sigmoidSlope(z)), left); // G8
  store(dhPrevious, f32x4.mul(d, z), left); // G11, direct path
}

export function gruBlendBackward(dxz: usize, dhPrevious: usize, gates: usize, hPrevious: usize, dh: usize, b: i32, h: i32): void {
  const row = <usize>h << 2, end = row & ~15, left = h & 3;
  for (let s = 0; s < b; s++, dxz += 3 * row, gates += 3 * row, dhPrevious += row, hPrevious += row, dh += row) {
    for (let u: usize = 0; u < end; u += 16) blendBackward(dxz + u, dhPrevious + u, gates + u, hPrevious + u, dh + u, row, 4);
    if (left) blendBackward(dxz + end, dhPrevious + end, gates + end, hPrevious + end, dh + end, row, left);
  }
}

@inline
function resetBackward(dxz: usize, dhRecurrent: usize, gates: usize, hRecurrent: usize, drh: usize, left: i32): void {
  const r = v128.load(gates);
  const d = v128.load(drh);
  store(dxz, f32x4.mul(f32x4.mul(d, v128.load(hRecurrent)), sigmoidSlope(r)), left); // G15
  store(dhRecurrent, f32x4.mul(d, r), left); // G16
}

export function gruResetBackward(dxz: usize, dhRecurrent: usize, gates: usize, hRecurrent: usize, drh: usize, b: i32, h: i32): void {
  const row = <usize>h << 2, end = row & ~15, left = h & 3;
  for (let s = 0; s < b; s++, dxz += 3 * row, gates += 3 * row, dhRecurrent += row, hRecurrent += row, drh += row) {
    for (let u: usize = 0; u < end; u += 16) resetBackward(dxz + u, dhRecurrent + u, gates + u, hRecurrent + u, drh + u, 4);
    if (left) resetBackward(dxz + end, dhRecurrent + end, gates + end, hRecurrent + end, drh + end, left);
  }
}
