/** Pooling over NHWC images. Ids P… refer to src/layers/pooling.ts. */

/** Taps of a window at oy, ox that lie on the image. */
function taken(oy: i32, ox: i32, height: i32, width: i32, kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32): i32 {
  let count = 0;
  for (let ky = 0; ky < kh; ky++) for (let kx = 0; kx < kw; kx++) {
    const iy = oy * sy - top + ky * dilationY;
    const ix = ox * sx - left + kx * dilationX;
    if (iy >= 0 && iy < height && ix >= 0 && ix < width) count++;
  }
  return count;
}

export function maxPool2d(
  y: usize, taps: usize, x: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32, groups: i32,
): void {
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
    const to = <usize>((b * outHeight + oy) * outWidth + ox) * channels << 2;
    for (let c: usize = 0; c < <usize>channels << 2; c += 4) {
      f32.store(y + to + c, -Infinity);
      f32.store(taps + to + c, 0);
    }
    for (let ky = 0; ky < kh; ky++) for (let kx = 0; kx < kw; kx++) {
      const iy = oy * sy - top + ky * dilationY;
      const ix = ox * sx - left + kx * dilationX;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const from = x + (<usize>((b * height + iy) * width + ix) * channels << 2);
      for (let c: usize = 0; c < <usize>channels << 2; c += 4) {
        const value = f32.load(from + c);
        if (value > f32.load(y + to + c) || value != value) {
          f32.store(y + to + c, value);
          f32.store(taps + to + c, <f32>(ky * kw + kx));
        }
      }
    }
  }
}

export function maxPool2dBackward(
  dx: usize, dy: usize, taps: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32, groups: i32,
): void {
  memory.fill(dx, 0, <usize>batch * height * width * channels << 2);
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
    const from = <usize>((b * outHeight + oy) * outWidth + ox) * channels << 2;
    for (let c: usize = 0; c < <usize>channels << 2; c += 4) {
      const tap = <i32>f32.load(taps + from + c);
      const iy = oy * sy - top + tap / kw * dilationY;
      const ix = ox * sx - left + tap % kw * dilationX;
      const at = dx + (<usize>((b * height + iy) * width + ix) * channels << 2) + c;
      f32.store(at, f32.load(at) + f32.load(dy + from + c));
    }
  }
}

export function averagePool2d(
  y: usize, x: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32, groups: i32,
): void {
  memory.fill(y, 0, <usize>batch * outHeight * outWidth * channels << 2);
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
    const to = y + (<usize>((b * outHeight + oy) * outWidth + ox) * channels << 2);
    const count = <f32>taken(oy, ox, height, width, kh, kw, sy, sx, dilationY, dilationX, top, left);
    for (let ky = 0; ky < kh; ky++) for (let kx = 0; kx < kw; kx++) {
      const iy = oy * sy - top + ky * dilationY;
      const ix = ox * sx - left + kx * dilationX;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const from = x + (<usize>((b * height + iy) * width + ix) * channels << 2);
      for (let c: usize = 0; c < <usize>channels << 2; c += 4) f32.store(to + c, f32.load(to + c) + f32.load(from + c) / count);
    }
  }
}

export function averagePool2dBackward(
  dx: usize, dy: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32, groups: i32,
): void {
  memory.fill(dx, 0, <usize>batch * height * width * channels << 2);
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
    const from = dy + (<usize>((b * outHeight + oy) * outWidth + ox) * channels << 2);
    const count = <f32>taken(oy, ox, height, width, kh, kw, sy, sx, dilationY, dilationX, top, left);
    for (let ky = 0; ky < kh; ky++) for (let kx = 0; kx < kw; kx++) {
      const iy = oy * sy - top + ky * dilationY;
      const ix = ox * sx - left + kx * dilationX;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const to = dx + (<usize>((b * height + iy) * width + ix) * channels << 2);
      for (let c: usize = 0; c < <usize>channels << 2; c += 4) f32.store(to + c, f32.load(to + c) + f32.load(from + c) / count);
    }
  }
}
