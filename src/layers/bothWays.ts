/**
 * A sequence read in both directions (Schuster & Paliwal 1997): two time loops (timeLoop.ts) over one input.
 *   B6  a_t from x_1 … x_t, b_t from x_T … x_t, each by B1 with weights of its own; b is turned round into the order of time
 *   B7  y_t = [a_t | b_t], a_t + b_t, ½·(a_t + b_t) or a_t ⊙ b_t; or both as they are
 *   B8  da_t, db_t = the parts of dy_t; dy_t for each; ½·dy_t for each; dy_t ⊙ b_t and dy_t ⊙ a_t
 * and ∂L/∂x is the sum of what both loops say of it. Derivation: docs/bptt.md.
 */
import type { Kernels, Tensor } from '../backend.js';
import { ShapeError } from '../errors.js';
import type { Shape } from '../tensor.js';
import type { ForwardLayer } from './forwardLayer.js';
import type { Forward, Run, Tensors } from './layer.js';
import { addPrefix, withoutPrefix } from './nested.js';
import { reverseTime } from './timeLoop.js';
import type { ForwardLoop } from './timeLoop.js';
import type { TimeMask } from './timeMask.js';

export type MergeMode = 'concat' | 'sum' | 'average' | 'multiply' | 'none';

export const mergeModes: readonly MergeMode[] = ['concat', 'sum', 'average', 'multiply', 'none'];

/** A recurrent layer, forward. C: its cache. */
interface Direction<C = unknown> extends Pick<ForwardLayer, 'outputShapes'>, Pick<ForwardLoop, 'cell' | 'returnSequences'> {
  masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[];
  forward(run: Run, p: Tensors, s: Tensors, inputs: readonly Tensor[]): Forward<Tensors, C>;
}

/** What is known of both. */
export interface TwoWays<C = unknown> {
  readonly layer: Direction<C>;
  readonly backwardLayer: Direction<C>;
  readonly mergeMode: MergeMode;
  label(): string;
}

export interface BothWaysCache<C> {
  readonly forward: C;
  readonly backward: C;
  /** What both said, in the order of time. */
  readonly a: Tensor;
  readonly b: Tensor;
}

function stateCount({ cell }: Direction): number {
  return Object.keys(cell.stateShapes).length;
}

/** What each direction reads: x, and the initial states that are its own. */
export function perDirection<T>(ways: TwoWays, [x, ...initial]: readonly T[]): readonly [T[], T[]] {
  const cut = stateCount(ways.layer);
  if (x === undefined) throw new ShapeError({ operation: ways.label(), argument: 'inputs', expected: 'x', actual: 'nothing' });
  return [[x, ...initial.slice(0, cut)], [x, ...initial.slice(cut)]];
}

/** @throws ShapeError */
export function twoWayShapes(ways: TwoWays, inputs: readonly Shape[]): Shape[] {
  const states = stateCount(ways.layer) + stateCount(ways.backwardLayer);
  if (inputs.length !== 1 && inputs.length !== 1 + states) {
    throw new ShapeError({
      operation: ways.label(), argument: 'inputs', expected: `x alone or x and ${states} state tensors, those of the forward direction first`, actual: `${inputs.length} tensors`,
    });
  }
  const [ahead, back] = perDirection(ways, inputs);
  const [a = [], ...aheadStates] = ways.layer.outputShapes(ahead);
  const [b = [], ...backStates] = ways.backwardLayer.outputShapes(back);
  const last = [...aheadStates, ...backStates];
  const [width = 0, other = 0] = [a.at(-1), b.at(-1)];
  if (ways.mergeMode === 'none') return [a, b, ...last];
  if (ways.mergeMode === 'concat') return [[...a.slice(0, -1), width + other], ...last];
  if (width === other) return [a, ...last];
  throw new ShapeError({
    operation: ways.label(), argument: 'backwardLayer', expected: `of width ${width}, as layer, for mergeMode '${ways.mergeMode}'`, actual: String(other),
    hint: "mergeMode 'concat' and 'none' take different widths.",
  });
}

export function twoWayMasks({ layer, mergeMode }: TwoWays, inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
  const [mask] = layer.masks(inputs);
  return mergeMode === 'none' ? [mask, mask] : [mask];
}

/** @param cut how many of the dropout masks are those of `layer`. */
export function forwardBothWays<C>(
  ways: TwoWays<C>, cut: number, run: Run, p: Tensors, s: Tensors, inputs: readonly Tensor[],
): Forward<Tensors, BothWaysCache<C>> {
  const [ahead, back] = perDirection(ways, inputs);
  const first = ways.layer.forward({ ...run, noise: run.noise.slice(0, cut) }, withoutPrefix('forward/', p), withoutPrefix('forward/', s), ahead); // B6
  const second = ways.backwardLayer.forward({ ...run, noise: run.noise.slice(cut) }, withoutPrefix('backward/', p), withoutPrefix('backward/', s), back); // B6
  const [a, ...aheadStates] = first.outputs;
  const [read, ...backStates] = second.outputs;
  if (!a || !read) throw new Error('a direction without an output');
  const b = inTimeOrder(ways, run.k, read); // B6
  return {
    outputs: [...merged(run.k, ways.mergeMode, a, b), ...aheadStates, ...backStates], cache: { forward: first.cache, backward: second.cache, a, b },
    states: { ...addPrefix('forward/', first.states ?? {}), ...addPrefix('backward/', second.states ?? {}) },
  };
}

/** The twin answers in reading order; sequences are turned round. Its own inverse. */
export function inTimeOrder({ layer }: TwoWays, k: Kernels, y: Tensor): Tensor {
  if (!layer.returnSequences) return y;
  return k.swapLeading(reverseTime(k, k.swapLeading(y)));
}

function merged(k: Kernels, mode: MergeMode, a: Tensor, b: Tensor): Tensor[] { // B7
  switch (mode) {
    case 'concat': return [k.concat([a, b])];
    case 'sum': return [k.add(a, b)];
    case 'average': return [k.scale(k.add(a, b), 0.5)];
    case 'multiply': return [k.mul(a, b)];
    case 'none': return [a, b];
  }
}
