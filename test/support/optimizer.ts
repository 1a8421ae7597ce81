/** One update of one parameter by an optimiser, on the host's numbers. */
import type { Backend } from '../../src/backend.js';
import type { Optimizer } from '../../src/optimizers/optimizer.js';
import { rateAt } from '../../src/optimizers/schedules.js';
import { float64, runStep } from './step.js';
import { host } from './values.js';

export interface OptimizerState {
  readonly p: Float64Array;
  /** Missing slots start at zero. */
  readonly slots: Readonly<Record<string, Float64Array>>;
}

export interface UpdateOptions {
  /** Default 1. */
  readonly gradientScale?: number;
  /** Default 0: no cut. */
  readonly clipValue?: number;
  /** Default 0: finite. */
  readonly guard?: number;
}

/** Step `t`, counted from 1. */
export function updateOnce(
  optimizer: Optimizer, t: number, state: OptimizerState, gradient: ArrayLike<number>, options: UpdateOptions = {}, backend: Backend = float64,
): OptimizerState {
  const { gradientScale = 1, clipValue = 0, guard = 0 } = options;
  const size = state.p.length;
  const names = optimizer.slotNames;
  const scalars = optimizer.scalars(t);
  const inputs = [
    host([size], state.p), host([size], gradient), ...names.map((name) => host([size], state.slots[name] ?? new Float64Array(size))),
    host([1], [rateAt(optimizer.learningRate, { step: 0, epoch: 0, stepOfEpoch: 0 })]), host([1], [gradientScale]), host([1], [guard]),
    ...(scalars.length > 0 ? [host([scalars.length], scalars)] : []),
  ];
  const [p = new Float64Array(), ...slots] = runStep(inputs, (k, tensors) => {
    const [pIn, g] = tensors;
    const [learningRate, scale, guardTensor, scalarTensor] = tensors.slice(2 + names.length);
    if (!pIn || !g || !learningRate || !scale || !guardTensor) throw new Error('an input is missing');
    const slotTensors = Object.fromEntries(names.flatMap((name, i) => {
      const tensor = tensors[2 + i];
      return tensor ? [[name, tensor] as const] : [];
    }));
    const next = optimizer.update(k, pIn, g, slotTensors, scalarTensor, { learningRate, gradientScale: scale, clipValue, decay: optimizer.weightDecay, guard: guardTensor });
    return [next.p, ...names.map((name) => next.slots[name] ?? k.zeros([0]))];
  }, backend);
  return { p, slots: Object.fromEntries(names.map((name, i) => [name, slots[i] ?? new Float64Array()])) };
}
