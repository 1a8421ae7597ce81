/**
 * The three cells again, one number at a time, straight from the papers: what the kernels are compared with.
 * Arrays are rows: x [D], h and c [H], kernel [D][G·H] flattened.
 */
export interface CellWeights {
  readonly kernel: ArrayLike<number>;
  readonly recurrentKernel: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  readonly recurrentBias?: ArrayLike<number>;
  readonly peephole?: ArrayLike<number>;
}

type Row = readonly number[];

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** v·W for one row and one column of W with `columns` columns. */
function product(v: Row, W: ArrayLike<number>, columns: number, column: number): number {
  return v.reduce((sum, value, d) => sum + value * (W[d * columns + column] ?? NaN), 0);
}

export function rnnRow(w: CellWeights, x: Row, h: Row, activation: (v: number) => number): number[] {
  const H = h.length;
  return h.map((_, u) => activation(product(x, w.kernel, H, u) + product(h, w.recurrentKernel, H, u) + (w.bias[u] ?? NaN)));
}

export function lstmRow(w: CellWeights, x: Row, h: Row, c: Row): { h: number[]; c: number[] } {
  const H = h.length;
  const z = (gate: number, u: number): number => {
    const column = gate * H + u;
    return product(x, w.kernel, 4 * H, column) + product(h, w.recurrentKernel, 4 * H, column) + (w.bias[column] ?? NaN);
  };
  const peephole = (gate: number, u: number): number => w.peephole?.[gate * H + u] ?? 0;
  const next = c.map((before, u) => {
    const i = sigmoid(z(0, u) + peephole(0, u) * before);
    const f = sigmoid(z(1, u) + peephole(1, u) * before);
    return f * before + i * Math.tanh(z(2, u));
  });
  return { c: next, h: next.map((cell, u) => sigmoid(z(3, u) + peephole(2, u) * cell) * Math.tanh(cell)) };
}

export function gruRow(w: CellWeights, x: Row, h: Row): number[] {
  const H = h.length;
  const a = (gate: number, u: number): number => product(x, w.kernel, 3 * H, gate * H + u) + (w.bias[gate * H + u] ?? NaN);
  const q = (gate: number, u: number, from = h): number =>
    product(from, w.recurrentKernel, 3 * H, gate * H + u) + (w.recurrentBias ? (w.recurrentBias[gate * H + u] ?? NaN) : 0);
  const r = h.map((_, u) => sigmoid(a(0, u) + q(0, u)));
  const reset = h.map((value, u) => value * (r[u] ?? NaN));
  return h.map((before, u) => {
    const z = sigmoid(a(1, u) + q(1, u));
    const n = Math.tanh(a(2, u) + (w.recurrentBias ? (r[u] ?? NaN) * q(2, u) : q(2, u, reset)));
    return (1 - z) * n + z * before;
  });
}
