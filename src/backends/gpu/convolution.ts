/**
 * Convolution and pooling over NHWC images. Every thread gathers what its element needs: backward too, it looks for the
 * windows that contain its pixel, so that nothing is added to from two sides. Ids V… refer to src/layers/conv2d.ts, P… to
 * src/layers/pooling.ts.
 */
import type { ConvolutionKernels, Tensor, Window } from '../../backend.js';
import { sizeOf } from '../../tensor.js';
import type { Shape } from '../../tensor.js';
import { convolutionSizes, slidingSizes } from '../../slidingSizes.js';
import type { SlidingSizes } from '../../slidingSizes.js';
import { add } from './arrays.js';
import type { Recorder } from './recorder.js';
import { sumOfParts } from './reduce.js';
import { addProducts, dot, literal, rowColumn, sections, unroll } from './source.js';
import { cut, requireSize } from './tensor.js';

/** Threads to keep a GPU busy with a kernel's gradient, and the shortest sum that is worth one. */
const manyThreads = 2 ** 17;
const shortestSum = 64;
/** Stands for −∞, which WGSL cannot write, in windows that lie wholly beside the image. */
const lowest = literal(-3.4028234663852886e38);

type Images = SlidingSizes['image'] | SlidingSizes['out'];

/** Declares image, line, column and channel of element i. */
function pixel(b: string, y: string, x: string, c: string, [, height, width, channels]: Images): string {
  return `${rowColumn('pixel', c, 'i', channels)} ${rowColumn('line', x, 'pixel', width)} ${rowColumn(b, y, 'line', height)}`;
}

/** Element of that image, line, column and channel. */
function element(b: string, y: string, x: string, c: string, [, height, width, channels]: Images): string {
  return `((${b} * ${height} + ${y}) * ${width} + ${x}) * ${channels} + ${c}`;
}

/** Declares line py or column px of the image under tap ky or kx of the window at oy or ox. */
function tapped(axis: 0 | 1, { stride, dilation, padding }: Window): string {
  const name = axis === 0 ? 'y' : 'x';
  return `const p${name} = o${name} * ${stride[axis]} - ${padding[2 * axis]} + k${name} * ${dilation[axis]};`;
}

/** Runs `body` for every tap (ky, kx) of the window at (oy, ox) that lies on the image, at (py, px), row by row. */
function eachTap({ image: [, height, width] }: SlidingSizes, window: Window, body: string): string {
  return `for (let ky = 0; ky < ${window.size[0]}; ky++) { ${tapped(0, window)} if (py >= 0 && py < ${height}) {
    for (let kx = 0; kx < ${window.size[1]}; kx++) { ${tapped(1, window)} if (px >= 0 && px < ${width}) { ${body} } }
  } }`;
}

/** Declares `from` and `to`: columns from ≤ ox < to have their tap kx on the image. */
function tappedColumns({ image: [, , width], out: [, , outWidth] }: SlidingSizes, { stride, dilation, padding }: Window): string {
  return `const beside = ${padding[2] + stride[1] - 1} - kx * ${dilation[1]}; ${rowColumn('first', 'restFirst', 'beside', stride[1])}
    const beyond = ${width - 1 + padding[2] + stride[1]} - kx * ${dilation[1]}; ${rowColumn('end', 'restEnd', 'beyond', stride[1])}
    const from = Math.max(first, 0); const to = Math.min(end, ${outWidth});`;
}

/** Runs `body` for every window, at (oy, ox), whose tap (ky, kx) lies on the pixel (py, px). */
function eachWindow({ out: [, height, width] }: SlidingSizes, { size, stride, dilation, padding }: Window, body: string): string {
  return `for (let ky = 0; ky < ${size[0]}; ky++) {
    const y = py + ${padding[0]} - ky * ${dilation[0]}; ${rowColumn('oy', 'besideY', 'y', stride[0])}
    if (besideY === 0 && oy >= 0 && oy < ${height}) { for (let kx = 0; kx < ${size[1]}; kx++) {
      const x = px + ${padding[2]} - kx * ${dilation[1]}; ${rowColumn('ox', 'besideX', 'x', stride[1])}
      if (besideX === 0 && ox >= 0 && ox < ${width}) { ${body} }
    } }
  }`;
}

