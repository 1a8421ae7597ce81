/**
 * Which steps of a sequence are real and which are padding, as structure: where a value's mask comes from and what happened to its
 * time axis on the way. A network works it out when it is built; the numbers follow batch by batch.
 */
import { allocate } from '../tensor.js';
import type { DType, FloatArray } from '../tensor.js';

/** What a batch brings for one input of the model. */
export interface GivenInput {
  /** [count, steps]; undefined where nobody said that steps are padding. */
  readonly mask: FloatArray | undefined;
  /** [count, …]; undefined where they are not known yet. */
  readonly values: FloatArray | undefined;
}

/** The mask of one value [B, T, …] of a graph. Layers pass it on, see `Layer.masks`; they do not look into it. */
export interface TimeMask {
  /** Two masks with one key are the same. */
  readonly key: string;
  /** T. */
  readonly steps: number;
  /** How it comes about, for who makes it again elsewhere, as `exportOnnx` does. Missing in masks of your own. */
  readonly origin?: MaskOrigin;
  /** [count, steps], 1 for real steps, 0 for padding; undefined where nothing it depends on has a mask. Not to be written to. */
  rows(given: readonly GivenInput[], count: number): FloatArray | undefined;
}

/** The functions below say what each does. */
export type MaskOrigin =
  | { readonly from: 'input'; readonly input: number }
  | { readonly from: 'values'; readonly input: number; readonly padding: number }
  | { readonly from: 'all'; readonly masks: readonly TimeMask[] }
  | { readonly from: 'reversed'; readonly mask: TimeMask }
  | { readonly from: 'window'; readonly mask: TimeMask; readonly stride: number; readonly spare: number }
  | { readonly from: 'stretched'; readonly mask: TimeMask; readonly stride: number; readonly reach: number; readonly places: number }
  | { readonly from: 'cropped'; readonly mask: TimeMask; readonly before: number; readonly after: number };

/** The mask that comes with input number `input` of the model. */
export function maskOfInput(input: number, steps: number): TimeMask {
  return { key: String(input), steps, origin: { from: 'input', input }, rows: (given) => given[input]?.mask };
}

/** The mask that the numbers of input number `input` make: a step of which every number is `padding` is none. */
export function maskOfValues(input: number, steps: number, padding: number): TimeMask {
  return {
    key: `${input}=${padding}`, steps, origin: { from: 'values', input, padding },
    rows(given, count) {
      const values = given[input]?.values;
      if (!values) return undefined;
      const dtype: DType = values instanceof Float64Array ? 'float64' : 'float32';
      const mask = allocate(dtype, count * steps);
      const width = values.length / mask.length;
      const odd = dtype === 'float32' ? Math.fround(padding) : padding; // as the numbers were rounded
      values.forEach((value, i) => { if (value !== odd) mask[Math.floor(i / width)] = 1; });
      return mask;
    },
  };
}

/** For layers that join values step by step: a step is real where it is in every one of them; a value without a mask is real throughout. */
export function whereAllAreReal(masks: readonly (TimeMask | undefined)[]): TimeMask | undefined {
  const parts = new Map(masks.flatMap((mask) => (mask ? [[mask.key, mask] as const] : [])));
  const [[, first] = [], ...others] = parts;
  if (!first || others.length === 0) return first;
  return {
    key: `(${[...parts.keys()].sort().join(' ')})`,
    steps: first.steps,
    origin: { from: 'all', masks: [...parts.values()] },
    rows(given, count) {
      let all: FloatArray | undefined;
      for (const part of parts.values()) {
        const rows = part.rows(given, count);
        all = all && rows ? all.map((real, i) => real * (rows[i] ?? 0)) : all ?? rows;
      }
      return all;
    },
  };
}

/** For layers that answer in the opposite order of time. */
export function reversedMask(mask: TimeMask): TimeMask {
  const { key, steps } = mask;
  return steppedMask(mask, `-${key}`, { from: 'reversed', mask }, steps, (row, t) => row(steps - 1 - t));
}

/**
 * For layers that slide a window over time: place t is real where a sequence of the real steps alone would have it. That is where
 * steps t·stride … t·stride + spare all are; where spare is negative, since zeros at the ends make the sequence longer, where one of
 * steps t·stride + spare … t·stride is.
 */
export function windowMask(mask: TimeMask, stride: number, spare: number): TimeMask {
  const places = Math.floor((mask.steps - 1 - spare) / stride) + 1;
  return steppedMask(mask, `${mask.key}/${stride},${spare}`, { from: 'window', mask, stride, spare }, places, (row, place) => {
    const steps = Array.from({ length: Math.abs(spare) + 1 }, (_, i) => row(place * stride + (spare < 0 ? -i : i)));
    return spare < 0 ? Math.max(...steps) : Math.min(...steps);
  });
}

/**
 * For layers that spread each step over more: step t reaches the `reach` places from t·stride on (fewer than one where the ends are cut
 * off). Place p is real where a sequence of the real steps alone would have it.
 * @param places of the new axis.
 */
export function stretchedMask(mask: TimeMask, stride: number, reach: number, places = (mask.steps - 1) * stride + reach): TimeMask {
  return steppedMask(mask, `${mask.key}*${stride},${reach}`, { from: 'stretched', mask, stride, reach, places }, places, (row, place) => {
    const last = Math.floor(place / stride); // no later step reaches it
    const first = Math.ceil((place - reach + 1) / stride); // no earlier one does
    const steps = Array.from({ length: Math.abs(last - first) + 1 }, (_, i) => row(Math.min(first, last) + i));
    return first <= last ? Math.max(...steps) : Math.min(...steps);
  });
}

/** For layers that cut steps off both ends. */
export function croppedMask(mask: TimeMask, before: number, after: number): TimeMask {
  const { key, steps } = mask;
  return steppedMask(mask, `${key}[${before},${after}]`, { from: 'cropped', mask, before, after }, steps - before - after, (row, t) => row(before + t));
}

/** @param at of place t of the new axis, from the entries of the old one; 0 beyond its ends. */
function steppedMask(mask: TimeMask, key: string, origin: MaskOrigin, steps: number, at: (row: (step: number) => number, t: number) => number): TimeMask {
  return {
    key, steps, origin,
    rows(given, count) {
      const old = mask.rows(given, count);
      if (!old) return undefined;
      const dtype: DType = old instanceof Float64Array ? 'float64' : 'float32';
      const made = allocate(dtype, count * steps);
      for (let b = 0; b < count; b++) {
        const row = (step: number): number => (step >= 0 && step < mask.steps ? old[b * mask.steps + step] ?? 0 : 0);
        for (let t = 0; t < steps; t++) made[b * steps + t] = at(row, t);
      }
      return made;
    },
  };
}
