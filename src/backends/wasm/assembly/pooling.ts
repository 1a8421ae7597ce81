/** Pooling over NHWC images, four channels at a time. Ids P… refer to src/layers/pooling.ts. */
import { load, store } from './lanes';

/** The taps of a window that begins at `start` which lie on an axis of `size`: the first, and the one behind the last. */
@inline
export function firstTap(start: i32, dilation: i32): i32 {
  return start >= 0 ? 0 : (dilation - 1 - start) / dilation;
}

@inline
export function endTap(start: i32, dilation: i32, taps: i32, size: i32): i32 {
  return size <= start ? 0 : min(taps, (size - 1 - start) / dilation + 1);
}

/** Output rows `first` … `first + rows − 1`, counted through all images. */
export function maxPool(
  y: usize, taps: usize, x: usize, first: i32, rows: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  const stepX = <usize>dilationX * pixel;
  const stepY = <usize>(dilationY * width) * pixel;
  const at = <usize>(first * outWidth) * pixel;
  y += at, taps += at;
  for (let row = first; row < first + rows; row++) for (let ox = 0; ox < outWidth; ox++) {
    const iy = row % outHeight * sy - top, ix = ox * sx - left;
    const ky0 = firstTap(iy, dilationY), ky1 = endTap(iy, dilationY, kh, height);
    const kx0 = firstTap(ix, dilationX), kx1 = endTap(ix, dilationX, kw, width);
    const from = x + <usize>((row / outHeight * height + iy + ky0 * dilationY) * width + ix + kx0 * dilationX) * pixel;
    for (let lanes = channels, c: usize = 0; lanes > 0; lanes -= 4, c += 16) {
      let best = f32x4.splat(-Infinity), tap = f32x4.splat(0);
      let line = from + c;
      for (let ky = ky0; ky < ky1; ky++, line += stepY) {
        let p = line;
        for (let kx = kx0; kx < kx1; kx++, p += stepX) {
          const value = load(p, lanes);
          const better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value)); // P1; what is not a number shows
          best = v128.bitselect(value, best, better);
          tap = v128.bitselect(f32x4.splat(<f32>(ky * kw + kx)), tap, better);
        }
      }
      store(y + c, best, lanes), store(taps + c, tap, lanes);
    }
    y += pixel, taps += pixel;
  }
}

/** Of whole images, as windows overlap. */
export function maxPoolBackward(
  dx: usize, dy: usize, taps: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  memory.fill(dx, 0, <usize>(batch * height * width) * pixel);
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
    const iy = oy * sy - top, ix = ox * sx - left;
    const ky1 = endTap(iy, dilationY, kh, height);
    const kx0 = firstTap(ix, dilationX), kx1 = endTap(ix, dilationX, kw, width);
    for (let ky = firstTap(iy, dilationY); ky < ky1; ky++) for (let kx = kx0; kx < kx1; kx++) {
      const to = dx + <usize>((b * height + iy + ky * dilationY) * width + ix + kx * dilationX) * pixel;
      const tap = f32x4.splat(<f32>(ky * kw + kx));
      for (let lanes = channels, c: usize = 0; lanes > 0; lanes -= 4, c += 16) {
        const here = v128.and(load(dy + c, lanes), f32x4.eq(load(taps + c, lanes), tap));
        store(to + c, f32x4.add(load(to + c, lanes), here), lanes); // P2
      }
    }
    dy += pixel, taps += pixel;
  }
}

/** Output rows `first` … `first + rows − 1`, counted through all images. Sums go row by row of the window. */
export function averagePool(
  y: usize, x: usize, first: i32, rows: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  const stepX = <usize>dilationX * pixel;
  const stepY = <usize>(dilationY * width) * pixel;
  y += <usize>(first * outWidth) * pixel;
  for (let row = first; row < first + rows; row++) for (let ox = 0; ox < outWidth; ox++, y += pixel) {
    const iy = row % outHeight * sy - top, ix = ox * sx - left;
    const ky0 = firstTap(iy, dilationY), ky1 = endTap(iy, dilationY, kh, height);
    const kx0 = firstTap(ix, dilationX), kx1 = endTap(ix, dilationX, kw, width);
    const from = x + <usize>((row / outHeight * height + iy + ky0 * dilationY) * width + ix + kx0 * dilationX) * pixel;
    const count = f32x4.splat(<f32>(max(1, (ky1 - ky0) * (kx1 - kx0))));
    for (let lanes = channels, c: usize = 0; lanes > 0; lanes -= 4, c += 16) {
      let total = f32x4.splat(0);
      let line = from + c;
      for (let ky = ky0; ky < ky1; ky++, line += stepY) {
        let sum = f32x4.splat(0);
        let p = line;
        for (let kx = kx0; kx < kx1; kx++, p += stepX) sum = f32x4.add(sum, load(p, lanes));
        total = f32x4.add(total, sum);
      }
      store(y + c, f32x4.div(total, count), lanes); // P3
    }
  }
}

/** Of whole images, as windows overlap. */
export function averagePoolBackward(
  dx: usize, dy: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  memory.fill(dx, 0, <usize>(batch * height * width) * pixel);
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++, dy += pixel) {
    const iy = oy * sy - top, ix = ox * sx - left;
    const ky0 = firstTap(iy, dilationY), ky1 = endTap(iy, dilationY, kh, height);
    const kx0 = firstTap(ix, dilationX), kx1 = endTap(ix, dilationX, kw, width);
    const count = f32x4.splat(<f32>((ky1 - ky0) * (kx1 - kx0)));
    for (let ky = ky0; ky < ky1; ky++) for (let kx = kx0; kx < kx1; kx++) {
      const to = dx + <usize>((b * height + iy + ky * dilationY) * width + ix + kx * dilationX) * pixel;
      for (let lanes = channels, c: usize = 0; lanes > 0; lanes -= 4, c += 16) {
        store(to + c, f32x4.add(load(to + c, lanes), f32x4.div(load(dy + c, lanes), count)), lanes); // P4
      }
    }
  }
}
