/**
 * How kernels of the gated cells find their numbers. One kernel writes all results of a step side by side and each thread computes
 * one of them: on a GPU a launch costs more than a gate computed twice.
 */
import { rowColumn } from './source.js';

/** Declares which gate and unit of a row of `count` gates of h units element i is; `e`: the same unit in [B, H]. */
export function gateOf(count: number, h: number): string {
  return `${rowColumn('row', 'column', 'i', count * h)} ${rowColumn('gate', 'u', 'column', h)} const at = row * ${count * h} + u; const e = row * ${h} + u;`;
}

/** The same for an element of [B, H]. */
export function unitOf(count: number, h: number): string {
  return `${rowColumn('row', 'u', 'i', h)} const at = row * ${count * h} + u; const e = i;`;
}
