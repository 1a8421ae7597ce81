/**
 * Joining branches of a graph.
 *   J1  Add          y = Σ_i x_i,                 dx_i = dy
 *   J2  Multiply     y = ⊙_i x_i,                 dx_i = dy ⊙ Π_{j≠i} x_j
 *   J3  Concatenate  y = [x_1 | x_2 | …] along the last axis, dx_i = the part of dy where x_i went
 *   J4  Subtract     y = x_1 − x_2,               dx_1 = dy, dx_2 = −dy
 *   J5  Average      y = (Σ_i x_i) / n,           dx_i = dy / n
 *   J6  Maximum      y = max_i x_i,               dx_i = dy·[x_i = y] / (how many x_j = y); Minimum likewise
 *   J7  where sizes differ, but for J3, x_i first gets axes of size 1 behind the batch and is repeated along its axes of size 1;
 *       dx_i is summed over them
 * Derivation: docs/convolution.md.
 */
import type { KernelFamily, Kernels, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import { ShapeError, formatShape } from '../errors.js';
import { closed, sizesMeet } from '../openShapes.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, Run } from './layer.js';
import { stretchedMask, whereAllAreReal } from './timeMask.js';
import type { TimeMask } from './timeMask.js';

export type MergeOptions = CommonOptions;

/** `aligned`: the inputs in the shape of y. */
interface MergeCache { readonly inputs: readonly Tensor[]; readonly aligned: readonly Tensor[]; readonly y: Tensor }

abstract class Merge extends Layer<NoTensors, NoTensors, MergeCache> {
  override readonly output: 'moved' | 'blended' = 'blended';

  constructor(label: string, options: MergeOptions) {
    super(checkOptions(label, options, commonNames));
  }

  override config(): JsonObject {
    return {};
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    if (inputs.length >= 2) return [this.merged(inputs)];
    throw new ShapeError({ operation: this.label(), argument: 'inputs', expected: 'two or more tensors', actual: `${inputs.length}`, hint: 'Pass a list: apply([a, b]).' });
  }

  /** A step is real where it is real in every branch with that time axis; one step that is repeated speaks for all. */
  override masks(inputs: readonly (TimeMask | undefined)[], shapes: readonly Shape[]): readonly (TimeMask | undefined)[] {
    const y = this.merged(shapes);
    const [steps = 1] = y;
    const meeting = inputs.filter((_, i) => shapes[i]?.length === y.length);
    return [whereAllAreReal(meeting.map((mask) => (mask && !sizesMeet(mask.steps, steps) ? stretchedMask(mask, steps, steps) : mask)))];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, MergeCache> {
    const aligned = this.align(k, inputs);
    const y = this.join(k, aligned);
    return { outputs: [y], cache: { inputs, aligned, y } };
  }

  override backward({ k }: Run, _p: NoTensors, { inputs, aligned, y }: MergeCache, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    return this.part(k, aligned, y, dOutput(k, dOutputs, y)).map((d, i) => this.unalign(k, d, inputs[i]?.shape ?? []));
  }

  protected abstract merged(inputs: readonly Shape[]): Shape;
  protected abstract align(k: Kernels, inputs: readonly Tensor[]): readonly Tensor[];
  protected abstract unalign(k: Kernels, d: Tensor, shape: Shape): Tensor;
  protected abstract join(k: Kernels, inputs: readonly Tensor[]): Tensor;
  protected abstract part(k: Kernels, inputs: readonly Tensor[], y: Tensor, dy: Tensor): Tensor[];
}

/** A shape of `rank` axes: as many of size 1 as it lacks stand in front of `axes`, behind the first `batch` of them. */
function filled(shape: Shape, rank: number, batch: 0 | 1): Shape {
  return [...shape.slice(0, batch), ...Array.from({ length: rank - shape.length }, () => 1), ...shape.slice(batch)];
}

/** Entry by entry. */
abstract class Elementwise extends Merge {
  override readonly families: readonly KernelFamily[] = ['broadcast'];

  protected override merged(inputs: readonly Shape[]): Shape {
    const rank = Math.max(...inputs.map((shape) => shape.length));
    const shapes = inputs.map((shape) => filled(shape, rank, 0));
    const y = Array.from({ length: rank }, (_, axis) => {
      const sizes = shapes.map((shape) => shape[axis] ?? 1);
      return sizes.find((size) => size > 1) ?? sizes.find(Number.isNaN) ?? 1;
    });
    const odd = shapes.findIndex((shape) => shape.some((size, axis) => size !== 1 && !sizesMeet(size, y[axis])));
    if (odd < 0) return y;
    throw new ShapeError({
      operation: this.label(), argument: 'inputs', expected: `of one shape, or of sizes 1 where they differ, with the others ${formatShape(['batch', ...y])}`,
      actual: formatShape(['batch', ...(inputs[odd] ?? [])]), hint: 'Axes are aligned at the end, as in Keras.',
    });
  }

  protected override align(k: Kernels, inputs: readonly Tensor[]): readonly Tensor[] {
    const batch = inputs[0]?.shape[0] ?? 1;
    const shape = [batch, ...this.merged(inputs.map((x) => x.shape.slice(1)))];
    return inputs.map((x) => k.broadcast(k.reshape(x, filled(x.shape, shape.length, 1)), shape)); // J7
  }

  protected override unalign(k: Kernels, d: Tensor, shape: Shape): Tensor {
    return k.reshape(k.sumAxes(d, filled(shape, d.shape.length, 1)), shape); // J7
  }
}

function all(inputs: readonly Tensor[], combine: (a: Tensor, b: Tensor) => Tensor): Tensor {
  return inputs.reduce((a, b) => combine(a, b));
}

/** The sum of two or more tensors: `new Add().apply([a, b])`. Axes of size 1 are repeated: [6, 3] + [6, 1], [6, 3] + [3]. */
export class Add extends Elementwise {
  override readonly kind = 'add';
  override readonly className = 'Add';

  constructor(options: MergeOptions = {}) {
    super('Add', options);
  }

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return all(inputs, (a, b) => k.add(a, b)); // J1
  }

  protected override part(_k: Kernels, inputs: readonly Tensor[], _y: Tensor, dy: Tensor): Tensor[] {
    return inputs.map(() => dy); // J1
  }
}

/** The first of two tensors less the second. Axes of size 1 are repeated, as in {@link Add}. */
export class Subtract extends Elementwise {
  override readonly kind = 'subtract';
  override readonly className = 'Subtract';

  constructor(options: MergeOptions = {}) {
    super('Subtract', options);
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    if (inputs.length === 2) return super.outputShapes(inputs);
    throw new ShapeError({ operation: this.label(), argument: 'inputs', expected: 'two tensors', actual: `${inputs.length}`, hint: 'Pass a list: apply([a, b]).' });
  }

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return all(inputs, (a, b) => k.sub(a, b)); // J4
  }

  protected override part(k: Kernels, _inputs: readonly Tensor[], _y: Tensor, dy: Tensor): Tensor[] {
    return [dy, k.scale(dy, -1)]; // J4
  }
}

