/**
 * The steps of the time loop (timeLoop.ts): B1–B5, in segments.
 *
 *   B12 the weights' gradients are summed segment by segment, from the last to the first
 *   B13 what the steps of a segment keep for their way back is kept, or made again by B1 from the states before the segment
 * What a segment makes on its way back is gone before the next one begins (docs/decisions/recompute.md). Tensors are time-major.
 */
import type { Kernels, Tensor } from '../backend.js';
import { asRows, byStep, outputOf } from '../cells/cell.js';
import type { BackwardSteps, CellStates, ForwardPass, Passes, Sequence } from '../cells/cell.js';
import { apart } from '../cells/passes.js';
import type { Run, Tensors } from './layer.js';
import { backByAge } from './stepsBack.js';
import type { StepsBack } from './stepsBack.js';

/** Chosen by measurement: docs/decisions/recompute.md. */
export const segmentSteps = 64;

/** One use of a layer on one sequence. */
export interface Steps {
  readonly run: Run;
  readonly cell: CellStates;
  readonly passes: ForwardPass<Tensors, Tensors>;
  readonly p: Tensors;
  readonly sequence: Sequence;
  /** [T, B], 1 for real steps. */
  readonly mask: Tensor | undefined;
  readonly truncate: number | StepsBack | undefined;
}

/** What one time step keeps for its backward pass. */
interface StepCache { readonly cell: unknown; readonly mask: Tensor | undefined }

export interface Segment {
  /** Its first step. */
  readonly from: number;
  readonly sequence: Sequence;
  /** The states before its first step; one that is missing is zero. */
  readonly before: Tensors;
  /** Slots for the output before its first step and after each, where those of all steps are wanted. */
  readonly outputs: readonly Tensor[] | undefined;
  /** Missing where they are to be made again. */
  readonly steps?: readonly StepCache[];
}

export interface StepsForward {
  /** The outputs of all steps, where they are wanted. */
  readonly ys: readonly Tensor[];
  /** After the last step. */
  readonly states: Tensors;
  readonly segments: readonly Segment[];
}

/** @param initial states before the first step; one that is missing is zero. @param all whether the outputs of all steps are wanted. */
export function stepsForward(loop: Steps, initial: Tensors, all: boolean): StepsForward {
  const { run: { k, kept = 1 }, cell, sequence } = loop;
  const output = outputOf(cell);
  const names = Object.keys(cell.stateShapes);
  const series = all ? k.series(sequence.steps + 1, [sequence.batch, ...(cell.stateShapes[output] ?? [])]) : undefined;
  const p = readyFor(loop, 'nn');
  const stretches = stretchesOf(loop, names.every((name) => initial[name] === undefined));
  let states = initial;
  const ys: Tensor[] = [];
  const segments = stretches.map(({ from, sequence: part }, i): Segment => {
    const segment = { from, sequence: part, before: states, outputs: series?.slice(from, from + part.steps + 1) };
    if (!brief(loop) || stretches.length === 1 || stretches.length - i <= kept * stretches.length) {
      const taken = takeSteps(loop, p, segment, true);
      states = taken.states;
      if (all) ys.push(...taken.outputs); // not every device writes where it was told to
      return { ...segment, steps: taken.steps };
    }
    const places = (): (Tensor | undefined)[] => names.map((name) => (name === output ? segment.outputs?.at(-1) : undefined) ?? slot(loop, name));
    states = named(names, lasting(loop, places, () => {
      const taken = takeSteps(loop, p, segment);
      return names.map((name) => taken.states[name]);
    }));
    ys.push(...segment.outputs?.slice(1) ?? []);
    return segment;
  });
  return { ys, states, segments };
}

/**
 * @param dys ∂L/∂(outputs) [T, B, …], where all are wanted. @param last ∂L/∂(last states). @param grads of the weights, added to.
 * @returns ∂L/∂x as rows [T·B, …], where it is wanted, and ∂L/∂(initial states); one without a gradient is missing.
 */
