/** Kernels on their own: the matrix product, and the pointwise halves of an LSTM step forward and backward. */
import type { Shape, Step } from 'bptt';

export interface GateSize { readonly batch: number; readonly units: number }

export const gateSizes: Readonly<Record<string, GateSize>> = {
  G1: { batch: 32, units: 5 }, G2: { batch: 32, units: 50 }, G3: { batch: 32, units: 250 },
};

export function productStep(repeats: number): Step {
  return (k, [a, b]) => {
    if (!a || !b) return { outputs: [], variables: [] };
    let c = k.matmul('nn', a, b);
    for (let i = 1; i < repeats; i++) c = k.matmul('nn', a, b, c);
    return { outputs: [k.row(c, 0)], variables: [] };
  };
}

/** Gates forward and backward once a repeat. z is overwritten with gates, which is as good a z as any. */
export function gateStep({ batch, units }: GateSize, repeats: number): { step: Step; shapes: Shape[] } {
  const state = [batch, units];
  const step: Step = (k, [z, c, dh]) => {
    if (!z || !c || !dh) return { outputs: [], variables: [] };
    const slots = { c: k.zeros(state), tanhC: k.zeros(state), h: k.zeros(state) };
    const dzSlot = k.zeros([batch, 4 * units]);
    let dc;
    for (let i = 0; i < repeats; i++) {
      const forward = k.lstmGates(z, c, undefined, slots);
      dc = k.lstmGatesBackward(forward, c, dh, undefined, undefined, dzSlot).dcPrevious;
    }
    return { outputs: [k.row(dc ?? dh, 0)], variables: [] };
  };
  return { step, shapes: [[batch, 4 * units], state, state] };
}
