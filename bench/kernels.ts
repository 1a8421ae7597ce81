/** Kernels on their own: the matrix product, and the pointwise halves of an LSTM step forward and backward. */
import type { Device, FloatArray, Shape, Step } from 'bptt';

/** A step without variables, and its operands. */
export interface Operation {
  readonly step: Step;
  readonly shapes: readonly Shape[];
  /** Operands stay where the backend computes, as with other libraries; otherwise they are brought along for each call. */
  readonly resident: boolean;
}

/** The operation on these operands, ready to run. */
export function load(device: Device, { step, shapes, resident }: Operation, operands: readonly FloatArray[]): () => FloatArray[] | Promise<FloatArray[]> {
  if (!resident) {
    const program = device.compile(step, shapes, []);
    return () => program.run(operands);
  }
  const variables = operands.map((data, i) => device.variable({ data, shape: shapes[i] ?? [] }));
  const program = device.compile((k, _none, residents) => step(k, residents, []), [], variables);
  return () => program.run([]);
}

export interface GateSize { readonly batch: number; readonly units: number }

export const gateSizes: Readonly<Record<string, GateSize>> = {
  G1: { batch: 32, units: 5 }, G2: { batch: 32, units: 50 }, G3: { batch: 32, units: 250 },
};

/** Rows, inner size, columns. */
export type ProductSize = readonly [rows: number, inner: number, columns: number];

/** [rows, inner] · [inner, columns]. The whole result is read. */
export function product([rows, inner, columns]: ProductSize, repeats: number): Operation {
  const step: Step = (k, [a, b]) => {
    if (!a || !b) return { outputs: [], variables: [] };
    let c = k.matmul('nn', a, b);
    for (let i = 1; i < repeats; i++) c = k.matmul('nn', a, b, c);
    return { outputs: [c], variables: [] };
  };
  return { step, shapes: [[rows, inner], [inner, columns]], resident: true };
}

/** Gates forward, and backward unless `forwardAlone`, once a repeat. z is overwritten with gates, which is as good a z as any. */
export function gates({ batch, units }: GateSize, repeats: number, forwardAlone = false): Operation {
  const state = [batch, units];
  const step: Step = (k, [z, c, dh]) => {
    if (!z || !c || !dh) return { outputs: [], variables: [] };
    const slots = { c: k.zeros(state), tanhC: k.zeros(state), h: k.zeros(state) };
    const dzSlot = k.zeros([batch, 4 * units]);
    let dc;
    for (let i = 0; i < repeats; i++) {
      const forward = k.lstmGates(z, c, undefined, slots);
      if (!forwardAlone) dc = k.lstmGatesBackward(forward, c, dh, undefined, undefined, dzSlot).dcPrevious;
    }
    return { outputs: [k.row(dc ?? dh, 0)], variables: [] };
  };
  return { step, shapes: [[batch, 4 * units], state, state], resident: false };
}
