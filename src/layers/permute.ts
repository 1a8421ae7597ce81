/**
 * Axes in another order (numpy's transpose, Keras's Permute). For dims d, which count from 1 since axis 0 is the batch:
 *   X3  y[b, i_d1, i_d2, …] = x[b, i_1, i_2, …]
 *   X4  dx[b, i_1, i_2, …] = dy[b, i_d1, i_d2, …]
 * Derivation: docs/sequence-layers.md.
 */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import { sizeOf } from '../tensor.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';

/** x with its axes in the order `to`, which begins with 0: blocks of neighbouring axes change places, mostly once. */
function reordered(k: Kernels, x: Tensor, to: readonly number[]): Tensor {
  let order = x.shape.map((_, axis) => axis);
  let y = x;
  for (const [at, axis] of to.entries()) {
    const from = order.indexOf(axis);
    if (from === at) continue;
    let end = from + 1;
    while (end < order.length && order[end] === to[at + end - from]) end++;
    const blocks = [order.slice(0, at), order.slice(at, from), order.slice(from, end), order.slice(end)];
    y = k.swapLeading(k.reshape(y, blocks.map((axes) => sizeOf(axes.map((i) => x.shape[i] ?? 1)))), 1);
    const [front = [], passed = [], taken = [], rest = []] = blocks;
    order = [...front, ...taken, ...passed, ...rest];
  }
  return k.reshape(y, to.map((axis) => x.shape[axis] ?? 1));
}

export interface PermuteOptions extends CommonOptions {
  /** Which axis of the input comes first, second, …, counted from 1; the batch, axis 0, stays. [2, 1] exchanges time and features. */
  dims: readonly number[];
}

const optionNames: OptionNames<PermuteOptions> = { ...commonNames, dims: true };

/** x [B, …] → [B, …] with its axes in the order `dims`. A mask goes on where axis 1 stays the first, and ends elsewhere. */
export class Permute extends Layer<NoTensors, NoTensors, Tensor> {
  override readonly kind = 'permute';
  override readonly className = 'Permute';
  /** Where the last axis moves, classes of a softmax no longer lie side by side, and no loss may look through. */
  override readonly output: 'moved' | 'blended';
  readonly dims: readonly number[];

  constructor(options: PermuteOptions) {
    super(checkOptions('Permute', options, optionNames));
    const given: unknown = options.dims;
    this.dims = Array.isArray(given) ? [...options.dims] : [];
    if (this.dims.length === 0 || this.dims.some((_, i) => !this.dims.includes(i + 1))) {
      throw new ArgumentError({
        operation: 'Permute', argument: 'dims', expected: 'the numbers of all axes but the batch, from 1 on, each once', actual: JSON.stringify(given),
        hint: 'Permute({ dims: [2, 1] }) turns [batch, time, features] into [batch, features, time].',
      });
    }
    this.output = this.dims.at(-1) === this.dims.length ? 'moved' : 'blended';
  }

  override config(): JsonObject {
    return { dims: this.dims };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    if (x.length !== this.dims.length) {
      throw new ShapeError({ operation: this.label(), argument: 'input', expected: `of ${this.dims.length} axes without the batch, as many as dims`, actual: formatShape(['batch', ...x]) });
    }
    return [this.dims.map((axis) => x[axis - 1] ?? 1)];
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return this.dims[0] === 1 ? inputs : [];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, Tensor> {
    const y = reordered(k, this.single(inputs), [0, ...this.dims]); // X3
    return { outputs: [y], cache: y };
  }

  override backward({ k, inputGradient }: Run, _p: NoTensors, y: Tensor, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    if (inputGradient === false) return [];
    const back = [0, ...this.dims.map((_, i) => 1 + this.dims.indexOf(i + 1))];
    return [reordered(k, dOutput(k, dOutputs, y), back)]; // X4
  }
}
