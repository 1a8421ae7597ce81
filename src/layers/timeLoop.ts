/**
 * The time loop: backpropagation through time, once for every cell.
 *
 *   B1  S_t = cell(x_t, S_{t−1}),              t = 1 … T
 *   B2  where the mask is 0, S_t = S_{t−1}     (padding carries the state on)
 *   B3  dh_t = ∂L/∂y_t + what step t+1 sent back
 *   B4  dS_{t−1} = cell backward of dS_t
 *   B5  truncated: nothing is sent back across t = k, 2k, …
 *   B10, B11  or nothing is sent further back than k steps from each loss: stepsBack.ts
 *   B9  zeroOutputForMask: y_t = 0 where the mask is 0
 *   B12, B13 what is kept for the way back, and what is made again: segments.ts, which takes the steps
 * (Werbos 1990; truncated: Williams & Peng 1990.) Derivation: docs/bptt.md. Inside, tensors are time-major [T, B, …]:
 * the steps of a sequence then lie side by side and x·W, dW, dU are single products over the rows of many steps.
 */
import type { Kernels, Tensor } from '../backend.js';
import { outputOf } from '../cells/cell.js';
import type { AnyCell, CellStates, ForwardPass, Sequence } from '../cells/cell.js';
import { passesOf } from '../cells/passes.js';
import { ShapeError, formatShape } from '../errors.js';
import { sameShape } from '../tensor.js';
import type { Shape } from '../tensor.js';
import type { Forward, Run, StateSpec, Tensors } from './layer.js';
import { requireRank } from './ranks.js';
import { plus, stepsBackward, stepsForward } from './segments.js';
import type { Segment } from './segments.js';
import type { StepsBack } from './stepsBack.js';
import { reversedMask } from './timeMask.js';
import type { TimeMask } from './timeMask.js';

/** What the loop forward is told. */
export interface ForwardLoop {
  readonly cell: CellStates;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly stateful: boolean;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
  readonly dropout: number;
  /** Of the way back. */
  readonly truncate?: number | StepsBack | undefined;
  /** For messages. */
  label(): string;
}

/** And both ways. */
interface TimeLoop extends ForwardLoop {
  readonly cell: AnyCell;
}

export interface RecurrentCache {
  readonly sequence: Sequence;
  /** [T, B], in reading order. */
  readonly mask: Tensor | undefined;
  readonly segments: readonly Segment[];
  readonly dropMask: Tensor | undefined;
  /** [T, B], where outputs are not zero. */
  readonly shown: Tensor | undefined;
  readonly inputCount: number;
}

/** Of x without the batch, and of the initial states, if they are given. @throws ShapeError */
export function loopShapes(loop: ForwardLoop, [x = [], ...initial]: readonly Shape[]): Shape[] {
  const { cell } = loop;
  const { inputRank = 1 } = cell;
  const stateShapes = Object.values<Shape>(cell.stateShapes);
  requireRank(loop.label(), x, 1 + inputRank, inputRank === 1 ? '[batch, time, features]' : `[batch, time, and ${inputRank} axes]`);
  if (initial.length !== 0 && initial.length !== stateShapes.length) {
    throw new ShapeError({
      operation: loop.label(), argument: 'inputs', expected: `x alone or x and ${stateShapes.length} state tensor(s)`, actual: `${1 + initial.length} tensors`,
    });
  }
  initial.forEach((shape, i) => {
    const expected = stateShapes[i] ?? [];
    if (!sameShape(shape, expected)) {
      throw new ShapeError({ operation: loop.label(), argument: 'initial state', expected: formatShape(['batch', ...expected]), actual: formatShape(['batch', ...shape]) });
    }
  });
  const output = cell.stateShapes[outputOf(cell)] ?? [];
  const y = loop.returnSequences ? [x[0] ?? 0, ...output] : [...output];
  return [y, ...(loop.returnState ? stateShapes : [])];
}

/** Read from its end, a padded sequence begins with its padding. */
export function loopMasks(loop: ForwardLoop, [x]: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
  return [loop.returnSequences && x && loop.goBackwards ? reversedMask(x) : loop.returnSequences ? x : undefined];
}

/** Those that last from batch to batch. */
export function loopStates(loop: ForwardLoop, inputs: readonly Shape[], batch: number): Record<string, StateSpec> {
  if (!loop.stateful || inputs.length > 1) return {};
  return Object.fromEntries(Object.entries(loop.cell.stateShapes).map(([name, shape]) => [
    name, { shape: [batch, ...shape], initializer: 'zeros', kind: 'carried' },
  ]));
}

