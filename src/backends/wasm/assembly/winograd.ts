/**
 * Convolution with 3×3 kernels and stride 1 by minimal filtering F(4×4, 3×3) (Winograd 1980; Lavin & Gray, Fast Algorithms for
 * Convolutional Neural Networks, 2016): 36 products in place of 144 for 4×4 results.
 *
 *   y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A          dg = Gᵀ [(A dy Aᵀ) ⊙ (Bᵀ d B)] G, added over tiles
 *
 * with a = √½ and b = √2, so that polynomials are taken at 0, a, −a, b, −b and infinity: the rounding errors are a quarter of
 * those at 0, 1, −1, 2, −2, and those of a plain sum twice over at most (docs/decisions/convolution.md).
 *
 *        1   0   −5/2   0   1  0          1      0      0           1  1   1   1    1   0
 *        0  −2a  −2     a   1  0        −2/3  −2a/3   −1/3          0  a  −a   b   −b   0
 *   Bᵀ = 0   2a  −2    −a   1  0    G = −2/3   2a/3   −1/3     Aᵀ = 0  ½   ½   2    2   0
 *        0  −b/2 −1/2   b   1  0         1/6    b/6    1/3          0  a³ −a³  b³  −b³  1
 *        0   b/2 −1/2  −b   1  0         1/6   −b/6    1/3
 *        0   1    0   −5/2  0  1          0      0      1
 *
 * Each of the 36 places of the transformed tiles is one matrix product over tiles, channels and filters.
 */
import { own } from './convolution';
import { load, store } from './lanes';
import { gemm, scratch } from './matmul';
import { packRows, packTransposed } from './panels';

const PACKED = 3;
const TN = 2;

const a: f32 = 0.70710678;
const b: f32 = 1.41421356;
/** a³ and b³. */
const aaa: f32 = 0.35355339;
const bbb: f32 = 2.82842712;

/** Tiles at once: enough to use each panel of the kernel often, few enough for second-level cache. */
const TILES = 36;

/** Bytes between the panels of two taps: not a power of two, as nine streams would share one set of a cache. */
@inline
function tapBytes(depth: i32): usize {
  return (<usize>depth << 5) + 64;
}

/** Bytes from place to place of what is transformed: one cache line more than its elements take, for the same reason. */
@inline
function placeBytes(elements: i32): usize {
  return (<usize>elements << 2) + 64;
}

/** Elements from tile to tile of transformed input: never a multiple of 128, for the same reason. */
@inline
function tileElements(channels: i32): i32 {
  return channels & 127 ? channels : channels + 16;
}

/** Elements of a patch of 6×6 pixels. */
@inline
function patchElements(channels: i32, filters: i32): i32 {
  return 36 * (max(channels, filters) + 4);
}

/** Bytes of working memory that one thread needs: for a patch and tiles, or nine panels of a kernel. */
export function winogradWork(channels: i32, filters: i32): i32 {
  const tiles = patchElements(channels, filters) + 36 * (TILES * (tileElements(channels) + filters) + 32);
  return max(tiles + 15 & ~15, 9 * <i32>tapBytes(channels) >> 2) << 2;
}

@inline
function times(factor: f32, x: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), x);
}

/** Bᵀ d for one column. */
@inline
function inputColumn(to: usize, step: usize, lanes: i32, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const evenA = f32x4.sub(d4, times(2, d2));
  const oddA = times(a, f32x4.sub(d3, times(2, d1)));
  const evenB = f32x4.sub(d4, times(0.5, d2));
  const oddB = times(b, f32x4.sub(d3, times(0.5, d1)));
  store(to, f32x4.add(f32x4.sub(d0, times(2.5, d2)), d4), lanes);
  store(to + step, f32x4.add(evenA, oddA), lanes);
  store(to + 2 * step, f32x4.sub(evenA, oddA), lanes);
  store(to + 3 * step, f32x4.add(evenB, oddB), lanes);
  store(to + 4 * step, f32x4.sub(evenB, oddB), lanes);
  store(to + 5 * step, f32x4.add(f32x4.sub(d1, times(2.5, d3)), d5), lanes);
}

