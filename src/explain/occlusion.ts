/** Occlusion (Zeiler & Fergus 2014): what the score loses when a window of the input is covered. No gradients, any model. */
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { ModelData } from '../models/training/data.js';
import { fromHost } from '../ndarrays.js';
import { sizeOf } from '../tensor.js';
import type { FloatArray, NdArray, Shape } from '../tensor.js';
import { groundOf, inputNames, takeAway } from './inputs.js';
import type { InputOptions } from './inputs.js';
import type { ExplainedModel } from './probe.js';
import { Subject, takeExplainOptions } from './subject.js';

export interface OcclusionOptions extends InputOptions {
  /** Places that are covered at once: a number along every axis, or [height, width]. */
  readonly window: number | readonly number[];
  /** How far the window moves. Default: half the window, at least 1. The last window ends at the edge, so every place is covered. */
  readonly stride?: number | readonly number[];
}

const optionNames: OptionNames<OcclusionOptions> = { ...inputNames, window: true, stride: true };

export interface OcclusionMaps {
  /** [B, rows, columns], or [B, positions]: score − score with the window covered, for each place of the window. */
  readonly maps: NdArray<FloatArray>;
  /** [B, H, W], or [B, T]: for each place of the input the mean over the windows that cover it. */
  readonly resized: NdArray<FloatArray>;
  /** Number of the model input. */
  readonly input: number;
  /** [B], the scores with nothing covered. */
  readonly scores: Float64Array;
}

/**
 * Covers the input window by window, all channels or features at once, and asks for the score each time: rows · columns passes for
 * each sample. A positive number means that what was covered raised the score.
 *
 * @throws ArgumentError for a window or stride that is not whole, at least 1, and no longer than its axis, or for an unknown input;
 * ShapeError, DataError for samples or a baseline that do not fit.
 */
export async function occlusion(model: ExplainedModel, x: ModelData, options: OcclusionOptions): Promise<OcclusionMaps> {
  const own = takeExplainOptions('occlusion', options, optionNames);
  const subject = await Subject.open(model, x, own);
  const ground = groundOf('occlusion', subject, own);
  const { axes, input } = ground;
  const size = perAxis('window', own.window, axes, axes);
  const stride = perAxis('stride', own.stride ?? size.map((n) => Math.max(1, Math.floor(n / 2))), axes, axes.map(() => Infinity));
  const starts = axes.map((n, axis) => startsOf(n, size[axis] ?? 1, stride[axis] ?? 1));
  const grid = starts.map((list) => list.length);
  const windows = sizeOf(grid);
  const covered = Array.from({ length: windows }, (_, window) => placesUnder(window, starts, size, axes));

  const scores = await subject.scores({});
  const sampleOf = (copy: number): number => Math.floor(copy / windows);
  const losses = await subject.scores({ copies: subject.samples * windows, sampleOf, alter: (copy, inputs) => {
    takeAway(ground, sampleOf(copy), inputs, covered[copy % windows] ?? []);
  } });
  losses.forEach((score, copy) => { losses[copy] = (scores[sampleOf(copy)] ?? NaN) - score; });

  const places = sizeOf(axes);
  const resized = new Float64Array(subject.samples * places);
  const counts = new Float64Array(places);
  covered.forEach((list) => { for (const place of list) counts[place] = (counts[place] ?? 0) + 1; });
  losses.forEach((loss, copy) => {
    for (const place of covered[copy % windows] ?? []) {
      const at = sampleOf(copy) * places + place;
      resized[at] = (resized[at] ?? 0) + loss / (counts[place] ?? 1);
    }
  });
  return { maps: fromHost(losses, [subject.samples, ...grid]), resized: fromHost(resized, [subject.samples, ...axes]), input, scores };
}

function perAxis(argument: string, value: number | readonly number[], axes: Shape, limits: readonly number[]): readonly number[] {
  const list: unknown = typeof value === 'number' ? axes.map(() => value) : value;
  const isList = (given: unknown): given is readonly number[] => Array.isArray(given);
  if (isList(list) && list.length === axes.length && list.every((n, axis) => Number.isInteger(n) && n >= 1 && n <= (limits[axis] ?? 0))) return list;
  throw new ArgumentError({
    operation: 'occlusion', argument, expected: `whole numbers of at least 1 for the axes [${axes.join(', ')}]${limits === axes ? ', no longer than these' : ''}`, actual: JSON.stringify(value) ?? 'nothing',
  });
}

/** 0, stride, 2·stride, … and the last place where the window ends at the edge. */
function startsOf(length: number, window: number, stride: number): number[] {
  const last = length - window;
  const starts = Array.from({ length: Math.ceil(last / stride) }, (_, i) => i * stride);
  return [...starts, last];
}

/** Numbers of the places under a window. */
function placesUnder(window: number, starts: readonly (readonly number[])[], size: readonly number[], axes: Shape): number[] {
  let places = [0];
  let rest = window;
  const from = [...starts].reverse().map((list) => {
    const start = list[rest % list.length] ?? 0;
    rest = Math.floor(rest / list.length);
    return start;
  }).reverse();
  axes.forEach((length, axis) => {
    places = places.flatMap((before) => Array.from({ length: size[axis] ?? 1 }, (_, i) => before * length + (from[axis] ?? 0) + i));
  });
  return places;
}
