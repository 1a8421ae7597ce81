/** Convolution and pooling over NHWC images, by the definition. Ids as in backends/cpu/convolution.ts. */

export function conv2d(
  y: usize, x: usize, kernel: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32, groups: i32,
): void {
  const cg = channels / groups;
  const fg = filters / groups;
  memory.fill(y, 0, <usize>batch * outHeight * outWidth * filters << 2);
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
    const to = y + (<usize>((b * outHeight + oy) * outWidth + ox) * filters << 2);
    for (let ky = 0; ky < kh; ky++) for (let kx = 0; kx < kw; kx++) {
      const iy = oy * sy - top + ky * dilationY;
      const ix = ox * sx - left + kx * dilationX;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const from = x + (<usize>((b * height + iy) * width + ix) * channels << 2);
      for (let g = 0; g < groups; g++) for (let c = 0; c < cg; c++) {
        const value = f32.load(from + (<usize>(g * cg + c) << 2));
        const k = kernel + (<usize>(((ky * kw + kx) * cg + c) * filters + g * fg) << 2);
        for (let f = 0; f < fg; f++) {
          const at = to + (<usize>(g * fg + f) << 2);
          f32.store(at, f32.load(at) + value * f32.load(k + (<usize>f << 2)));
        }
      }
    }
  }
}

export function conv2dBackward(
  dx: usize, dy: usize, kernel: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32, groups: i32,
): void {
  const cg = channels / groups;
  const fg = filters / groups;
  memory.fill(dx, 0, <usize>batch * height * width * channels << 2);
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
    const from = dy + (<usize>((b * outHeight + oy) * outWidth + ox) * filters << 2);
    for (let ky = 0; ky < kh; ky++) for (let kx = 0; kx < kw; kx++) {
      const iy = oy * sy - top + ky * dilationY;
      const ix = ox * sx - left + kx * dilationX;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const to = dx + (<usize>((b * height + iy) * width + ix) * channels << 2);
      for (let g = 0; g < groups; g++) for (let c = 0; c < cg; c++) {
        const k = kernel + (<usize>(((ky * kw + kx) * cg + c) * filters + g * fg) << 2);
        const at = to + (<usize>(g * cg + c) << 2);
        let sum: f32 = 0;
        for (let f = 0; f < fg; f++) sum += f32.load(from + (<usize>(g * fg + f) << 2)) * f32.load(k + (<usize>f << 2));
        f32.store(at, f32.load(at) + sum);
      }
    }
  }
}

export function conv2dKernel(
  dKernel: usize, x: usize, dy: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32, filters: i32,
  kh: i32, kw: i32, sy: i32, sx: i32, dilationY: i32, dilationX: i32, top: i32, left: i32, groups: i32,
): void {
  const cg = channels / groups;
  const fg = filters / groups;
  for (let b = 0; b < batch; b++) for (let oy = 0; oy < outHeight; oy++) for (let ox = 0; ox < outWidth; ox++) {
    const d = dy + (<usize>((b * outHeight + oy) * outWidth + ox) * filters << 2);
    for (let ky = 0; ky < kh; ky++) for (let kx = 0; kx < kw; kx++) {
      const iy = oy * sy - top + ky * dilationY;
      const ix = ox * sx - left + kx * dilationX;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const from = x + (<usize>((b * height + iy) * width + ix) * channels << 2);
      for (let g = 0; g < groups; g++) for (let c = 0; c < cg; c++) {
        const value = f32.load(from + (<usize>(g * cg + c) << 2));
        const k = dKernel + (<usize>(((ky * kw + kx) * cg + c) * filters + g * fg) << 2);
        for (let f = 0; f < fg; f++) {
          const at = k + (<usize>f << 2);
          f32.store(at, f32.load(at) + value * f32.load(d + (<usize>(g * fg + f) << 2)));
        }
      }
    }
  }
}

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
