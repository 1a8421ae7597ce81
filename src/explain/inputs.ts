/** The places of an input, and what stands where something is taken away. */
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import { allocate, sameShape, toHost } from '../tensor.js';
import type { FloatArray, HostTensor, Shape, TensorLike } from '../tensor.js';
import { explainNames } from './subject.js';
import type { ExplainOptions, Subject } from './subject.js';

/** What stands for nothing: a number, or a tensor of the input's shape with or without the batch axis. */
export type Baseline = number | TensorLike;

export interface InputOptions extends ExplainOptions {
  /** Which input of the model. Default 0. */
  readonly input?: number;
  /** What is put where something is taken away. Default 0. */
  readonly baseline?: Baseline;
}

export const inputNames: OptionNames<InputOptions> = { ...explainNames, input: true, baseline: true };

/** [B, ...], the baseline of every sample. @throws ShapeError for a tensor of another shape. */
export function baselineOf(operation: string, baseline: Baseline | undefined, { data, shape }: HostTensor): FloatArray {
  const out = allocate(data instanceof Float32Array ? 'float32' : 'float64', data.length);
  if (baseline === undefined || typeof baseline === 'number') return out.fill(baseline ?? 0);
  const given = toHost(baseline, 'float64');
  if (!sameShape(given.shape, shape) && !sameShape(given.shape, shape.slice(1))) {
    throw new ShapeError({
      operation, argument: 'baseline', expected: `a number, ${formatShape(shape.slice(1))} or ${formatShape(shape)}`, actual: formatShape(given.shape),
    });
  }
  for (let at = 0; at < out.length; at += given.data.length) out.set(given.data, at);
  return out;
}

/** An input as places with channels: an image [H, W, C], a sequence [T, D], or features [D], each a place of its own. */
export interface Ground {
  readonly input: number;
  readonly x: HostTensor;
  /** [H, W], [T] or [D] */
  readonly axes: Shape;
  readonly channels: number;
  /** [B, ...] */
  readonly baseline: FloatArray;
}

/** @throws ArgumentError for an input that is not there; ShapeError for more axes than an image has, or a baseline that does not fit. */
export function groundOf(operation: string, subject: Subject, { input = 0, baseline }: Pick<InputOptions, 'input' | 'baseline'>): Ground {
  const x = subject.x[input];
  if (!x) throw new ArgumentError({ operation, argument: 'input', expected: `an input from 0 to ${subject.x.length - 1}`, actual: String(input) });
  const shape = x.shape.slice(1);
  if (shape.length > 3) {
    throw new ShapeError({ operation, argument: `input ${input}`, expected: 'features, a sequence or an image', actual: formatShape(x.shape) });
  }
  const axes = shape.length === 1 ? shape : shape.slice(0, -1);
  return { input, x, axes, channels: shape.length === 1 ? 1 : (shape.at(-1) ?? 1), baseline: baselineOf(operation, baseline, x) };
}

/** Puts the baseline of a sample at some places of a copy of its inputs. */
export function takeAway({ input, baseline, channels }: Ground, sample: number, inputs: readonly FloatArray[], places: readonly number[]): void {
  const out = inputs[input];
  if (!out) return;
  const own = baseline.subarray(sample * out.length);
  for (const place of places) {
    for (let at = place * channels; at < (place + 1) * channels; at++) out[at] = own[at] ?? 0;
  }
}
