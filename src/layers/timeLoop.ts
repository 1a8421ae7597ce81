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
 * (Werbos 1990; truncated: Williams & Peng 1990.) Derivation: docs/bptt.md. Inside, tensors are time-major [T, B, …]:
 * the steps of a sequence then lie side by side and x·W, dW, dU are single products over all R = T·B rows.
 */
import type { Kernels, Tensor } from '../backend.js';
import { outputOf } from '../cells/cell.js';
import type { AnyCell, CellStates, ForwardPass, Sequence } from '../cells/cell.js';
import { apart, passesOf } from '../cells/passes.js';
import { ShapeError, formatShape } from '../errors.js';
import { sameShape } from '../tensor.js';
import type { Shape } from '../tensor.js';
import type { Forward, Run, StateSpec, Tensors } from './layer.js';
import { requireRank } from './ranks.js';
import { backByAge } from './stepsBack.js';
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
  /** For messages. */
  label(): string;
}

/** And both ways. */
interface TimeLoop extends ForwardLoop {
  readonly cell: AnyCell;
  readonly truncate: number | StepsBack | undefined;
}

/** What one time step keeps for its backward pass. */
interface StepCache { readonly cell: unknown; readonly mask: Tensor | undefined }

export interface RecurrentCache {
  readonly sequence: Sequence;
  readonly steps: readonly StepCache[];
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

  const output = outputOf(cell);
  const pass = passes.forwardPass(k, p, sequence);
  const outputs = k.series(steps + 1, [batch, ...(cell.stateShapes[output] ?? [])]);
  const slot = (name: string, t: number): Tensor | undefined => (name === output ? outputs[t] : undefined);
  const start = (name: string, shape: Shape, i: number): Tensor => {
    const first = given.length > 0 ? given[i] : s[name];
    return first ? k.copy(first, slot(name, 0)) : k.zeros([batch, ...shape], slot(name, 0));
  };
  let states: Tensors = Object.fromEntries(Object.entries(cell.stateShapes).map(([name, shape], i) => [name, start(name, shape, i)]));

  const ys: Tensor[] = [];
  const caches: StepCache[] = [];
  apart(k, batch, () => {
    for (let t = 0; t < steps; t++) {
      const maskAtStep = mask && k.row(mask, t);
      const before = states;
      const next = pass.step(t, before, mask ? undefined : outputs[t + 1]); // B1
      states = maskAtStep
        ? mapTensors(next.states, (tensor, name) => k.blendRows(maskAtStep, tensor, before[name] ?? tensor, slot(name, t + 1))) // B2
        : next.states;
      caches.push({ cell: next.cache, mask: maskAtStep });
      const yt = states[output];
      if (yt) ys.push(yt);
      if (run.observe) mapTensors(states, (tensor, name) => run.observe?.(name, tensor, t));
    }
  });

  const last = Object.keys(cell.stateShapes).flatMap((name) => states[name] ?? []);
  const shown = loop.zeroOutputForMask ? mask : undefined;
  const y = loop.returnSequences ? k.swapLeading(whereReal(k, k.stack(ys), shown)) : ys.at(-1) ?? x; // B9
  return {
    outputs: loop.returnState ? [y, ...last] : [y],
    cache: { sequence, steps: caches, dropMask, shown, inputCount: inputs.length },
    states: loop.stateful && given.length === 0 ? states : undefined,
  };
}

export function backwardThroughTime(
  loop: TimeLoop, run: Run, p: Tensors, cache: RecurrentCache, dOutputs: readonly (Tensor | undefined)[], grads: Tensors,
): Tensor[] {
  const { k } = run;
  const { cell } = loop;
  const { sequence, dropMask } = cache;
  const { steps, batch, x } = sequence;
  const output = outputOf(cell);
  const [dy, ...dLast] = dOutputs;
  const dySequence = loop.returnSequences && dy ? whereReal(k, k.swapLeading(dy), cache.shown) : undefined; // B9
  const names = Object.keys(cell.stateShapes);

  let dStates: Tensors = Object.fromEntries(names.map((name, i) => [name, dLast[i]]));
  const addToOutput = (d: Tensor): void => {
    const whole = dStates[output];
    dStates[output] = whole ? k.add(whole, d) : d;
  };
  if (!loop.returnSequences && dy) addToOutput(dy);
  const wanted = { grads: run.frozen ? undefined : grads, input: run.inputGradient !== false };
  const pass = passesOf(cell).backwardPass(k, p, sequence, cache.steps.map((step) => step.cell), wanted);
  if (typeof loop.truncate === 'object') {
    // A second pass for the ages one by one: it is never finished, as the first one has what weights and inputs need.
    const byAge = passesOf(cell).backwardPass(k, p, sequence, cache.steps.map((step) => step.cell), { grads: undefined, input: false });
    dStates = backByAge({
      k, steps, stepsBack: loop.truncate.stepsBack, last: dStates,
      said: (t) => (dySequence ? { [output]: k.row(dySequence, t) } : {}),
      mask: (t) => cache.steps[t]?.mask,
      whole(t, d) {
        if (run.observe) mapTensors(d, (tensor, name) => run.observe?.(`d${name}`, tensor, t));
        const mask = cache.steps[t]?.mask;
        pass.step(t, cache.steps[t]?.cell, mask ? mapTensors(d, (tensor) => k.mulRows(tensor, mask)) : d);
      },
      part: (t, d) => ({ ...byAge.step(t, cache.steps[t]?.cell, d) }),
    });
  } else {
    const { truncate } = loop;
    apart(k, batch, () => {
      for (let t = steps - 1; t >= 0; t--) {
        const step = cache.steps[t];
        if (!step) break;
        if (dySequence) addToOutput(k.row(dySequence, t)); // B3
        if (run.observe) mapTensors(dStates, (tensor, name) => run.observe?.(`d${name}`, tensor, t));
        const { mask } = step;
        const into = mask ? mapTensors(dStates, (d) => k.mulRows(d, mask)) : dStates; // B2
        const before = pass.step(t, step.cell, into); // B4
        const arrived = dStates;
        const carried = mask
          ? mapTensors(before, (d, name) => { // B2
            const whole = arrived[name];
            return whole ? k.addTo(k.mulRows(whole, mask, true), d) : d;
          })
          : { ...before };
        const cut = truncate !== undefined && t > 0 && t % truncate === 0; // B5
        dStates = cut ? {} : carried;
      }
    });
  }

  const dxRows = pass.finish();
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

/** A record of what `map` makes of each tensor that is there. */
function mapTensors<V>(tensors: Tensors, map: (tensor: Tensor, name: string) => V): Record<string, V> {
  return Object.fromEntries(Object.entries(tensors).flatMap(([name, tensor]) => (tensor ? [[name, map(tensor, name)]] : [])));
}
