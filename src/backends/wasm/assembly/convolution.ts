/**
 * Convolution by products of patches, for every window. The gradient of the input is such a convolution too, of dy with the
 * turned kernel (one for each remainder of the stride), so there is one function for both.
 *
 * Padding becomes real here, a few rows of the image at a time: the windows of a band of output rows are read from a copy
 * with zeros around it. Bands follow from the sizes alone, so that the number of threads changes no bit.
 */
import { packRows, packTransposed } from './panels';
import { channelsByPanel, tableBytes, windowsByPanel } from './patches';
import { packSize, scratch, scratchBytes } from './matmul';

/** Windows of a band at most, unless one row has more; and bytes of its copy, unless one row needs more. */
const WINDOWS = 384;
const BAND = 256 * 1024;
/** Elements of a panel's depth that are worked on at once, unless one segment is longer. */
const DEPTH = 512;

/** The geometry of the call at hand; a thread has an instance of its own. */
let height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32;
let kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32, groups: i32;
/** Channels and filters of a group. */
let cg: i32, fg: i32;
/** Output rows of a band; rows and elements a row of its copy. */
let bandRows: i32, copyRows: i32, copyWidth: i32;
/** Elements that lie side by side in a window as in the kernel, and how many such segments it has. */
let run: i32, segments: i32;
/** The band: its upper left pixel, and bytes from row to row. */
let band: usize, bandRow: usize;

function setGeometry(
  h: i32, w: i32, c: i32, oh: i32, ow: i32, f: i32, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
  dy: i32, dx: i32, t: i32, l: i32, g: i32,
): void {
  height = h, width = w, channels = c, outHeight = oh, outWidth = ow, filters = f;
  kh = kernelHeight, kw = kernelWidth, sy = strideY, sx = strideX, dilationY = dy, dilationX = dx, top = t, left = l, groups = g;
  cg = c / g, fg = f / g;
  copyWidth = ((ow - 1) * strideX + (kernelWidth - 1) * dx + 1) * c;
  const overlap = (kernelHeight - 1) * dy + 1 - strideY;
  bandRows = max(1, min(min(oh, WINDOWS / ow), ((BAND >> 2) / copyWidth - overlap) / strideY));
  copyRows = bandRows * strideY + overlap;
  const whole = dx == 1 && g == 1;
  run = whole ? kernelWidth * cg : cg;
  segments = whole ? kernelHeight : kernelHeight * kernelWidth;
}

/** Whether every window lies on the image. */
@inline
function inside(): bool {
  return top <= 0 && left <= 0 && (outHeight - 1) * sy + (kh - 1) * dilationY - top < height && copyWidth / channels - left <= width;
}

/** Equal pieces of a segment, none longer than DEPTH if there are any of at least 64. */
function piecesOfRun(): i32 {
  for (let pieces = (run + DEPTH - 1) / DEPTH; pieces <= run / 64; pieces++) if (run % pieces == 0) return pieces;
  return 1;
}

/** Bytes of working memory that one thread needs. */
export function patchWork(
  h: i32, w: i32, c: i32, oh: i32, ow: i32, f: i32, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
  dy: i32, dx: i32, t: i32, l: i32, g: i32,
): i32 {
  setGeometry(h, w, c, oh, ow, f, kernelHeight, kernelWidth, strideY, strideX, dy, dx, t, l, g);
  const windows = bandRows * ow + 3;
  return (copyRows * copyWidth + 4 + windows * 8 + segments * piecesOfRun() + f + 8 + windows * 8 + 64 + 15 & ~15) << 2;
}

/** Work of this thread within `work`, one share a thread. */
@inline
export function own(work: usize, share: i32): usize {
  return work + (scratch - 64) / scratchBytes * share;
}

/** Copies what windows of output rows oy … oy + rows − 1 cover, with zeros beyond the image. */
function openBand(copy: usize, image: usize, oy: i32, rows: i32): void {
  const first = oy * sy - top;
  if (inside()) {
    bandRow = <usize>width * channels << 2;
    band = image + <usize>first * bandRow + (<usize>(-left) * channels << 2);
    return;
  }
  band = copy;
  bandRow = <usize>copyWidth << 2;
  const before = max(0, left) * channels << 2;
  const from = max(0, -left) * channels << 2;
  const length = max(0, min((width * channels << 2) - from, (copyWidth << 2) - before));
  for (let r = first, end = first + (rows - 1) * sy + (kh - 1) * dilationY + 1; r < end; r++, copy += bandRow) {
    if (r < 0 || r >= height) {
      memory.fill(copy, 0, bandRow);
      continue;
    }
    memory.fill(copy, 0, before);
    memory.copy(copy + before, image + <usize>r * (width * channels << 2) + from, length);
    memory.fill(copy + before + length, 0, bandRow - before - length);
  }
}