/** Aᵀ m for one column: the first `rows` of four. */
@inline
function outputColumn(to: usize, step: usize, lanes: i32, rows: i32, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const sumA = f32x4.add(m1, m2), differenceA = f32x4.sub(m1, m2);
  const sumB = f32x4.add(m3, m4), differenceB = f32x4.sub(m3, m4);
  store(to, f32x4.add(f32x4.add(m0, sumA), sumB), lanes);
  if (rows > 1) store(to + step, f32x4.add(times(a, differenceA), times(b, differenceB)), lanes);
  if (rows > 2) store(to + 2 * step, f32x4.add(times(0.5, sumA), times(2, sumB)), lanes);
  if (rows > 3) store(to + 3 * step, f32x4.add(f32x4.add(times(aaa, differenceA), times(bbb, differenceB)), m5), lanes);
}

/** A dy for one column. */
@inline
function gradientColumn(to: usize, step: usize, lanes: i32, y0: v128, y1: v128, y2: v128, y3: v128): void {
  const evenA = f32x4.add(y0, times(0.5, y2)), oddA = f32x4.add(times(a, y1), times(aaa, y3));
  const evenB = f32x4.add(y0, times(2, y2)), oddB = f32x4.add(times(b, y1), times(bbb, y3));
  store(to, y0, lanes);
  store(to + step, f32x4.add(evenA, oddA), lanes);
  store(to + 2 * step, f32x4.sub(evenA, oddA), lanes);
  store(to + 3 * step, f32x4.add(evenB, oddB), lanes);
  store(to + 4 * step, f32x4.sub(evenB, oddB), lanes);
  store(to + 5 * step, y3, lanes);
}

/** G g for one column. */
@inline
function kernelColumn(to: usize, step: usize, g0: v128, g1: v128, g2: v128): void {
  const evenA = times(-2.0 / 3.0, f32x4.add(g0, times(0.5, g2))), oddA = times(-2.0 / 3.0 * a, g1);
  const evenB = times(1.0 / 6.0, f32x4.add(g0, times(2, g2))), oddB = times(1.0 / 6.0 * b, g1);
  v128.store(to, g0);
  v128.store(to + step, f32x4.add(evenA, oddA));
  v128.store(to + 2 * step, f32x4.sub(evenA, oddA));
  v128.store(to + 3 * step, f32x4.add(evenB, oddB));
  v128.store(to + 4 * step, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * step, g2);
}

/**
 * G g Gᵀ of a kernel g [3, 3, C, F] as panels [36, ⌈F / 8⌉, C, 8]: panels `first` … of each place. Turned: of the kernel that
 * makes dx of dy, which is [3, 3, F, C] with rows and columns in reverse, from the kernel [3, 3, C, F] (then C counts panels).
 */
export function winogradKernel(
  out: usize, kernel: usize, work: usize, share: i32, first: i32, count: i32, channels: i32, filters: i32, turned: i32,
): void {
  const taps = own(work, share);
  const depth = turned ? filters : channels;
  const columns = turned ? channels : filters;
  const rowB = <usize>filters << 2;
  const apart = tapBytes(depth);
  const panel = <usize>depth << 5;
  const place = placeBytes((columns + 7 & ~7) * depth);
  const spare = scratch;
  for (let p = first; p < first + count; p++) {
    for (let tap: usize = 0; tap < 9; tap++) {
      const from = kernel + tap * channels * rowB;
      if (turned) packTransposed(taps + (8 - tap) * apart, from + <usize>p * 8 * rowB, rowB, columns - 8 * p, depth);
      else packRows(taps + tap * apart, from + (<usize>p << 5), rowB, columns - 8 * p, depth);
    }
    let to = out + <usize>p * panel;
    for (let at = taps, end = taps + panel; at < end; at += 16, to += 16) {
      for (let j: usize = 0; j < 3; j++) {
        const column = at + j * apart;
        kernelColumn(spare + 16 * j, 48, v128.load(column), v128.load(column + 3 * apart), v128.load(column + 6 * apart));
      }
      for (let i: usize = 0; i < 6; i++) {
        const row = spare + 48 * i;
        kernelColumn(to + 6 * i * place, place, v128.load(row), v128.load(row, 16), v128.load(row, 32));
      }
    }
  }
}

