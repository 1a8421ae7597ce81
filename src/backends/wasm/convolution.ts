/**
 * Which algorithm computes a convolution, and in which calls: a plain product for 1×1, Winograd's minimal filtering for 3×3
 * with stride 1, one loop where each channel has its filter, products of patches for all else (docs/decisions/convolution.md has the figures). Works over the kernels of
 * assembly/, which may be shared among threads one by one.
 */
import { matmulCodes } from '../linear/raw.js';
import type { Address, RawArrayKernels, RawConvolutionKernels, RawMatmulKernels, Sliding } from '../linear/raw.js';

type Geometry = [
  height: number, width: number, channels: number, outHeight: number, outWidth: number, filters: number,
  kernelHeight: number, kernelWidth: number, strideY: number, strideX: number, dilationY: number, dilationX: number,
  top: number, left: number, groups: number,
];
type PoolWindow = [
  height: number, width: number, channels: number, outHeight: number, outWidth: number,
  kernelHeight: number, kernelWidth: number, strideY: number, strideX: number, dilationY: number, dilationX: number, top: number, left: number,
];
type Tiles = [
  height: number, width: number, channels: number, outHeight: number, outWidth: number, filters: number, top: number, left: number,
];

/** The kernels convolution is composed of. `first` and `count`: the range of rows, strips or tiles that a call covers. */
export interface ConvolutionParts {
  patchWork(...geometry: Geometry): number;
  packKernel(out: Address, kernel: Address, taps: number, channels: number, filters: number, groups: number): void;
  packTurned(
    out: Address, kernel: Address, kernelWidth: number, channels: number, filters: number, groups: number,
    y: number, stepY: number, tapsY: number, x: number, stepX: number, tapsX: number,
  ): void;
  correlate(
    y: Address, x: Address, panels: Address, work: Address, share: number, first: number, count: number,
    ...geometryAndDistances: [...Geometry, imageY: number, rowY: number, pixelY: number]
  ): void;
  correlateKernel(
    dKernel: Address, x: Address, dy: Address, work: Address, share: number, first: number, count: number, batch: number, ...geometry: Geometry
  ): void;
  depthwise(y: Address, x: Address, kernel: Address, first: number, count: number, ...window: PoolWindow): void;
  depthwiseBackward(dx: Address, dy: Address, kernel: Address, batch: number, ...window: PoolWindow): void;
  depthwiseKernel(
    dKernel: Address, x: Address, dy: Address, first: number, count: number, batch: number,
    height: number, width: number, channels: number, outHeight: number, outWidth: number,
    kernelWidth: number, strideY: number, strideX: number, dilationY: number, dilationX: number, top: number, left: number,
  ): void;
  maxPool(y: Address, taps: Address, x: Address, first: number, count: number, ...window: PoolWindow): void;
  maxPoolBackward(dx: Address, dy: Address, taps: Address, batch: number, ...window: PoolWindow): void;
  averagePool(y: Address, x: Address, first: number, count: number, ...window: PoolWindow): void;
  averagePoolBackward(dx: Address, dy: Address, batch: number, ...window: PoolWindow): void;
  winogradWork(channels: number, filters: number): number;
  winogradKernel(
    out: Address, kernel: Address, work: Address, share: number, first: number, count: number, channels: number, filters: number, turned: number,
  ): void;
  winograd(y: Address, x: Address, panels: Address, work: Address, share: number, first: number, count: number, ...tiles: Tiles): void;
  winogradGradient(
    target: Address, x: Address, dy: Address, work: Address, share: number, first: number, count: number, batch: number, ...tiles: Tiles
  ): void;
  winogradKernelGradient(dKernel: Address, transformed: Address, first: number, count: number, channels: number, filters: number): void;
}

export type ComposedKernels = Required<RawConvolutionKernels>;

/** Rows and columns of results that Winograd's filtering makes at a time. */
const tile = 4;
/** Winograd's transforms cost less than they save with so many channels and filters, so many tiles, and tiles that are half full. */
const leastChannels = 8;
const leastTiles = 8;
const leastPixels = 8;

function algorithm(
  [batch, height, width, channels, outHeight, outWidth, filters, kh, kw, sy, sx, dilationY, dilationX, , , groups]: Sliding,
): 'product' | 'winograd' | 'patches' | 'depthwise' {
  if (groups > 1 && groups === channels && filters === channels) return 'depthwise';
  if (groups > 1 || sy > 1 || sx > 1) return 'patches';
  if (kh === 1 && kw === 1 && outHeight === height && outWidth === width) return 'product';
  const square = kh === 3 && kw === 3 && dilationY === 1 && dilationX === 1;
  const tiles = batch * Math.ceil(outHeight / tile) * Math.ceil(outWidth / tile);
  const full = tiles >= leastTiles && batch * outHeight * outWidth >= leastPixels * tiles;
  return square && full && Math.min(channels, filters) >= leastChannels ? 'winograd' : 'patches';
}

