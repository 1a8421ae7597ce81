/**
 * Constraints on weights: after each update of the optimiser the weight is put back to where it has to lie.
 *   O3  non-negative: w ← max(w, 0)
 *   O4  norms, each over the axes `axis`: n = √Σw²
 *   O5  max-norm (Srebro & Shraibman 2005): w ← w / max(1, n/c)
 *   O6  unit norm: w ← w / (n + 10⁻⁷)
 * O5 leaves what is within the limit as it is, to the bit; Keras multiplies it by n/(n + 10⁻⁷). More: docs/optimizers.md.
 */
import type { Kernels, Tensor } from './backend.js';
import { checkOptions, requirePositive } from './checks.js';
import { ArgumentError, formatShape } from './errors.js';
import type { JsonObject } from './json.js';
import type { Constraint } from './layers/weightRules.js';
import { sizeOf } from './tensor.js';
import type { Shape } from './tensor.js';

export interface UnitNormOptions {
  /**
   * Axis or axes over which norms are taken, neighbours; negative ones count from the last. Default 0, as in Keras: of a kernel
   * [D, units] the weights that come into a unit. Of a convolution's [kh, kw, C, F] that is [0, 1, 2].
   */
  readonly axis?: number | readonly number[] | undefined;
}

export interface MaxNormOptions extends UnitNormOptions {
  /** c in O5. Default 2. */
  readonly maxValue?: number | undefined;
}

export class NonNegative implements Constraint {
  readonly className = 'NonNegative';

  config(): JsonObject {
    return {};
  }

  apply(k: Kernels, w: Tensor): Tensor {
    return k.activate('relu', w, 0); // O3
  }
}

abstract class NormConstraint implements Constraint {
  abstract readonly className: string;
  readonly families = ['pointwise'] as const;
  readonly axis: readonly number[];

  constructor(label: string, { axis = 0 }: UnitNormOptions) {
    const axes: readonly unknown[] = Array.isArray(axis) ? axis : [axis];
    if (axes.length === 0 || !axes.every((at) => Number.isInteger(at))) {
      throw new ArgumentError({ operation: label, argument: 'axis', expected: 'an axis or a list of axes', actual: String(axis) });
    }
    this.axis = axes as number[];
  }

  /** What norms of these divide by. */
  protected abstract divisor(k: Kernels, norm: Tensor): Tensor;

  config(): JsonObject {
    return { axis: [...this.axis] };
  }

  check(label: string, shape: Shape): void {
    this.view(label, shape);
  }

  apply(k: Kernels, w: Tensor): Tensor {
    const [outer, count, inner] = this.view(this.className, w.shape);
    const rest = outer * inner;
    const rows = k.reshape(outer === 1 ? w : k.swapLeading(k.reshape(w, [outer, count, inner])), [count, rest]);
    const norm = k.sqrt(k.sumRowsTo(k.zeros([rest]), k.mul(rows, rows))); // O4
    const scaled = k.mulTiled(rows, k.reciprocal(this.divisor(k, norm))); // O5, O6
    return k.reshape(outer === 1 ? scaled : k.swapLeading(k.reshape(scaled, [count, outer, inner])), w.shape);
  }

  /** The shape as [outer, those of the axes, inner]. @throws ArgumentError unless they are neighbouring axes of it. */
  private view(label: string, shape: Shape): [outer: number, count: number, inner: number] {
    const axes = this.axis.map((at) => (at < 0 ? at + shape.length : at)).sort((a, b) => a - b);
    const [first = 0] = axes;
    if (first < 0 || !axes.every((at, i) => at === first + i && at < shape.length)) {
      throw new ArgumentError({ operation: label, argument: `axis of ${this.className}`, expected: `neighbouring axes of a weight ${formatShape(shape)}`, actual: this.axis.join(', ') });
    }
    const end = first + axes.length;
    return [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first, end)), sizeOf(shape.slice(end))];
  }
}

export class MaxNorm extends NormConstraint {
  readonly className = 'MaxNorm';
  readonly maxValue: number;

  constructor(options: MaxNormOptions = {}) {
    const { maxValue = 2, ...others } = checkOptions('maxNorm', options, { maxValue: true, axis: true });
    super('maxNorm', others);
    this.maxValue = maxValue;
    requirePositive('maxNorm', 'maxValue', maxValue);
  }

  override config(): JsonObject {
    return { maxValue: this.maxValue, ...super.config() };
  }

  protected divisor(k: Kernels, norm: Tensor): Tensor {
    return k.maximum(k.scale(norm, 1 / this.maxValue), k.affine(k.zeros(norm.shape), 1, 1)); // O5
  }
}

export class UnitNorm extends NormConstraint {
  readonly className = 'UnitNorm';

  constructor(options: UnitNormOptions = {}) {
    super('unitNorm', checkOptions('unitNorm', options, { axis: true }));
  }

  protected divisor(k: Kernels, norm: Tensor): Tensor {
    return k.affine(norm, 1, 1e-7); // O6
  }
}

/** Scales down what has a norm above `maxValue`. @throws ArgumentError for a limit that is not positive, or axes that are none. */
export function maxNorm(options: MaxNormOptions = {}): Constraint {
  return new MaxNorm(options);
}

/** Scales to a norm of 1; what is 0 stays 0. @throws ArgumentError for axes that are none. */
export function unitNorm(options: UnitNormOptions = {}): Constraint {
  return new UnitNorm(options);
}

/** Puts 0 in the place of negative weights. */
export function nonNegative(): Constraint {
  return new NonNegative();
}
