/**
 * Steps cut off both ends of a sequence, c₀ before and c₁ after:
 *   X7  y_t = x_{c₀+t}, t = 0 … T−c₀−c₁−1
 *   X8  dx_{c₀+t} = dy_t, 0 for the steps that were cut off
 * Nothing is cached but the shape of y. Derivation: docs/sequence-layers.md.
 */
import type { Kernels, Tensor } from '../backend.js';
import type { OptionNames } from '../checks.js';
import { takeOptions } from '../copies.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, Run } from './layer.js';
import { croppedMask } from './timeMask.js';
import type { TimeMask } from './timeMask.js';
import { requireAxes } from './window.js';
import type { Sides } from './window.js';

export interface Cropping1DOptions extends CommonOptions {
  /** Time steps: a number for both ends, or [before, after]. Default 1. */
  cropping?: number | Sides | undefined;
}

const optionNames: OptionNames<Cropping1DOptions> = { ...commonNames, cropping: true };

/** x [B, T, C] → [B, T − before − after, C]: the last week of a fortnight, `cropping: [7, 0]`. At least one step stays. */
export class Cropping1D extends Layer<NoTensors, NoTensors, Tensor> {
  override readonly kind = 'cropping1d';
  override readonly className = 'Cropping1D';
  override readonly output = 'moved';
  /** Steps that are cut off. */
  readonly sides: Sides;

  constructor(options: Cropping1DOptions = {}) {
    const { cropping = 1, ...common } = takeOptions<Cropping1DOptions>('Cropping1D', options, optionNames);
    super(common);
    this.sides = sidesOf(cropping);
  }

  override config(): JsonObject {
    return { cropping: [...this.sides] };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    requireAxes(this.label(), 1, x);
    const [steps = 0, ...rest] = x;
    const [before, after] = this.sides;
    if (steps <= before + after) {
      throw new ShapeError({ operation: this.label(), argument: 'input', expected: `more than ${before + after} steps: so many are cut off`, actual: formatShape(['batch', ...x]) });
    }
    return [[steps - before - after, ...rest]];
  }

  override masks([mask]: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return mask ? [croppedMask(mask, ...this.sides)] : [];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, Tensor> {
    const x = this.single(inputs);
    const [batch = 1, steps = 1, channels = 1] = x.shape;
    const [before, after] = this.sides;
    const kept = k.rows(k.swapLeading(x), before, steps - before - after); // X7
    const y = before + after === 0 ? x : k.reshape(k.swapLeading(kept), [batch, steps - before - after, channels]);
    return { outputs: [y], cache: y };
  }

  override backward({ k, inputGradient }: Run, _p: NoTensors, y: Tensor, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    if (inputGradient === false) return [];
    const dy = dOutput(k, dOutputs, y);
    const [batch = 1, steps = 1, channels = 1] = y.shape;
    const [before, after] = this.sides;
    const parts = [zeros(k, batch, before * channels), k.reshape(dy, [batch, steps * channels]), zeros(k, batch, after * channels)];
    const dx = k.concat(parts.filter((part) => part !== undefined)); // X8
    return [k.reshape(dx, [batch, before + steps + after, channels])];
  }
}

function sidesOf(cropping: unknown): Sides {
  const [before, after, ...more] = Array.isArray(cropping) ? cropping as unknown[] : [cropping, cropping];
  if (isSize(before) && isSize(after) && more.length === 0) return [before, after];
  throw new ArgumentError({ operation: 'Cropping1D', argument: 'cropping', expected: 'a number of steps or [before, after], each at least 0', actual: JSON.stringify(cropping) });
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function zeros(k: Kernels, rows: number, columns: number): Tensor | undefined {
  return columns > 0 ? k.zeros([rows, columns]) : undefined;
}