/** x [T, …] from its end. */
export function reverseTime(k: Kernels, x: Tensor): Tensor {
  const steps = x.shape[0] ?? 0;
  return k.stack(Array.from({ length: steps }, (_, t) => k.row(x, steps - 1 - t)));
}

/** Inputs: x [B, T, …], then the initial states, if they are given. @param passes of the loop's cell. */
export function forwardThroughTime(
  loop: ForwardLoop, passes: ForwardPass<Tensors, Tensors>, run: Run, p: Tensors, s: Tensors, inputs: readonly Tensor[],
): Forward<Tensors, RecurrentCache> {
  const { k } = run;
  const { cell } = loop;
  const [input, ...given] = inputs;
  if (!input) throw new ShapeError({ operation: loop.label(), argument: 'inputs', expected: 'x', actual: 'nothing' });
  const [batch = 0, steps = 0, ...features] = input.shape;
  const [dropMask, noise] = dropoutMasks(loop, run);

  let x = k.swapLeading(input);
  let mask = run.mask && k.swapLeading(run.mask);
  if (loop.goBackwards) {
    x = reverseTime(k, x);
    mask &&= reverseTime(k, mask);
  }
  if (dropMask) x = k.mulTiled(x, dropMask);
  const sequence = { steps, batch, x: k.reshape(x, [steps * batch, ...features]), noise };

  const first: Tensors = Object.fromEntries(Object.keys(cell.stateShapes).map((name, i) => [name, given.length > 0 ? given[i] : s[name]]));
  const { ys, states, segments } = stepsForward({ run, cell, passes, p, sequence, mask, truncate: loop.truncate }, first, loop.returnSequences);

  const last = Object.keys(cell.stateShapes).flatMap((name) => states[name] ?? []);
  const shown = loop.zeroOutputForMask ? mask : undefined;
  const y = loop.returnSequences ? k.swapLeading(whereReal(k, k.stack(ys), shown)) : states[outputOf(cell)] ?? x; // B9
  return {
    outputs: loop.returnState ? [y, ...last] : [y],
    cache: { sequence, mask, segments, dropMask, shown, inputCount: inputs.length },
    states: loop.stateful && given.length === 0 ? states : undefined,
  };
}

export function backwardThroughTime(
  loop: TimeLoop, run: Run, p: Tensors, cache: RecurrentCache, dOutputs: readonly (Tensor | undefined)[], grads: Tensors,
): Tensor[] {
  const { k } = run;
  const { cell } = loop;
  const { sequence, mask, segments, dropMask } = cache;
  const { steps, batch, x } = sequence;
  const output = outputOf(cell);
  const [dy, ...dLast] = dOutputs;
  const dys = loop.returnSequences && dy ? whereReal(k, k.swapLeading(dy), cache.shown) : undefined; // B9
  const last: Tensors = Object.fromEntries(Object.keys(cell.stateShapes).map((name, i) => [name, dLast[i]]));
  if (!loop.returnSequences && dy) last[output] = plus(k, last[output], dy);
  const { dx: dxRows, dStates } = stepsBackward({ run, cell, passes: passesOf(cell), p, sequence, mask, truncate: loop.truncate }, segments, dys, last, grads);

  if (!dxRows) return [];
  let dx = k.reshape(dxRows, [steps, batch, ...x.shape.slice(1)]);
  if (dropMask) dx = k.mulTiled(dx, dropMask);
  if (loop.goBackwards) dx = reverseTime(k, dx);
  const dInitial = Object.entries(cell.stateShapes).map(([name, shape]) => dStates[name] ?? k.zeros([batch, ...shape]));
  return [k.swapLeading(dx), ...(cache.inputCount > 1 ? dInitial : [])];
}

function dropoutMasks({ dropout }: ForwardLoop, { noise }: Run): [dropMask: Tensor | undefined, ofCell: readonly Tensor[]] {
  return dropout > 0 ? [noise[0], noise.slice(1)] : [undefined, noise];
}

/** Step by step and sample by sample: x [T, B, …] where the mask [T, B] is 1, else 0. */
function whereReal(k: Kernels, x: Tensor, mask: Tensor | undefined): Tensor {
  if (!mask) return x;
  const rows = k.reshape(x, [mask.size, x.size / mask.size]);
  return k.reshape(k.mulRows(rows, k.reshape(mask, [mask.size])), x.shape);
}
