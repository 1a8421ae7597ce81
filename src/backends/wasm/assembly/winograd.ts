/**
 * Convolution with 3×3 kernels and stride 1 by Winograd's minimal filtering F(2×2, 3×3) (Lavin & Gray, Fast Algorithms for
 * Convolutional Neural Networks, 2016): 16 products instead of 36 for 2×2 results.
 *
 *   y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A          dg = Gᵀ [(A dy Aᵀ) ⊙ (Bᵀ d B)] G, added over tiles
 *
 * Each of the 16 places (i, j) of the transformed tiles is one matrix product over tiles, channels and filters. Rows i of the
 * tiles are made one after another, so that they stay in cache.
 */
import { load, store } from './lanes';
import { gemm } from './matmul';
import { packRows, packTransposed } from './panels';
import { own } from './convolution';

const PACKED = 3;
const TN = 2;

/** Tiles at once: enough to use each panel of the kernel often, few enough for second-level cache. */
const TILES = 96;

/** Bytes between the panels of two taps: not a power of two, as nine streams would share one set of a cache. */
@inline
function tapBytes(depth: i32): usize {
  return (<usize>depth << 5) + 64;
}

/** Elements from tile to tile of transformed input: never a multiple of 128, for the same reason. */
@inline
function tileElements(channels: i32): i32 {
  return channels & 127 ? channels : channels + 16;
}

/** Bytes of working memory that one thread needs: for tiles, or nine panels of a kernel. */
export function winogradWork(channels: i32, filters: i32): i32 {
  const tiles = (TILES * (4 * tileElements(channels) + 16 * filters) + max(channels, filters) + 15 & ~15) << 2;
  return max(tiles, 9 * <i32>tapBytes(channels));
}

/**
 * G g Gᵀ of a kernel g [3, 3, C, F] as panels [16, ⌈F / 8⌉, C, 8]: panels `first` … of each place. Turned: of the kernel that
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
  const place = panel * (columns + 7 >> 3);
  const half = f32x4.splat(0.5);
  for (let p = first; p < first + count; p++) {
    for (let tap: usize = 0; tap < 9; tap++) {
      const from = kernel + tap * channels * rowB;
      if (turned) packTransposed(taps + (8 - tap) * apart, from + <usize>p * 8 * rowB, rowB, columns - 8 * p, depth);
      else packRows(taps + tap * apart, from + (<usize>p << 5), rowB, columns - 8 * p, depth);
    }
    for (let i: usize = 0; i < 4; i++) {
      let to = out + 4 * i * place + <usize>p * panel;
      const edge = i == 3 ? 6 * apart : 0;
      const sign = f32x4.splat(i == 1 ? 0.5 : -0.5);
      for (let at = taps, end = taps + panel; at < end; at += 16, to += 16) {
        let g0: v128, g1: v128, g2: v128;
        if (i == 0 || i == 3) g0 = v128.load(at + edge), g1 = v128.load(at + edge + apart), g2 = v128.load(at + edge + 2 * apart);
        else g0 = middle(at, apart, sign), g1 = middle(at + apart, apart, sign), g2 = middle(at + 2 * apart, apart, sign);
        const outer = f32x4.mul(half, f32x4.add(g0, g2));
        const inner = f32x4.mul(half, g1);
        v128.store(to, g0);
        v128.store(to + place, f32x4.add(outer, inner));
        v128.store(to + 2 * place, f32x4.sub(outer, inner));
        v128.store(to + 3 * place, g2);
      }
    }
  }
}

/** ½ (g₀ ± g₁ + g₂) of one column of a kernel. */
@inline
function middle(at: usize, tap: usize, sign: v128): v128 {
  const outer = f32x4.mul(f32x4.splat(0.5), f32x4.add(v128.load(at), v128.load(at + 6 * tap)));
  return f32x4.add(outer, f32x4.mul(sign, v128.load(at + 3 * tap)));
}