/** The product, entry by entry, of two or more tensors. Axes of size 1 are repeated, as in {@link Add}. */
export class Multiply extends Elementwise {
  override readonly kind = 'multiply';
  override readonly className = 'Multiply';

  constructor(options: MergeOptions = {}) {
    super('Multiply', options);
  }

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return all(inputs, (a, b) => k.mul(a, b)); // J2
  }

  protected override part(k: Kernels, inputs: readonly Tensor[], _y: Tensor, dy: Tensor): Tensor[] {
    return inputs.map((_, i) => all([dy, ...inputs.filter((_other, j) => j !== i)], (a, b) => k.mul(a, b))); // J2
  }
}

/** The mean, entry by entry, of two or more tensors. Axes of size 1 are repeated, as in {@link Add}. */
export class Average extends Elementwise {
  override readonly kind = 'average';
  override readonly className = 'Average';

  constructor(options: MergeOptions = {}) {
    super('Average', options);
  }

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return k.scale(all(inputs, (a, b) => k.add(a, b)), 1 / inputs.length); // J5
  }

  protected override part(k: Kernels, inputs: readonly Tensor[], _y: Tensor, dy: Tensor): Tensor[] {
    const d = k.scale(dy, 1 / inputs.length); // J5
    return inputs.map(() => d);
  }
}