function pooling([, height, width, channels, outHeight, outWidth, , kh, kw, sy, sx, dilationY, dilationX, top, left]: Sliding): PoolWindow {
  return [height, width, channels, outHeight, outWidth, kh, kw, sy, sx, dilationY, dilationX, top, left];
}

/** Output rows of all images. */
function rows([batch, , , , outHeight]: Sliding): number {
  return batch * outHeight;
}

function up(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}

/** Remainders of the stride along one axis, as convolutions of dy: where in dx they begin, which taps they have. */
function phases(size: number, outSize: number, taps: number, stride: number, dilation: number, before: number): Phase[] {
  const found: Phase[] = [];
  let step = 1;
  while ((step * dilation) % stride !== 0) step++;
  for (let first = 0; first < Math.min(stride, size); first++) {
    const places = Math.ceil((size - first) / stride);
    let tap = 0;
    while (tap < Math.min(step, taps) && (first + before - tap * dilation) % stride !== 0) tap++;
    const count = tap < Math.min(step, taps) ? Math.ceil((taps - tap) / step) : 0;
    const apart = (step * dilation) / stride;
    found.push({ first, places, tap, step, count, apart, before: (count - 1) * apart - (first + before - tap * dilation) / stride });
  }
  return found;
}

interface Phase {
  /** First row of dx, and how many. */
  readonly first: number;
  readonly places: number;
  /** First tap, the distance to the next, and how many there are. */
  readonly tap: number;
  readonly step: number;
  readonly count: number;
  /** Distance of these taps in dy, and its padding. */
  readonly apart: number;
  readonly before: number;
}