/** Where tile `tile` begins: image, first row and column of its input. */
let tileImage: i32, tileRow: i32, tileColumn: i32;
@inline
function openTile(tile: i32, down: i32, across: i32, top: i32, left: i32): void {
  const inImage = tile % (down * across);
  tileImage = tile / (down * across);
  tileRow = inImage / across * 2 - top;
  tileColumn = inImage % across * 2 - left;
}

/** Row i of Bᵀ d B for tiles first … : [4, tiles, C], tiles tileElements apart. `nothing`: zeros, as many as channels. */
function inputRow(
  i: i32, out: usize, x: usize, first: i32, tiles: i32, height: i32, width: i32, channels: i32, down: i32, across: i32,
  top: i32, left: i32, nothing: usize,
): void {
  const sign = f32x4.splat(i == 1 ? 1 : -1);
  const next = <usize>tileElements(channels) << 2;
  const place = <usize>tiles * next;
  for (let tile = first; tile < first + tiles; tile++, out += next) {
    openTile(tile, down, across, top, left);
    const p = tileRow + (i == 0 ? 0 : i == 2 ? 2 : 1);
    const q = tileRow + (i == 0 || i == 1 ? 2 : i == 2 ? 1 : 3);
    const rowP = x + (<usize>((tileImage * height + p) * width + tileColumn) * channels << 2);
    const rowQ = rowP + (<usize>((q - p) * width) * channels << 2);
    const pixel = <usize>channels << 2;
    const c = tileColumn;
    const hasP = p >= 0 && p < height, hasQ = q >= 0 && q < height;
    const has0 = c >= 0 && c < width, has1 = c >= -1 && c < width - 1, has2 = c >= -2 && c < width - 2, has3 = c >= -3 && c < width - 3;
    const p0 = hasP && has0 ? rowP : nothing, q0 = hasQ && has0 ? rowQ : nothing;
    const p1 = hasP && has1 ? rowP + pixel : nothing, q1 = hasQ && has1 ? rowQ + pixel : nothing;
    const p2 = hasP && has2 ? rowP + 2 * pixel : nothing, q2 = hasQ && has2 ? rowQ + 2 * pixel : nothing;
    const p3 = hasP && has3 ? rowP + 3 * pixel : nothing, q3 = hasQ && has3 ? rowQ + 3 * pixel : nothing;
    for (let lanes = channels, at: usize = 0; lanes > 0; lanes -= 4, at += 16) {
      const d0 = f32x4.add(load(p0 + at, lanes), f32x4.mul(sign, load(q0 + at, lanes)));
      const d1 = f32x4.add(load(p1 + at, lanes), f32x4.mul(sign, load(q1 + at, lanes)));
      const d2 = f32x4.add(load(p2 + at, lanes), f32x4.mul(sign, load(q2 + at, lanes)));
      const d3 = f32x4.add(load(p3 + at, lanes), f32x4.mul(sign, load(q3 + at, lanes)));
      const to = out + at;
      store(to, f32x4.sub(d0, d2), lanes);
      store(to + place, f32x4.add(d1, d2), lanes);
      store(to + 2 * place, f32x4.sub(d2, d1), lanes);
      store(to + 3 * place, f32x4.sub(d1, d3), lanes);
    }
  }
}

/** y = Aᵀ m A for tiles first …; m [16, tiles, F]. */
function outputTiles(
  y: usize, m: usize, first: i32, tiles: i32, outHeight: i32, outWidth: i32, filters: i32, down: i32, across: i32,
): void {
  const place = <usize>tiles * filters << 2;
  const pixel = <usize>filters << 2;
  const row = <usize>outWidth * pixel;
  for (let tile = first; tile < first + tiles; tile++) {
    openTile(tile, down, across, 0, 0);
    let to = y + (<usize>((tileImage * outHeight + tileRow) * outWidth + tileColumn) * pixel);
    const below = tileRow + 1 < outHeight;
    const beside = tileColumn + 1 < outWidth;
    for (let lanes = filters; lanes > 0; lanes -= 4, to += 16) {
      let at = m;
      const a0 = columnSum(at, place, lanes), b0 = columnDifference(at, place, lanes);
      at += place;
      const a1 = columnSum(at, place, lanes), b1 = columnDifference(at, place, lanes);
      at += place;
      const a2 = columnSum(at, place, lanes), b2 = columnDifference(at, place, lanes);
      at += place;
      const a3 = columnSum(at, place, lanes), b3 = columnDifference(at, place, lanes);
      store(to, f32x4.add(f32x4.add(a0, a1), a2), lanes);
      if (beside) store(to + pixel, f32x4.sub(f32x4.sub(a1, a2), a3), lanes);
      if (below) {
        store(to + row, f32x4.add(f32x4.add(b0, b1), b2), lanes);
        if (beside) store(to + row + pixel, f32x4.sub(f32x4.sub(b1, b2), b3), lanes);
      }
      m += lanes >= 4 ? 16 : <usize>lanes << 2;
    }
  }
}