export function convolutionKernels(recorder: Recorder): ConvolutionKernels {
  /** Pooling has as many filters as channels; `y`: what must have the shape of the result. */
  function pooling(operation: string, shape: Shape, window: Window, y?: Tensor): SlidingSizes {
    const sizes = slidingSizes(operation, shape, shape[3] ?? 0, window);
    if (y) requireSize(operation, 'dy', y, sizeOf(sizes.out));
    return sizes;
  }

  return {
    conv2d(x, kernel, window, groups) {
      const sizes = convolutionSizes('conv2d', x.shape, kernel, window, groups);
      const { image, out } = sizes;
      const [cg, filters] = [image[3] / groups, out[3]];
      return recorder.run(out, { image: x, w: kernel }, `
        ${pixel('b', 'oy', 'ox', 'f', out)} ${rowColumn('group', 'inGroup', 'f', filters / groups)}
        let sum = 0;
        ${eachTap(sizes, window, `
          let p = image_ + ${element('b', 'py', 'px', `group * ${cg}`, image)};
          let q = w_ + (ky * ${window.size[1]} + kx) * ${cg * filters} + f;
          ${dot('sum', cg, ['image', 'p', 1], ['w', 'q', filters])}`)}
        return sum;`); // V1
    },
    conv2dBackward(dy, kernel, shape, window, groups) {
      const sizes = convolutionSizes('conv2dBackward', shape, kernel, window, groups);
      const { image, out } = sizes;
      requireSize('conv2dBackward', 'dy', dy, sizeOf(out));
      const [cg, filters] = [image[3] / groups, out[3]];
      const fg = filters / groups;
      // Threads side by side take channels side by side: with the filters' axis ahead of theirs they read side by side too.
      const w = recorder.run(kernel.shape, { kernel }, `
        ${rowColumn('row', 'inGroup', 'i', cg)} ${rowColumn('tap', 'f', 'row', filters)}
        return kernel[(tap * ${cg} + inGroup) * ${filters} + f];`);
      return recorder.run(shape, { dy, w }, `
        ${pixel('b', 'py', 'px', 'c', image)} ${rowColumn('group', 'inGroup', 'c', cg)}
        let sum = 0;
        ${eachWindow(sizes, window, `
          let p = dy_ + ${element('b', 'oy', 'ox', `group * ${fg}`, out)};
          let q = w_ + ((ky * ${window.size[1]} + kx) * ${filters} + group * ${fg}) * ${cg} + inGroup;
          ${dot('sum', fg, ['dy', 'p', 1], ['w', 'q', cg])}`)}
        return sum;`); // V3
    },
    /** In two kernels where the sum is long: threads share the lines of y among them, then the parts are added. */
    conv2dKernelTo(target, x, dy, window, groups) {
      const sizes = convolutionSizes('conv2dKernelTo', x.shape, target, window, groups);
      const { image, out } = sizes;
      requireSize('conv2dKernelTo', 'dy', dy, sizeOf(out));
      const [batch, outHeight, outWidth, filters] = out;
      const cg = image[3] / groups;
      const lines = batch * outHeight;
      const shares = Math.min(lines, Math.ceil(manyThreads / target.size), Math.ceil(lines * outWidth / shortestSum));
      const linesEach = Math.ceil(lines / shares);
      const products = (count: number): string => addProducts('sum', count, ['image', 'p', window.stride[1] * image[3]], ['dy', 'q', filters]);
      const parts = recorder.run([shares, ...target.shape], { image: x, dy }, `
        ${rowColumn('share', 'e', 'i', target.size)} ${rowColumn('row', 'f', 'e', filters)} ${rowColumn('tap', 'c', 'row', cg)}
        ${rowColumn('ky', 'kx', 'tap', window.size[1])} ${rowColumn('group', 'inGroup', 'f', filters / groups)}
        ${tappedColumns(sizes, window)}
        let sum = 0;
        for (let j = 0; j < ${linesEach}; j++) {
          const at = share * ${linesEach} + j; ${rowColumn('b', 'oy', 'at', outHeight)} ${tapped(0, window)}
          if (at < ${lines} && py >= 0 && py < ${image[1]} && from < to) {
            const ox = from; ${tapped(1, window)}
            let left = to - from;
            let p = image_ + ${element('b', 'py', 'px', `group * ${cg} + c`, image)};
            let q = dy_ + ${element('b', 'oy', 'ox', 'f', out)};
            for (let n = 0; n < ${Math.ceil(outWidth / unroll)}; n++) { if (left >= ${unroll}) { ${products(unroll)} left -= ${unroll}; } }
            for (let n = 0; n < ${unroll - 1}; n++) { if (left > 0) { ${products(1)} left -= 1; } }
          }
        }
        return sum;`); // V4
      return add(recorder, target, sumOfParts(recorder, parts, shares, target.shape));
    },
    maxPool2d(x, window) {
      const sizes = pooling('maxPool2d', x.shape, window);
      const { image, out } = sizes;
      // What is not a number fails both comparisons, and the sum keeps it from then on.
      const search = `
        ${pixel('b', 'oy', 'ox', 'c', out)}
        let best = ${lowest}; let tap = -1;
        ${eachTap(sizes, window, `
          const value = image[${element('b', 'py', 'px', 'c', image)}];
          if (tap >= 0 && value <= best) { continue; }
          if (tap < 0 || value > best) { best = value; } else { best += value; }
          tap = ky * ${window.size[1]} + kx;`)}`;
      const [y, taps] = cut(recorder.run([2 * sizeOf(out)], { image: x }, sections(
        [sizeOf(out), `${search} return best;`],
        [sizeOf(out), `${search} return Math.max(tap, 0);`],
      )), out, out); // P1
      return { y, taps };
    },
    maxPool2dBackward(dy, taps, shape, window) {
      const sizes = pooling('maxPool2dBackward', shape, window, dy);
      return recorder.run(shape, { dy, taps }, `
        ${pixel('b', 'py', 'px', 'c', sizes.image)}
        let sum = 0;
        ${eachWindow(sizes, window, `
          const from = ${element('b', 'oy', 'ox', 'c', sizes.out)};
          if (taps[from] === ky * ${window.size[1]} + kx) { sum += dy[from]; }`)}
        return sum;`); // P2
    },
    averagePool2d(x, window) {
      const sizes = pooling('averagePool2d', x.shape, window);
      return recorder.run(sizes.out, { image: x }, `
        ${pixel('b', 'oy', 'ox', 'c', sizes.out)}
        let sum = 0; let count = 0;
        ${eachTap(sizes, window, `sum += image[${element('b', 'py', 'px', 'c', sizes.image)}]; count += 1;`)}
        if (count > 0) { return sum / count; } return 0;`); // P3
    },
    averagePool2dBackward(dy, shape, window) {
      const sizes = pooling('averagePool2dBackward', shape, window, dy);
      const share = recorder.run(sizes.out, { dy }, `
        ${pixel('b', 'oy', 'ox', 'c', sizes.out)}
        let count = 0;
        ${eachTap(sizes, window, 'count += 1;')}
        if (count > 0) { return dy[i] / count; } return 0;`);
      return recorder.run(shape, { share }, `
        ${pixel('b', 'py', 'px', 'c', sizes.image)}
        let sum = 0;
        ${eachWindow(sizes, window, `sum += share[${element('b', 'oy', 'ox', 'c', sizes.out)}];`)}
        return sum;`); // P4
    },
  };
}
