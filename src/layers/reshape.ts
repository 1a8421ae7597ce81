import type { Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import { isOpen } from '../openShapes.js';
import { sizeOf } from '../tensor.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, Run } from './layer.js';

interface ReshapeCache { readonly x: Tensor; readonly y: Tensor }

/** Rearranges nothing, only renames axes: row-major order stays. */
abstract class Reshaping extends Layer<NoTensors, NoTensors, ReshapeCache> {
  override readonly output = 'moved';

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, ReshapeCache> {
    const x = this.single(inputs);
    const [batch = 0, ...shape] = x.shape;
    const [target = []] = this.outputShapes([shape]);
    const y = k.reshape(x, [batch, ...target]);
    return { outputs: [y], cache: { x, y } };
  }

  override backward({ k }: Run, _p: NoTensors, { x, y }: ReshapeCache, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    return [k.reshape(dOutput(k, dOutputs, y), x.shape)];
  }
}

/** [B, …] → [B, product of the rest]. */
export class Flatten extends Reshaping {
  override readonly kind = 'flatten';
  override readonly className = 'Flatten';

  constructor(options: CommonOptions = {}) {
    super(checkOptions('Flatten', options, commonNames));
  }

  override config(): JsonObject {
    return {};
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    if (!isOpen(x)) return [[sizeOf(x)]];
    throw new ShapeError({
      operation: this.label(), argument: 'input', expected: 'of known sizes', actual: formatShape(['batch', ...x]),
      hint: 'Weights above would be as many as there are steps: take GlobalAveragePool1D, or a recurrent layer without returnSequences, in its place.',
    });
  }
}

export interface ReshapeOptions extends CommonOptions {
  /** New shape without the batch axis; one entry may be −1 and is worked out. */
  targetShape: Shape;
}

const optionNames: OptionNames<ReshapeOptions> = { ...commonNames, targetShape: true };

/** [B, …] → [B, ...targetShape]. */
export class Reshape extends Reshaping {
  override readonly kind = 'reshape';
  override readonly className = 'Reshape';
  readonly targetShape: Shape;

  constructor(options: ReshapeOptions) {
    super(checkOptions('Reshape', options, optionNames));
    const given: unknown = options.targetShape;
    this.targetShape = Array.isArray(given) ? [...options.targetShape] : [NaN];
    const open = this.targetShape.filter((n) => n === -1).length;
    if (open > 1 || this.targetShape.some((n) => !Number.isInteger(n) || n < -1 || n === 0)) {
      throw new ArgumentError({
        operation: 'Reshape', argument: 'targetShape', expected: 'whole numbers of at least 1, at most one of them −1', actual: formatShape(this.targetShape),
      });
    }
  }

  override config(): JsonObject {
    return { targetShape: this.targetShape };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    const size = sizeOf(x);
    if (isOpen(x)) return [this.openTarget(x)];
    const known = this.targetShape.reduce((product, n) => (n === -1 ? product : product * n), 1);
    const shape = this.targetShape.map((n) => (n === -1 ? size / known : n));
    if (sizeOf(shape) !== size || shape.some((n) => !Number.isInteger(n))) {
      throw new ShapeError({
        operation: this.label(), argument: 'targetShape', expected: `a shape of ${size} elements`, actual: formatShape(this.targetShape),
      });
    }
    return [shape];
  }

  /** −1 stands for the open axis: x [null, 6] to [−1, 2, 3] or [−1, 3]. */
  private openTarget(x: Shape): Shape {
    if (this.targetShape.includes(-1)) return this.targetShape.map((n) => (n === -1 ? NaN : n));
    throw new ShapeError({
      operation: this.label(), argument: 'targetShape', expected: `with a −1, which takes up what is left open in ${formatShape(['batch', ...x])}`, actual: formatShape(this.targetShape),
    });
  }
}