/** Rows 0 and 1 of Aᵀ m, for one column of m. */
@inline
function columnSum(at: usize, place: usize, lanes: i32): v128 {
  return f32x4.add(f32x4.add(load(at, lanes), load(at + 4 * place, lanes)), load(at + 8 * place, lanes));
}

@inline
function columnDifference(at: usize, place: usize, lanes: i32): v128 {
  return f32x4.sub(f32x4.sub(load(at + 4 * place, lanes), load(at + 8 * place, lanes)), load(at + 12 * place, lanes));
}

/** Tiles `first` … `first + count − 1` of y, counted through all images; `panels` from winogradKernel. */
export function winograd(
  y: usize, x: usize, panels: usize, work: usize, share: i32, first: i32, count: i32,
  height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32, top: i32, left: i32,
): void {
  const down = outHeight + 1 >> 1;
  const across = outWidth + 1 >> 1;
  const nothing = own(work, share);
  const v = nothing + (<usize>max(channels, filters) << 2);
  const m = v + (<usize>(4 * TILES) * tileElements(channels) << 2);
  const panel = <usize>(filters + 7 & ~7) * channels << 2;
  memory.fill(nothing, 0, channels << 2);
  for (let end = first + count; first < end; first += TILES) {
    const tiles = min(TILES, end - first);
    for (let i = 0; i < 4; i++) {
      inputRow(i, v, x, first, tiles, height, width, channels, down, across, top, left, nothing);
      for (let j = 0; j < 4; j++) {
        const place = 4 * i + j;
        gemm(
          PACKED, tiles, filters, channels, v + (<usize>(j * tiles) * tileElements(channels) << 2), tileElements(channels), panels + <usize>place * panel, filters,
          m + (<usize>(place * tiles) * filters << 2), filters, 0,
        );
      }
    }
    outputTiles(y, m, first, tiles, outHeight, outWidth, filters, down, across);
  }
}

/** Row i of A dy Aᵀ for tiles first …: [4, tiles, F]. */
function gradientRow(
  i: i32, out: usize, dy: usize, first: i32, tiles: i32, outHeight: i32, outWidth: i32, filters: i32, down: i32, across: i32, nothing: usize,
): void {
  const place = <usize>tiles * filters << 2;
  const pixel = <usize>filters << 2;
  const upper = f32x4.splat(i == 3 ? 0 : 1);
  const lower = f32x4.splat(i == 0 ? 0 : i == 1 ? 1 : -1);
  for (let tile = first; tile < first + tiles; tile++) {
    openTile(tile, down, across, 0, 0);
    const at = dy + (<usize>((tileImage * outHeight + tileRow) * outWidth + tileColumn) * pixel);
    const below = tileRow + 1 < outHeight;
    const beside = tileColumn + 1 < outWidth;
    const p0 = at, p1 = beside ? at + pixel : nothing;
    const q0 = below ? at + <usize>outWidth * pixel : nothing, q1 = below && beside ? at + <usize>(outWidth + 1) * pixel : nothing;
    for (let lanes = filters, at: usize = 0; lanes > 0; lanes -= 4, at += 16, out += 16) {
      const d0 = f32x4.add(f32x4.mul(upper, load(p0 + at, lanes)), f32x4.mul(lower, load(q0 + at, lanes)));
      const d1 = f32x4.add(f32x4.mul(upper, load(p1 + at, lanes)), f32x4.mul(lower, load(q1 + at, lanes)));
      store(out, d0, lanes);
      store(out + place, f32x4.add(d0, d1), lanes);
      store(out + 2 * place, f32x4.sub(d0, d1), lanes);
      store(out + 3 * place, f32x4.neg(d1), lanes);
    }
    out -= (4 - (filters & 3) & 3) << 2;
  }
}