/** Where a tile of 4×4 results begins: image, row and column. */
let tileImage: i32, tileRow: i32, tileColumn: i32;
@inline
function openTile(tile: i32, down: i32, across: i32): void {
  const inImage = tile % (down * across);
  tileImage = tile / (down * across);
  tileRow = inImage / across << 2;
  tileColumn = inImage % across << 2;
}

/** The `size`² pixels from row, column on: where they lie, or beyond the image a copy with zeros. Sets the distance of rows. */
let patchRow: usize;
function openPatch(copy: usize, image: usize, row: i32, column: i32, size: i32, height: i32, width: i32, channels: i32): usize {
  const pixel = <usize>channels << 2;
  const at = image + <usize>(row * width + column) * pixel;
  if (row >= 0 && column >= 0 && row + size <= height && column + size <= width) {
    patchRow = <usize>width * pixel;
    return at;
  }
  patchRow = <usize>size * pixel;
  memory.fill(copy, 0, <usize>size * patchRow);
  const from = max(0, -column), end = min(size, width - column);
  if (end > from) {
    for (let r = max(0, -row); r < min(size, height - row); r++) {
      memory.copy(copy + <usize>(r * size + from) * pixel, at + <usize>(r * width + from) * pixel, <usize>(end - from) * pixel);
    }
  }
  return copy;
}

/** Rows i, i + 1, … of Bᵀ d B for tiles first …: [rows · 6, tiles, C], tiles tileElements apart. */
function inputTiles(
  out: usize, x: usize, patch: usize, i: i32, rows: i32, first: i32, tiles: i32, height: i32, width: i32, channels: i32,
  down: i32, across: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  const next = <usize>tileElements(channels) << 2;
  const place = placeBytes(tiles * tileElements(channels));
  const spare = scratch;
  for (let tile = first; tile < first + tiles; tile++, out += next) {
    openTile(tile, down, across);
    const from = openPatch(patch, x + <usize>(tileImage * height * width) * pixel, tileRow - top, tileColumn - left, 6, height, width, channels);
    const row = patchRow;
    for (let lanes = channels, at: usize = 0; lanes > 0; lanes -= 4, at += 16) {
      for (let j: usize = 0; j < 6; j++) {
        const d = from + at + j * pixel;
        inputColumn(
          spare + 16 * j, 96, 4,
          load(d, lanes), load(d + row, lanes), load(d + 2 * row, lanes), load(d + 3 * row, lanes), load(d + 4 * row, lanes), load(d + 5 * row, lanes),
        );
      }
      let to = out + at;
      for (let r = spare + 96 * i, end = r + 96 * rows; r < end; r += 96, to += 6 * place) {
        inputColumn(to, place, lanes, v128.load(r), v128.load(r, 16), v128.load(r, 32), v128.load(r, 48), v128.load(r, 64), v128.load(r, 80));
      }
    }
  }
}