/** The panels of a kernel [kh, kw, C / groups, F], group after group. */
export function packKernel(out: usize, kernel: usize, taps: i32, c: i32, f: i32, g: i32): void {
  const depth = taps * (c / g);
  for (let group = 0; group < g; group++) {
    for (let j = 0; j < f / g; j += 8, out += <usize>depth << 5) {
      packRows(out, kernel + (<usize>(group * (f / g) + j) << 2), <usize>f << 2, f / g - j, depth);
    }
  }
}

/** The same of the kernel that turns dy into dx: taps y, y + stepY, … and x, x + stepX, … in reverse, filters for channels. */
export function packTurned(
  out: usize, kernel: usize, kernelWidth: i32, c: i32, f: i32, g: i32, y: i32, stepY: i32, tapsY: i32, x: i32, stepX: i32, tapsX: i32,
): void {
  const channelsOfGroup = c / g;
  const filtersOfGroup = f / g;
  const row = <usize>f << 2;
  for (let group = 0; group < g; group++) for (let j = 0; j < channelsOfGroup; j += 8) {
    for (let ky = y + (tapsY - 1) * stepY; ky >= y; ky -= stepY) for (let kx = x + (tapsX - 1) * stepX; kx >= x; kx -= stepX) {
      const tap = kernel + <usize>((ky * kernelWidth + kx) * channelsOfGroup + j) * row + (<usize>group * filtersOfGroup << 2);
      packTransposed(out, tap, row, channelsOfGroup - j, filtersOfGroup);
      out += <usize>filtersOfGroup << 5;
    }
  }
}

/** windowsByPanel where only some of the eight columns exist: by way of `spare` [4, 8] and a table of its own behind it. */
function windowsByPart(
  columns: i32, spare: usize, table: usize, offsets: usize, count: i32, n: i32, b: usize, shift: usize, chain: bool,
): void {
  const own = spare + 128;
  memory.copy(own, table, 16);
  for (let r: usize = 0; r < 4; r++) {
    store<u32>(own + 16 + 4 * r, <u32>(spare + 32 * r));
    if (chain) memory.copy(spare + 32 * r, <usize>load<u32>(table + 16 + 4 * r) + shift, columns << 2);
  }
  windowsByPanel(own, offsets, count, n, b, 0, chain);
  for (let r: usize = 0; r < 4; r++) memory.copy(<usize>load<u32>(table + 16 + 4 * r) + shift, spare + 32 * r, columns << 2);
}

/**
 * Output rows `first` … `first + rows − 1`, counted through all images. Results lie `imageY`, `rowY` and `pixelY` elements
 * apart: the gradient of the input leaves out pixels.
 */