/** Rows `first` … `first + rows − 1` of what the transformed kernel gets: target [4, 4, C, F], overwritten. */
export function winogradGradient(
  target: usize, x: usize, dy: usize, work: usize, share: i32, first: i32, rows: i32, batch: i32,
  height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32, top: i32, left: i32,
): void {
  const down = outHeight + 1 >> 1;
  const across = outWidth + 1 >> 1;
  const count = batch * down * across;
  const nothing = own(work, share);
  const v = nothing + (<usize>max(channels, filters) << 2);
  const m = v + (<usize>(4 * TILES) * tileElements(channels) << 2);
  const size = <usize>channels * filters << 2;
  memory.fill(nothing, 0, max(channels, filters) << 2);
  for (let i = first; i < first + rows; i++) for (let tile = 0; tile < count; tile += TILES) {
    const tiles = min(TILES, count - tile);
    inputRow(i, v, x, tile, tiles, height, width, channels, down, across, top, left, nothing);
    gradientRow(i, m, dy, tile, tiles, outHeight, outWidth, filters, down, across, nothing);
    for (let j = 0; j < 4; j++) {
      gemm(
        TN, channels, filters, tiles, v + (<usize>(j * tiles) * tileElements(channels) << 2), tileElements(channels), m + (<usize>(j * tiles) * filters << 2), filters,
        target + <usize>(4 * i + j) * size, filters, tile > 0 ? 1 : 0,
      );
    }
  }
}

/** dKernel [3, 3, C, F] += Gᵀ u G for channels `first` …; u [4, 4, C, F]. */
export function winogradKernelGradient(dKernel: usize, u: usize, first: i32, rows: i32, channels: i32, filters: i32): void {
  const size = <usize>channels * filters << 2;
  const start = <usize>(first * filters) << 2;
  const half = f32x4.splat(0.5);
  for (let lanes = rows * filters, at = start; lanes > 0; lanes -= 4, at += 16) {
    for (let r: usize = 0; r < 3; r++) {
      const from = u + at + (r == 2 ? 12 * size : 0);
      const sign = f32x4.splat(r == 1 ? -1 : 1);
      const u0 = gradientColumn(r, from, size, u + at, sign, lanes);
      const u1 = gradientColumn(r, from + size, size, u + at + size, sign, lanes);
      const u2 = gradientColumn(r, from + 2 * size, size, u + at + 2 * size, sign, lanes);
      const u3 = gradientColumn(r, from + 3 * size, size, u + at + 3 * size, sign, lanes);
      const sum = f32x4.mul(half, f32x4.add(u1, u2));
      const to = dKernel + 3 * r * size + at;
      store(to, f32x4.add(load(to, lanes), f32x4.add(u0, sum)), lanes);
      store(to + size, f32x4.add(load(to + size, lanes), f32x4.mul(half, f32x4.sub(u1, u2))), lanes);
      store(to + 2 * size, f32x4.add(load(to + 2 * size, lanes), f32x4.add(u3, sum)), lanes);
    }
  }
}

/** Row r of Gᵀ u for one column: u₀ + ½(u₁ + u₂), ½(u₁ − u₂), ½(u₁ + u₂) + u₃. */
@inline
function gradientColumn(r: usize, edge: usize, size: usize, column: usize, sign: v128, lanes: i32): v128 {
  const middle = f32x4.mul(f32x4.splat(0.5), f32x4.add(load(column + 4 * size, lanes), f32x4.mul(sign, load(column + 8 * size, lanes))));
  return r == 1 ? middle : f32x4.add(load(edge, lanes), middle);
}