export function stepsBackward(
  loop: Steps & { readonly passes: Passes<Tensors, Tensors> }, segments: readonly Segment[], dys: Tensor | undefined, last: Tensors, grads: Tensors,
): { readonly dx: Tensor | undefined; readonly dStates: Tensors } {
  const { run: { k, frozen, inputGradient }, cell, passes, sequence: { steps, batch, x } } = loop;
  const wanted = { grads: frozen ? undefined : grads, input: inputGradient !== false };
  const names = Object.keys(cell.stateShapes);
  const again = segments.every((segment) => segment.steps) ? loop.p : readyFor(loop, 'nn');
  const p = readyFor(loop, 'nt');
  const slots = wanted.input && brief(loop) && segments.length > 1 ? k.series(steps, [batch, ...x.shape.slice(1)]) : [];
  const dxs: Tensor[] = [];
  let dStates = last;
  for (const segment of [...segments].reverse()) {
    const { from, sequence } = segment;
    const places = (): (Tensor | undefined)[] => [wanted.input ? asRows(k, slots.slice(from, from + sequence.steps)) : undefined, ...names.map((name) => slot(loop, name))];
    const back = (): readonly (Tensor | undefined)[] => {
      const taken = segment.steps ?? takeSteps(loop, again, segment).steps; // B13
      const caches = taken.map((step) => step.cell);
      const pass = passes.backwardPass(k, p, sequence, caches, wanted);
      const dy = dys && k.rows(dys, from, sequence.steps);
      const way = { loop, from, taken, pass, dy, dStates };
      // A second pass for the ages one by one is never finished, as the first one has what weights and inputs need.
      const first = typeof loop.truncate === 'object'
        ? backAged(way, loop.truncate, passes.backwardPass(k, p, sequence, caches, { grads: undefined, input: false }))
        : backThrough(way, loop.truncate);
      return [pass.finish(), ...names.map((name) => first[name])]; // B12
    };
    const [dx, ...before] = segments.length === 1 ? back() : lasting(loop, places, back);
    dStates = named(names, before);
    if (!dx) continue;
    const rows = byStep(k, dx, sequence);
    dxs.unshift(...Array.from({ length: sequence.steps }, (_, t) => k.row(rows, t)));
  }
  return { dx: wanted.input ? asRows(k, dxs) : undefined, dStates };
}

/** From the first step of a segment to its last. @param observed whether those who look on are told. */
function takeSteps(
  { run: { k, observe }, cell, passes, mask }: Steps, p: Tensors, { from, sequence, before, outputs }: Segment, observed = false,
): { readonly states: Tensors; readonly outputs: readonly Tensor[]; readonly steps: readonly StepCache[] } {
  const { steps: count, batch } = sequence;
  const output = outputOf(cell);
  const slots = outputs ?? k.series(count + 1, [batch, ...(cell.stateShapes[output] ?? [])]);
  const to = (name: string, t: number): Tensor | undefined => (name === output ? slots[t] : undefined);
  const pass = passes.forwardPass(k, p, sequence);
  let states: Tensors = Object.fromEntries(Object.entries(cell.stateShapes).map(([name, shape]) => {
    const [first, place] = [before[name], to(name, 0)];
    return [name, first ? place ? k.copy(first, place) : first : k.zeros([batch, ...shape], place)];
  }));
  const steps: StepCache[] = [];
  const made: Tensor[] = [];
  apart(k, batch, () => {
    for (let t = 0; t < count; t++) {
      const maskAtStep = mask && k.row(mask, from + t);
      const earlier = states;
      const next = pass.step(t, earlier, maskAtStep ? undefined : slots[t + 1]); // B1
      states = mapTensors(next.states, (tensor, name) => (maskAtStep
        ? k.blendRows(maskAtStep, tensor, earlier[name] ?? tensor, to(name, t + 1)) // B2
        : name === output ? k.copy(tensor, slots[t + 1]) : tensor));
      steps.push({ cell: next.cache, mask: maskAtStep });
      const { [output]: after } = states;
      if (after) made.push(after);
      if (observed && observe) mapTensors(states, (tensor, name) => { observe(name, tensor, from + t); });
    }
  });
  return { states, outputs: made, steps };
}

/** A segment on its way back. */
interface Back {
  readonly loop: Steps;
  readonly from: number;
  readonly taken: readonly StepCache[];
  readonly pass: BackwardSteps<Tensors>;
  /** ∂L/∂(outputs) of its steps. */
  readonly dy: Tensor | undefined;
  /** ∂L/∂(states after it). */
  readonly dStates: Tensors;
}