/** `parts` and `product` may be shared among `threads`; all need working memory of their own. */
export function composeConvolution(
  parts: ConvolutionParts & RawMatmulKernels & Pick<RawArrayKernels, 'fill'>, threads: number,
): ComposedKernels {
  const panels = (n: number, k: number): number => up(n, 8) * k;
  /** Elements of the 36 places of a transformed kernel, with a cache line between neighbours. */
  const places = (elements: number): number => 36 * (elements + 16);

  /** The product of the pixels [N, C] and a kernel [C, F], or its transpose. */
  function pixels(mode: 'nn' | 'nt', out: Address, a: Address, kernel: Address, work: Address, m: number, n: number, k: number, ldb: number): void {
    parts.packing?.pack(work, matmulCodes[mode], n, k, kernel, ldb);
    parts.gemm(matmulCodes.packed, m, n, k, a, k, work, n, out, n, 0);
  }

  function patches(sliding: Sliding): Geometry {
    const [, ...geometry] = sliding;
    return geometry;
  }

  function tiles([, height, width, channels, outHeight, outWidth, filters, , , , , , , top, left]: Sliding): Tiles {
    return [height, width, channels, outHeight, outWidth, filters, top, left];
  }

  /** Turned: gives dx [B, height, width, channels] of dy. */
  function minimal(y: Address, x: Address, kernel: Address, work: Address, turned: number, [batch, ...sizes]: [number, ...Tiles]): void {
    const [, , channels, outHeight, outWidth, filters] = sizes;
    const own = work + 4 * places(panels(filters, channels));
    const share = parts.winogradWork(channels, filters);
    const [c, f] = turned === 1 ? [filters, channels] : [channels, filters];
    parts.winogradKernel(work, kernel, own, share, 0, Math.ceil(filters / 8), c, f, turned);
    parts.winograd(y, x, work, own, share, 0, batch * Math.ceil(outHeight / tile) * Math.ceil(outWidth / tile), ...sizes);
  }

  /** The convolution of dy that gives those pixels of dx. */
  function phaseGeometry([, , , channels, outHeight, outWidth, filters, , , , , , , , , groups]: Sliding, v: Phase, h: Phase): Geometry {
    return [outHeight, outWidth, filters, v.places, h.places, channels, v.count, h.count, 1, 1, v.apart, h.apart, v.before, h.before, groups];
  }

  function allPhases([, height, width, , outHeight, outWidth, , kh, kw, sy, sx, dilationY, dilationX, top, left]: Sliding): [Phase, Phase][] {
    const across = phases(width, outWidth, kw, sx, dilationX, left);
    return phases(height, outHeight, kh, sy, dilationY, top).flatMap((v) => across.map((h): [Phase, Phase] => [v, h]));
  }

  return {
    workspace(kernel, sliding) {
      const [, , , channels, , , filters, kh, kw, , , , , , , groups] = sliding;
      const taps = kh * kw;
      const way = algorithm(sliding);
      if (way === 'depthwise') return 0;
      if (kernel === 'conv2dKernel') {
        if (way === 'product') return 0;
        if (way === 'winograd') return places(channels * filters) + (threads * parts.winogradWork(channels, filters)) / 4;
        return (threads * parts.patchWork(...patches(sliding))) / 4;
      }
      const [inner, outer] = kernel === 'conv2d' ? [channels, filters] : [filters, channels];
      if (way === 'product') return panels(outer, inner);
      if (way === 'winograd') return places(panels(outer, inner)) + (threads * parts.winogradWork(inner, outer)) / 4;
      const share = kernel === 'conv2d'
        ? parts.patchWork(...patches(sliding))
        : Math.max(...allPhases(sliding).map(([v, h]) => (v.count * h.count === 0 ? 0 : parts.patchWork(...phaseGeometry(sliding, v, h)))));
      return groups * panels(outer / groups, (taps * inner) / groups) + (threads * share) / 4;
    },
    conv2d(y, x, kernel, work, ...sliding) {
      const [batch, height, width, channels, outHeight, outWidth, filters, kh, kw, , , , , , , groups] = sliding;
      const way = algorithm(sliding);
      if (way === 'depthwise') return parts.depthwise(y, x, kernel, 0, rows(sliding), ...pooling(sliding));
      if (way === 'product') return pixels('nn', y, x, kernel, work, batch * height * width, filters, channels, filters);
      if (way === 'winograd') return minimal(y, x, kernel, work, 0, [batch, ...tiles(sliding)]);
      parts.packKernel(work, kernel, kh * kw, channels, filters, groups);
      const own = work + 4 * groups * panels(filters / groups, (kh * kw * channels) / groups);
      const geometry = patches(sliding);
      parts.correlate(
        y, x, work, own, parts.patchWork(...geometry), 0, batch * outHeight, ...geometry, outHeight * outWidth * filters, outWidth * filters, filters,
      );
    },
    conv2dBackward(dx, dy, kernel, work, ...sliding) {
      const [batch, height, width, channels, outHeight, outWidth, filters, , kw, sy, sx, , , top, left, groups] = sliding;
      const way = algorithm(sliding);
      if (way === 'depthwise') return parts.depthwiseBackward(dx, dy, kernel, batch, ...pooling(sliding));
      if (way === 'product') return pixels('nt', dx, dy, kernel, work, batch * height * width, channels, filters, filters);
      if (way === 'winograd') return minimal(dx, dy, kernel, work, 1, [batch, outHeight, outWidth, filters, height, width, channels, 2 - top, 2 - left]);
      if (allPhases(sliding).some(([v, h]) => v.count * h.count === 0)) parts.fill(dx, batch * height * width * channels, 0);
      for (const [v, h] of allPhases(sliding)) {
        if (v.count * h.count === 0) continue;
        const geometry = phaseGeometry(sliding, v, h);
        parts.packTurned(work, kernel, kw, channels, filters, groups, v.tap, v.step, v.count, h.tap, h.step, h.count);
        const own = work + 4 * groups * panels(channels / groups, (v.count * h.count * filters) / groups);
        const start = dx + 4 * (v.first * width + h.first) * channels;
        parts.correlate(
          start, dy, work, own, parts.patchWork(...geometry), 0, batch * v.places, ...geometry,
          height * width * channels, sy * width * channels, sx * channels,
        );
      }
    },
    conv2dKernel(dKernel, x, dy, work, ...sliding) {
      const [batch, height, width, channels, , , filters, kh, kw, , , , dilationX, , , groups] = sliding;
      const way = algorithm(sliding);
      if (way === 'depthwise') {
        const [imageHeight, imageWidth, images, outHeight, outWidth, , ...window] = pooling(sliding);
        return parts.depthwiseKernel(dKernel, x, dy, 0, kh * kw, batch, imageHeight, imageWidth, images, outHeight, outWidth, ...window);
      }
      if (way === 'product') return parts.gemm(matmulCodes.tn, channels, filters, batch * height * width, x, channels, dy, filters, dKernel, filters, 1);
      if (way === 'winograd') {
        const own = work + 4 * places(channels * filters);
        parts.winogradGradient(work, x, dy, own, parts.winogradWork(channels, filters), 0, 6, batch, ...tiles(sliding));
        return parts.winogradKernelGradient(dKernel, work, 0, channels, channels, filters);
      }
      const geometry = patches(sliding);
      const run = (groups === 1 && dilationX === 1 ? kw : 1) * (channels / groups);
      const strips = ((kh * kw * channels) / groups / run) * Math.ceil(run / 4);
      parts.correlateKernel(dKernel, x, dy, work, parts.patchWork(...geometry), 0, strips, batch, ...geometry);
    },
    maxPool2d: (y, taps, x, ...sliding) => parts.maxPool(y, taps, x, 0, rows(sliding), ...pooling(sliding)),
    maxPool2dBackward: (dx, dy, taps, ...sliding) => parts.maxPoolBackward(dx, dy, taps, sliding[0], ...pooling(sliding)),
    averagePool2d: (y, x, ...sliding) => parts.averagePool(y, x, 0, rows(sliding), ...pooling(sliding)),
    averagePool2dBackward: (dx, dy, ...sliding) => parts.averagePoolBackward(dx, dy, sliding[0], ...pooling(sliding)),
  };
}
