/** From steps to passes over a sequence and back: what the time loop runs, whichever of the two a cell is written as. */
import type { Kernels, Tensor } from '../backend.js';
import type { NoiseSpec, ParameterSpec, Tensors } from '../layers/layer.js';
import type { Shape } from '../tensor.js';
import { asRows, byStep } from './cell.js';
import type { AnyCell, BackwardSteps, Cell, CellNoise, ForwardSteps, Passes, Sequence, Wanted } from './cell.js';

/** A cell's own passes, or its steps one by one. */
export function passesOf(cell: AnyCell): Passes<Tensors, Tensors> {
  return cell.passes ?? {
    forwardPass(k, p, sequence) {
      const x = byStep(k, sequence.x, sequence);
      return { step: (t, states) => cell.forward(k, p, k.row(x, t), states, sequence.noise) };
    },
    backwardPass(k, p, { batch, noise }, _caches, { grads, input }) {
      const shapes = Object.entries(cell.stateShapes);
      const given = grads ?? zerosLike(k, p); // frozen: nobody reads them
      const homes = { ...given };
      const dx: Tensor[] = [];
      return {
        step(t, cache, dStates) {
          const whole = Object.fromEntries(shapes.map(([name, shape]) => [name, dStates[name] ?? k.zeros([batch, ...shape])]));
          const past = cell.backward(k, p, cache, whole, given, noise);
          dx[t] = past.dx;
          return past.dStates;
        },
        finish() {
          for (const [name, home] of Object.entries(homes)) given[name] = given[name] && k.copy(given[name], home); // a cell may have put a sum elsewhere
          return input ? asRows(k, dx) : undefined;
        },
      };
    },
  };
}

/** Work in which no sample of a batch knows of another, as in all steps of a sequence. */
export function apart(k: Kernels, batch: number, work: () => void): void {
  if (k.apart) k.apart(batch, work);
  else work();
}

function zerosLike(k: Kernels, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor && k.zeros(tensor.shape)]));
}

/** What one step of a {@link SequenceCell} keeps. */
export interface StepCache<C> { readonly x: Tensor; readonly step: C }

/** A cell that is written as passes: a step of its own is a sequence of one. */
export abstract class SequenceCell<P, S, C> implements Cell<P, S, StepCache<C>>, Passes<P, S, C> {
  abstract readonly stateShapes: { readonly [K in keyof S]: Shape };
  abstract parameters(inputShape: Shape): { [K in keyof P]: ParameterSpec };
  abstract noise(inputShape: Shape): readonly NoiseSpec[];
  abstract ready(k: Kernels, mode: 'nn' | 'nt', p: P): P;
  abstract forwardPass(k: Kernels, p: P, sequence: Sequence): ForwardSteps<S, C>;
  abstract backwardPass(k: Kernels, p: P, sequence: Sequence, caches: readonly C[], wanted: Wanted<P>): BackwardSteps<S, C>;

  get passes(): Passes<P, S, C> {
    return this;
  }

  forward(k: Kernels, p: P, x: Tensor, states: S, noise: CellNoise): { states: S; cache: StepCache<C> } {
    const { states: next, cache } = this.forwardPass(k, p, one(x, noise)).step(0, states, undefined);
    return { states: next, cache: { x, step: cache } };
  }

  backward(k: Kernels, p: P, { x, step }: StepCache<C>, dStates: S, grads: P, noise: CellNoise): { dx: Tensor; dStates: S } {
    const pass = this.backwardPass(k, p, one(x, noise), [step], { grads, input: true });
    const before = pass.step(0, step, dStates) as S; // nothing is missing, as a sequence of one is not fresh
    return { dx: pass.finish() ?? x, dStates: before };
  }
}

function one(x: Tensor, noise: CellNoise): Sequence {
  return { steps: 1, batch: x.shape[0] ?? 1, x, noise };
}