/** @returns ∂L/∂(states before the segment). */
function backThrough({ loop: { run: { k, observe }, cell, sequence: { batch } }, from, taken, pass, dy, dStates }: Back, truncate: number | undefined): Tensors {
  const output = outputOf(cell);
  let now = dStates;
  apart(k, batch, () => {
    for (let t = taken.length - 1; t >= 0; t--) {
      const step = taken[t];
      if (!step) break;
      if (dy) now = { ...now, [output]: plus(k, now[output], k.row(dy, t)) }; // B3
      if (observe) mapTensors(now, (tensor, name) => { observe(`d${name}`, tensor, from + t); });
      const { mask } = step;
      const arrived = now;
      const before = pass.step(t, step.cell, mask ? mapTensors(arrived, (d) => k.mulRows(d, mask)) : arrived); // B2, B4
      const carried = mask
        ? mapTensors(before, (d, name) => { // B2
          const whole = arrived[name];
          return whole ? k.addTo(k.mulRows(whole, mask, true), d) : d;
        })
        : { ...before };
      const cut = truncate !== undefined && from + t > 0 && (from + t) % truncate === 0; // B5
      now = cut ? {} : carried;
    }
  });
  return now;
}

/** The same for ages one by one; the segment is the whole sequence. */
function backAged({ loop: { run: { k, observe }, cell }, taken, pass, dy, dStates }: Back, { stepsBack }: StepsBack, byAge: BackwardSteps<Tensors>): Tensors {
  return backByAge({
    k, steps: taken.length, stepsBack, last: dStates,
    said: (t) => (dy ? { [outputOf(cell)]: k.row(dy, t) } : {}),
    mask: (t) => taken[t]?.mask,
    whole(t, d) {
      if (observe) mapTensors(d, (tensor, name) => { observe(`d${name}`, tensor, t); });
      const mask = taken[t]?.mask;
      pass.step(t, taken[t]?.cell, mask ? mapTensors(d, (tensor) => k.mulRows(tensor, mask)) : d);
    },
    part: (t, d) => ({ ...byAge.step(t, taken[t]?.cell, d) }),
  });
}

/** Whether the device takes back the room of what does not last; what is looked at does. */
function brief({ run: { k, observe } }: Steps): boolean {
  return k.brief !== undefined && !observe;
}

/** What `work` makes, in these places; whatever else it makes is gone after it. */
function lasting(loop: Steps, places: () => readonly (Tensor | undefined)[], work: () => readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[] {
  const { k } = loop.run;
  if (!brief(loop)) return work();
  const to = places();
  let made: readonly (Tensor | undefined)[] = [];
  k.brief?.(() => { made = work().map((tensor, i) => tensor && k.copy(tensor, to[i])); });
  return made;
}

/** Where the sequence is cut; ages run through all of it. @param fresh whether the states before it are zeros that nobody gave. */
function stretchesOf({ run: { k }, sequence, truncate }: Steps, fresh: boolean): { readonly from: number; readonly sequence: Sequence }[] {
  const { steps, batch, x } = sequence;
  const each = k.brief && typeof truncate !== 'object' ? segmentSteps : steps;
  return Array.from({ length: Math.ceil(steps / each) }, (_, i) => {
    const from = i * each;
    const count = Math.min(each, steps - from);
    const part = count === steps ? sequence : { ...sequence, steps: count, x: k.rows(x, from * batch, count * batch) };
    return { from, sequence: { ...part, fresh: fresh && i === 0 } };
  });
}

/** The weights as the products of many steps read them. */
function readyFor({ run: { k }, passes, p, sequence }: Steps, mode: 'nn' | 'nt'): Tensors {
  return sequence.steps > 1 && passes.ready ? passes.ready(k, mode, p) : p;
}

function slot({ run: { k }, cell, sequence: { batch } }: Steps, state: string): Tensor | undefined {
  return k.series(1, [batch, ...(cell.stateShapes[state] ?? [])])[0];
}

function named(names: readonly string[], tensors: readonly (Tensor | undefined)[]): Tensors {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
}

/** a + b, where there is an a. */
export function plus(k: Kernels, a: Tensor | undefined, b: Tensor): Tensor {
  return a ? k.add(a, b) : b;
}

/** A record of what `map` makes of each tensor that is there. */
export function mapTensors<V>(tensors: Tensors, map: (tensor: Tensor, name: string) => V): Record<string, V> {
  return Object.fromEntries(Object.entries(tensors).flatMap(([name, tensor]) => (tensor ? [[name, map(tensor, name)]] : [])));
}
