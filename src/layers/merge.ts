/**
 * Joining branches of a graph.
 *   J1  Add          y = Σ_i x_i,                 dx_i = dy
 *   J2  Multiply     y = ⊙_i x_i,                 dx_i = dy ⊙ Π_{j≠i} x_j
 *   J3  Concatenate  y = [x_1 | x_2 | …] along the last axis, dx_i = the part of dy where x_i went
 * Derivation: docs/convolution.md.
 */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import { ShapeError, formatShape } from '../errors.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, Run } from './layer.js';
import { whereAllAreReal } from './timeMask.js';
import type { TimeMask } from './timeMask.js';

export type MergeOptions = CommonOptions;

interface MergeCache { readonly inputs: readonly Tensor[]; readonly y: Tensor }

abstract class Merge extends Layer<NoTensors, NoTensors, MergeCache> {
  constructor(label: string, options: MergeOptions) {
    super(checkOptions(label, options, commonNames));
  }

  override config(): JsonObject {
    return {};
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const [first = [], ...others] = inputs;
    const odd = others.find((shape) => shape.length !== first.length || shape.some((n, i) => n !== first[i] && !this.mayDiffer(i, first)));
    if (others.length > 0 && !odd) return [this.merged(inputs)];
    throw new ShapeError({
      operation: this.label(), argument: 'inputs', expected: others.length === 0 ? 'two or more tensors' : `all of shape ${formatShape(['batch', ...this.pattern(first)])}`,
      actual: odd ? formatShape(['batch', ...odd]) : `${inputs.length}`, hint: odd ? undefined : 'Pass a list: apply([a, b]).',
    });
  }

  /** Axes meet one to one: a step is real where it is real in every branch. */
  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return [whereAllAreReal(inputs)];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, MergeCache> {
    const y = this.join(k, inputs);
    return { outputs: [y], cache: { inputs, y } };
  }

  override backward({ k }: Run, _p: NoTensors, { inputs, y }: MergeCache, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    return this.part(k, inputs, dOutput(k, dOutputs, y));
  }

  /** Whether inputs may have different sizes along this axis. */
  protected mayDiffer(_axis: number, _shape: Shape): boolean {
    return false;
  }

  protected pattern(shape: Shape): readonly (number | string)[] {
    return shape;
  }

  protected merged(inputs: readonly Shape[]): Shape {
    return inputs[0] ?? [];
  }

  protected abstract join(k: Kernels, inputs: readonly Tensor[]): Tensor;
  protected abstract part(k: Kernels, inputs: readonly Tensor[], dy: Tensor): Tensor[];
}

function all(inputs: readonly Tensor[], combine: (a: Tensor, b: Tensor) => Tensor): Tensor {
  return inputs.reduce((a, b) => combine(a, b));
}

/** The sum of two or more tensors of one shape: `new Add().apply([a, b])`. */
export class Add extends Merge {
  override readonly kind = 'add';
  override readonly output = 'blended';
  override readonly className = 'Add';

  constructor(options: MergeOptions = {}) {
    super('Add', options);
  }

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return all(inputs, (a, b) => k.add(a, b)); // J1
  }

  protected override part(_k: Kernels, inputs: readonly Tensor[], dy: Tensor): Tensor[] {
    return inputs.map(() => dy); // J1
  }
}

/** The product, entry by entry, of two or more tensors of one shape. */
export class Multiply extends Merge {
  override readonly kind = 'multiply';
  override readonly output = 'blended';
  override readonly className = 'Multiply';

  constructor(options: MergeOptions = {}) {
    super('Multiply', options);
  }

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return all(inputs, (a, b) => k.mul(a, b)); // J2
  }

  protected override part(k: Kernels, inputs: readonly Tensor[], dy: Tensor): Tensor[] {
    return inputs.map((_, i) => all([dy, ...inputs.filter((_other, j) => j !== i)], (a, b) => k.mul(a, b))); // J2
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

  protected override mayDiffer(axis: number, shape: Shape): boolean {
    return axis === shape.length - 1;
  }

  protected override pattern(shape: Shape): readonly (number | string)[] {
    return [...shape.slice(0, -1), '…'];
  }

  protected override merged(inputs: readonly Shape[]): Shape {
    return [...(inputs[0] ?? []).slice(0, -1), inputs.reduce((sum, shape) => sum + (shape.at(-1) ?? 0), 0)];
  }

  protected override join(k: Kernels, inputs: readonly Tensor[]): Tensor {
    return k.concat(inputs); // J3
  }

  protected override part(k: Kernels, inputs: readonly Tensor[], dy: Tensor): Tensor[] {
    return k.split(dy, inputs.map(({ shape }) => shape.at(-1) ?? 0)); // J3
  }
}