/** y = Aᵀ m A for tiles first …; m [36, tiles, F]. */
function outputTiles(
  y: usize, m: usize, first: i32, tiles: i32, outHeight: i32, outWidth: i32, filters: i32, down: i32, across: i32,
): void {
  const pixel = <usize>filters << 2;
  const place = placeBytes(tiles * filters);
  const row = 6 * place;
  const spare = scratch;
  for (let tile = first; tile < first + tiles; tile++, m += pixel) {
    openTile(tile, down, across);
    const to = y + <usize>((tileImage * outHeight + tileRow) * outWidth + tileColumn) * pixel;
    const rows = min(4, outHeight - tileRow);
    const columns = min(4, outWidth - tileColumn);
    for (let lanes = filters, at: usize = 0; lanes > 0; lanes -= 4, at += 16) {
      for (let j: usize = 0; j < 6; j++) {
        const d = m + at + j * place;
        outputColumn(
          spare + 16 * j, 96, 4, 4,
          load(d, lanes), load(d + row, lanes), load(d + 2 * row, lanes), load(d + 3 * row, lanes), load(d + 4 * row, lanes), load(d + 5 * row, lanes),
        );
      }
      for (let k = 0, r = spare; k < rows; k++, r += 96) {
        outputColumn(
          to + <usize>(k * outWidth) * pixel + at, pixel, lanes, columns,
          v128.load(r), v128.load(r, 16), v128.load(r, 32), v128.load(r, 48), v128.load(r, 64), v128.load(r, 80),
        );
      }
    }
  }
}

/** Tiles `first` … `first + count − 1` of y, counted through all images; `panels` from winogradKernel. */
export function winograd(
  y: usize, x: usize, panels: usize, work: usize, share: i32, first: i32, count: i32,
  height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32, top: i32, left: i32,
): void {
  const down = outHeight + 3 >> 2;
  const across = outWidth + 3 >> 2;
  const patch = own(work, share);
  const v = patch + (<usize>patchElements(channels, filters) << 2);
  const ldv = tileElements(channels);
  const m = v + 36 * placeBytes(TILES * ldv);
  const placeU = placeBytes((filters + 7 & ~7) * channels);
  for (let end = first + count; first < end; first += TILES) {
    const tiles = min(TILES, end - first);
    inputTiles(v, x, patch, 0, 6, first, tiles, height, width, channels, down, across, top, left);
    for (let place: usize = 0; place < 36; place++) {
      gemm(
        PACKED, tiles, filters, channels, v + place * placeBytes(tiles * ldv), ldv, panels + place * placeU, filters,
        m + place * placeBytes(tiles * filters), filters, 0,
      );
    }
    outputTiles(y, m, first, tiles, outHeight, outWidth, filters, down, across);
  }
}

/** Rows i, i + 1, … of A dy Aᵀ for tiles first …: [rows · 6, tiles, F]. */
function gradientTiles(
  out: usize, dy: usize, patch: usize, i: i32, rows: i32, first: i32, tiles: i32, outHeight: i32, outWidth: i32, filters: i32,
  down: i32, across: i32,
): void {
  const pixel = <usize>filters << 2;
  const place = placeBytes(tiles * filters);
  const spare = scratch;
  for (let tile = first; tile < first + tiles; tile++, out += pixel) {
    openTile(tile, down, across);
    const from = openPatch(patch, dy + <usize>(tileImage * outHeight * outWidth) * pixel, tileRow, tileColumn, 4, outHeight, outWidth, filters);
    const row = patchRow;
    for (let lanes = filters, at: usize = 0; lanes > 0; lanes -= 4, at += 16) {
      for (let j: usize = 0; j < 4; j++) {
        const d = from + at + j * pixel;
        gradientColumn(spare + 16 * j, 64, 4, load(d, lanes), load(d + row, lanes), load(d + 2 * row, lanes), load(d + 3 * row, lanes));
      }
      let to = out + at;
      for (let r = spare + 64 * i, end = r + 64 * rows; r < end; r += 64, to += 6 * place) {
        gradientColumn(to, place, lanes, v128.load(r), v128.load(r, 16), v128.load(r, 32), v128.load(r, 48));
      }
    }
  }
}

