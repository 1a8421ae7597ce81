/** Convolution with one filter a channel, kernel [kh, kw, C]: four channels at a time, as pooling goes. */
import { addProduct, load, store } from './lanes';
import { endTap, firstTap } from './pooling';

/** Output rows `first` … `first + rows − 1`, counted through all images. */
export function depthwise(
  y: usize, x: usize, kernel: usize, first: i32, rows: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  const stepX = <usize>dilationX * pixel;
  const stepY = <usize>(dilationY * width) * pixel;
  const stepTap = <usize>kw * pixel;
  y += <usize>(first * outWidth) * pixel;
  for (let row = first; row < first + rows; row++) for (let ox = 0; ox < outWidth; ox++, y += pixel) {
    const iy = row % outHeight * sy - top, ix = ox * sx - left;
    const ky0 = firstTap(iy, dilationY), ky1 = endTap(iy, dilationY, kh, height);
    const kx0 = firstTap(ix, dilationX), kx1 = endTap(ix, dilationX, kw, width);
    const from = x + <usize>((row / outHeight * height + iy + ky0 * dilationY) * width + ix + kx0 * dilationX) * pixel;
    const taps = kernel + <usize>(ky0 * kw + kx0) * pixel;
    for (let lanes = channels, c: usize = 0; lanes > 0; lanes -= 4, c += 16) {
      let sum = f32x4.splat(0);
      let line = from + c, tapLine = taps + c;
      for (let ky = ky0; ky < ky1; ky++, line += stepY, tapLine += stepTap) {
        let at = line, tap = tapLine;
        for (let kx = kx0; kx < kx1; kx++, at += stepX, tap += pixel) sum = addProduct(sum, load(at, lanes), load(tap, lanes));
      }
      store(y + c, sum, lanes);
    }
  }
}

/** Of whole images, as windows overlap. */
export function depthwiseBackward(
  dx: usize, dy: usize, kernel: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  memory.fill(dx, 0, <usize>(batch * height * width) * pixel);
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++, dy += pixel) {
    const iy = oy * sy - top, ix = ox * sx - left;
    const ky1 = endTap(iy, dilationY, kh, height);
    const kx0 = firstTap(ix, dilationX), kx1 = endTap(ix, dilationX, kw, width);
    for (let ky = firstTap(iy, dilationY); ky < ky1; ky++) for (let kx = kx0; kx < kx1; kx++) {
      const to = dx + <usize>((b * height + iy + ky * dilationY) * width + ix + kx * dilationX) * pixel;
      const k = kernel + <usize>(ky * kw + kx) * pixel;
      for (let lanes = channels, c: usize = 0; lanes > 0; lanes -= 4, c += 16) {
        store(to + c, addProduct(load(to + c, lanes), load(dy + c, lanes), load(k + c, lanes)), lanes);
      }
    }
  }
}

/** dKernel += what taps `first` … `first + taps − 1` get; the sum of a row of dy is formed by itself. */
export function depthwiseKernel(
  dKernel: usize, x: usize, dy: usize, first: i32, taps: i32, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32,
): void {
  const pixel = <usize>channels << 2;
  const next = <usize>sx * pixel;
  for (let tap = first; tap < first + taps; tap++) {
    const below = tap / kw * dilationY - top, beside = tap % kw * dilationX - left;
    const ox0 = beside >= 0 ? 0 : (sx - 1 - beside) / sx;
    const ox1 = width <= beside ? 0 : min(outWidth, (width - 1 - beside) / sx + 1);
    const to = dKernel + <usize>tap * pixel;
    for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) {
      const iy = oy * sy + below;
      if (iy < 0 || iy >= height || ox0 >= ox1) continue;
      const d = dy + <usize>((b * outHeight + oy) * outWidth + ox0) * pixel;
      const from = x + <usize>((b * height + iy) * width + ox0 * sx + beside) * pixel;
      for (let lanes = channels, c: usize = 0; lanes > 0; lanes -= 4, c += 16) {
        let sum = f32x4.splat(0);
        let at = from + c, by = d + c;
        for (let ox = ox0; ox < ox1; ox++, at += next, by += pixel) sum = addProduct(sum, load(at, lanes), load(by, lanes));
        store(to + c, f32x4.add(load(to + c, lanes), sum), lanes);
      }
    }
  }
}