/** One of the entries, whose gradient those that are equal to it share. */
abstract class Extreme extends Elementwise {
  override readonly families = ['broadcast', 'pointwise'] as const;

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return all(inputs, (a, b) => this.chosen(k, a, b)); // J6
  }

  protected override part(k: Kernels, inputs: readonly Tensor[], y: Tensor, dy: Tensor): Tensor[] {
    const equal = inputs.map((x) => k.affine(this.beyond(k, y, x), -1, 1));
    const share = k.div(dy, all(equal, (a, b) => k.add(a, b)));
    return equal.map((is) => k.mul(is, share)); // J6
  }

  protected abstract chosen(k: Kernels, a: Tensor, b: Tensor): Tensor;
  /** 1 where x is not y, which lies beyond it. */
  protected abstract beyond(k: Kernels, y: Tensor, x: Tensor): Tensor;
}

/**
 * The largest entry, place by place, of two or more tensors. Axes of size 1 are repeated, as in {@link Add}. Where several are the
 * largest they share the gradient equally, whatever their order: of two, each gets half, as in PyTorch and JAX (TensorFlow: all to the first).
 */
export class Maximum extends Extreme {
  override readonly kind = 'maximum';
  override readonly className = 'Maximum';

  constructor(options: MergeOptions = {}) {
    super('Maximum', options);
  }

  protected override chosen(k: Kernels, a: Tensor, b: Tensor): Tensor {
    return k.maximum(a, b);
  }

  protected override beyond(k: Kernels, y: Tensor, x: Tensor): Tensor {
    return k.greater(y, x);
  }
}

/** The smallest entry, place by place; all else as {@link Maximum}. */
export class Minimum extends Extreme {
  override readonly kind = 'minimum';
  override readonly className = 'Minimum';

  constructor(options: MergeOptions = {}) {
    super('Minimum', options);
  }

  protected override chosen(k: Kernels, a: Tensor, b: Tensor): Tensor {
    return k.minimum(a, b);
  }

  protected override beyond(k: Kernels, y: Tensor, x: Tensor): Tensor {
    return k.greater(x, y);
  }
}

/** Side by side along the last axis: [.., C₁], [.., C₂], … → [.., C₁ + C₂ + …]. */
export class Concatenate extends Merge {
  override readonly kind = 'concatenate';
  override readonly output = 'moved';
  override readonly className = 'Concatenate';

  constructor(options: MergeOptions = {}) {
    super('Concatenate', options);
  }

  protected override merged(inputs: readonly Shape[]): Shape {
    const [first = []] = inputs;
    const odd = inputs.find((shape) => shape.length !== first.length || shape.slice(0, -1).some((size, axis) => !sizesMeet(size, first[axis])));
    if (!odd) return [...inputs.reduce(closed, first).slice(0, -1), inputs.reduce((sum, shape) => sum + (shape.at(-1) ?? 0), 0)];
    throw new ShapeError({
      operation: this.label(), argument: 'inputs', expected: `all of shape ${formatShape(['batch', ...first.slice(0, -1), '…'])}`, actual: formatShape(['batch', ...odd]),
    });
  }

  protected override align(_k: Kernels, inputs: readonly Tensor[]): readonly Tensor[] {
    return inputs;
  }

  protected override unalign(_k: Kernels, d: Tensor): Tensor {
    return d;
  }

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return k.concat(inputs); // J3
  }

  protected override part(k: Kernels, inputs: readonly Tensor[], _y: Tensor, dy: Tensor): Tensor[] {
    return k.split(dy, inputs.map(({ shape }) => shape.at(-1) ?? 0)); // J3
  }
}