/** Rows `first` … `first + rows − 1` of what the transformed kernel gets: target [6, 6, C, F], overwritten; places placeBytes apart. */
export function winogradGradient(
  target: usize, x: usize, dy: usize, work: usize, share: i32, first: i32, rows: i32, batch: i32,
  height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32, top: i32, left: i32,
): void {
  const down = outHeight + 3 >> 2;
  const across = outWidth + 3 >> 2;
  const count = batch * down * across;
  const patch = own(work, share);
  const v = patch + (<usize>patchElements(channels, filters) << 2);
  const ldv = tileElements(channels);
  const m = v + 36 * placeBytes(TILES * ldv);
  const placeU = placeBytes(channels * filters);
  for (let tile = 0; tile < count; tile += TILES) {
    const tiles = min(TILES, count - tile);
    inputTiles(v, x, patch, first, rows, tile, tiles, height, width, channels, down, across, top, left);
    gradientTiles(m, dy, patch, first, rows, tile, tiles, outHeight, outWidth, filters, down, across);
    for (let place: usize = 0; place < <usize>(6 * rows); place++) {
      gemm(
        TN, channels, filters, tiles, v + place * placeBytes(tiles * ldv), ldv, m + place * placeBytes(tiles * filters), filters,
        target + (<usize>(6 * first) + place) * placeU, filters, tile > 0 ? 1 : 0,
      );
    }
  }
}

/** Row `row` of Gᵀ u, from six. */
@inline
function gradientOfKernel(row: i32, u0: v128, u1: v128, u2: v128, u3: v128, u4: v128, u5: v128): v128 {
  if (row == 1) return f32x4.add(times(-2.0 / 3.0 * a, f32x4.sub(u1, u2)), times(1.0 / 6.0 * b, f32x4.sub(u3, u4)));
  const sumA = f32x4.add(u1, u2), sumB = f32x4.add(u3, u4);
  if (row == 0) return f32x4.add(f32x4.add(u0, times(-2.0 / 3.0, sumA)), times(1.0 / 6.0, sumB));
  return f32x4.add(times(1.0 / 3.0, f32x4.sub(sumB, sumA)), u5);
}

/** dKernel [3, 3, C, F] += Gᵀ u G for channels `first` …; u [6, 6, C, F]. */
export function winogradKernelGradient(dKernel: usize, u: usize, first: i32, rows: i32, channels: i32, filters: i32): void {
  const size = <usize>channels * filters << 2;
  const place = placeBytes(channels * filters);
  const spare = scratch;
  for (let lanes = rows * filters, at = <usize>(first * filters) << 2; lanes > 0; lanes -= 4, at += 16) {
    for (let j: usize = 0; j < 6; j++) {
      const c = u + at + j * place;
      const u0 = load(c, lanes), u1 = load(c + 6 * place, lanes), u2 = load(c + 12 * place, lanes);
      const u3 = load(c + 18 * place, lanes), u4 = load(c + 24 * place, lanes), u5 = load(c + 30 * place, lanes);
      v128.store(spare + 16 * j, gradientOfKernel(0, u0, u1, u2, u3, u4, u5));
      v128.store(spare + 16 * j, gradientOfKernel(1, u0, u1, u2, u3, u4, u5), 96);
      v128.store(spare + 16 * j, gradientOfKernel(2, u0, u1, u2, u3, u4, u5), 192);
    }
    for (let i: usize = 0; i < 3; i++) {
      const r = spare + 96 * i;
      const u0 = v128.load(r), u1 = v128.load(r, 16), u2 = v128.load(r, 32), u3 = v128.load(r, 48), u4 = v128.load(r, 64), u5 = v128.load(r, 80);
      const to = dKernel + 3 * i * size + at;
      store(to, f32x4.add(load(to, lanes), gradientOfKernel(0, u0, u1, u2, u3, u4, u5)), lanes);
      store(to + size, f32x4.add(load(to + size, lanes), gradientOfKernel(1, u0, u1, u2, u3, u4, u5)), lanes);
      store(to + 2 * size, f32x4.add(load(to + 2 * size, lanes), gradientOfKernel(2, u0, u1, u2, u3, u4, u5)), lanes);
    }
  }
}