export function correlate(
  y: usize, x: usize, panels: usize, work: usize, share: i32, first: i32, rows: i32,
  h: i32, w: i32, c: i32, oh: i32, ow: i32, f: i32, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
  dy: i32, dx: i32, t: i32, l: i32, g: i32, imageY: i32, rowY: i32, pixelY: i32,
): void {
  setGeometry(h, w, c, oh, ow, f, kernelHeight, kernelWidth, strideY, strideX, dy, dx, t, l, g);
  const copy = own(work, share);
  const tables = copy + (<usize>(copyRows * copyWidth + 4) << 2);
  const offsets = tables + <usize>(bandRows * ow + 3 >> 2) * tableBytes;
  const pieces = piecesOfRun();
  const n = run / pieces;
  const count = segments * pieces;
  const spare = offsets + (<usize>count << 2);
  const nowhere = spare + 256; // windows that fill up the last four
  const atOnce = max(1, DEPTH / n);
  const panelsOfGroup = packSize(fg, run * segments) << 2;

  for (let rest = rows, at = first; rest > 0;) {
    const image = at / oh;
    const oy = at % oh;
    const now = min(min(bandRows, rest), oh - oy);
    openBand(copy, x + (<usize>image * h * w * c << 2), oy, now);
    const windows = now * ow;
    for (let p = 0, r = 0, o = 0; p < (windows + 3 & ~3); p++) {
      const slot = tables + <usize>(p >> 2) * tableBytes + <usize>(p & 3) * 4;
      store<u32>(slot, <u32>(band + <usize>(r * sy) * bandRow + (<usize>(o * sx * c) << 2)));
      store<u32>(slot + 16, p < windows ? <u32>(y + (<usize>(image * imageY + (oy + r) * rowY + o * pixelY) << 2)) : <u32>nowhere);
      if (p < windows - 1 && ++o == ow) o = 0, r++;
    }
    for (let s = 0, offset = offsets; s < segments; s++) {
      const ky = run > cg ? s : s / kw;
      const kx = run > cg ? 0 : s % kw;
      for (let piece = 0; piece < pieces; piece++, offset += 4) {
        store<u32>(offset, <u32>(<usize>(ky * dilationY) * bandRow + (<usize>(kx * dilationX * c + piece * n) << 2)));
      }
    }
    for (let group = 0; group < g; group++) {
      for (let s = 0; s < count; s += atOnce) {
        const taken = min(atOnce, count - s);
        for (let j = 0; j < fg; j += 8) {
          const b = panels + <usize>group * panelsOfGroup + (<usize>(j * segments * run + (s * n << 3)) << 2);
          const shift = <usize>(group * fg + j) << 2;
          for (let p = 0, table = tables; p < windows; p += 4, table += tableBytes) {
            if (fg - j >= 8) windowsByPanel(table, offsets + (<usize>s << 2), taken, n, b, shift, s > 0);
            else windowsByPart(fg - j, spare, table, offsets + (<usize>s << 2), taken, n, b, shift, s > 0);
          }
        }
      }
      for (let s = 0; s < count; s++) { // to the channels of the next group
        const offset = offsets + (<usize>s << 2);
        store<u32>(offset, load<u32>(offset) + (cg << 2));
      }
    }
    at += now, rest -= now;
  }
}

/** channelsByPanel where only some of the four channels and eight columns exist. */
function channelsByPart(
  count: i32, columns: i32, spare: usize, a: usize, rows: i32, n: i32, b: usize, c: usize,
): void {
  memory.fill(spare, 0, 128);
  channelsByPanel(a, rows, <usize>sy * bandRow, n, <usize>(sx * channels) << 2, b, spare, 32);
  for (let r = 0; r < count; r++, c += <usize>filters << 2, spare += 32) {
    for (let j: usize = 0; j < <usize>columns << 2; j += 4) f32.store(c + j, f32.load(c + j) + f32.load(spare + j));
  }
}

/**
 * dKernel += what strips `first` … `first + strips − 1` of it get: four rows each, counted segment by segment. The sum runs
 * over bands in turn.
 */
export function correlateKernel(
  dKernel: usize, x: usize, dy: usize, work: usize, share: i32, first: i32, strips: i32, batch: i32,
  h: i32, w: i32, c: i32, oh: i32, ow: i32, f: i32, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
  dilY: i32, dilX: i32, t: i32, l: i32, g: i32,
): void {
  setGeometry(h, w, c, oh, ow, f, kernelHeight, kernelWidth, strideY, strideX, dilY, dilX, t, l, g);
  const copy = own(work, share);
  const panel = copy + (<usize>(copyRows * copyWidth + 4) << 2);
  const spare = panel + (<usize>bandRows * ow << 5);
  const stripsOfRun = run + 3 >> 2;
  const rowC = <usize>f << 2;
  for (let image = 0; image < batch; image++) for (let oy = 0; oy < oh; oy += bandRows) {
    const rows = min(bandRows, oh - oy);
    openBand(copy, x + (<usize>image * h * w * c << 2), oy, rows);
    const from = dy + <usize>(image * oh + oy) * ow * rowC;
    for (let group = 0; group < g; group++) for (let j = 0; j < fg; j += 8) {
      const column = <usize>(group * fg + j) << 2;
      packRows(panel, from + column, rowC, fg - j, rows * ow);
      for (let strip = first; strip < first + strips; strip++) {
        const s = strip / stripsOfRun;
        const k = strip % stripsOfRun << 2;
        const ky = run > cg ? s : s / kw;
        const kx = run > cg ? 0 : s % kw;
        const a = band + <usize>(ky * dilY) * bandRow + (<usize>(kx * dilX * c + group * cg + k) << 2);
        const to = dKernel + <usize>(s * run + k) * rowC + column;
        if (run - k >= 4 && fg - j >= 8) channelsByPanel(a, rows, <usize>sy * bandRow, ow, <usize>(sx * c) << 2, panel, to, rowC);
        else channelsByPart(min(4, run - k), min(8, fg - j), spare, a, rows, ow, panel, to);
      }
    }
  }
}
