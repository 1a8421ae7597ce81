/** Moving, viewing and adding, each against the index arithmetic of its definition. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels, Tensor } from '../../../src/backend.js';
import { BackendError, ShapeError } from '../../../src/errors.js';
import { assertClose, assertSame, thrown } from '../../support/compare.js';
import { anySeed, distinctSizes, forAll } from '../../support/property.js';
import { float64, runOne, runStep } from '../../support/step.js';
import { host, randomTensor } from '../../support/values.js';
import type { Host } from '../../support/values.js';
import fc from 'fast-check';

const cases = fc.record({ sizes: distinctSizes(['P', 'Q', 'N'], 6), seed: anySeed });

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a tensor is missing');
  return value;
}

/** Code on tensors x0, x1, … with one result. */
function on(inputs: readonly Host[], code: (k: Kernels, x: (i: number) => Tensor) => Tensor): Float64Array {
  return runOne(inputs, (k, tensors) => code(k, (i) => given(tensors[i])));
}

function built(length: number, at: (i: number) => number | undefined): number[] {
  return Array.from({ length }, (_, i) => at(i) ?? NaN);
}

test('swapLeading exchanges the two leading axes, twice is nothing', async () => {
  await forAll(cases, 20, ({ sizes: { P, Q, N }, seed }) => {
    for (const [shape, n] of [[[P, Q, N], N], [[P, Q], 1]] as const) {
      const x = randomTensor(seed, 'x', shape);
      const swapped = on([x], (k, t) => k.swapLeading(t(0)));
      assertSame(swapped, built(P * Q * n, (i) => {
        const [e, p, q] = [i % n, Math.floor(i / n) % P, Math.floor(i / (n * P))];
        return x.data[(p * Q + q) * n + e];
      }), 'swapped');
      assertSame(on([x], (k, t) => k.swapLeading(k.swapLeading(t(0)))), x.data, 'twice');
    }
    const x = randomTensor(seed, 'x', [3, P, Q, N]);
    assertSame(on([x], (k, t) => k.swapLeading(t(0), 1)), built(3 * P * Q * N, (i) => {
      const [e, p, q, c] = [i % N, Math.floor(i / N) % P, Math.floor(i / (N * P)) % Q, Math.floor(i / (N * P * Q))];
      return x.data[((c * P + p) * Q + q) * N + e];
    }), 'behind an axis');
  });
});

test('concat joins and split cuts the last axis; one undoes the other', async () => {
  await forAll(cases, 20, ({ sizes: { P, Q, N }, seed }) => {
    const parts = [Q, N, 1].map((width, i) => randomTensor(seed, `part ${i}`, [P, 2, width]));
    const total = Q + N + 1;
    const [joined = [], ...cut] = runStep(parts, (k, tensors) => {
      const all = k.concat(tensors);
      assert.equal(all.shape, [P, 2, total]);
      return [all, ...k.split(all, [Q, N, 1])];
    });
    parts.forEach((part, i) => assertSame(cut[i] ?? [], part.data, `part ${i}`));
    assertSame(joined.slice(total, total + Q), given(parts[0]).data.slice(Q, 2 * Q), 'second row starts with the first part');
  });
});

test('stack: adjacent slots of a series cost nothing, others are copied; rows and row are views', () => {
  const x = randomTensor(4, 'x', [3, 2, 4]);
  const [adjacent = [], shuffled = [], single = [], middle = [], written = []] = runStep([x], (k, [t]) => {
    const at = (i: number): Tensor => k.row(given(t), i);
    const slots = k.series(3, [2, 4]);
    slots.forEach((slot, i) => k.copy(at(i), slot));
    const series = k.stack(slots);
    k.scale(series, 2); // leaves the series alone
    const shared = k.stack(slots);
    k.copy(at(2), slots[0]); // the joined series sees it: no copy was made
    return [k.stack([0, 1, 2].map(at)), k.stack([at(2), at(0), at(1)]), k.stack([at(1)]), k.rows(given(t), 1, 2), shared];
  });
  const row = (i: number): number[] => [...x.data.subarray(8 * i, 8 * i + 8)];
  assertSame(adjacent, x.data, 'adjacent');
  assertSame(shuffled, [...row(2), ...row(0), ...row(1)], 'shuffled');
  assertSame(single, row(1), 'single');
  assertSame(middle, [...row(1), ...row(2)], 'rows');
  assertSame(written, [...row(2), ...row(1), ...row(2)], 'series');
});

test('pointwise kernels, scaling, tiles and rows', async () => {
  await forAll(cases, 10, ({ sizes: { P, Q, N }, seed }) => {
    const size = P * Q * N;
    const [a, b] = [randomTensor(seed, 'a', [P, Q, N]), randomTensor(seed, 'b', [P, Q, N])];
    const [line, tile, m] = [randomTensor(seed, 'line', [N]), randomTensor(seed, 'tile', [Q, N]), randomTensor(seed, 'm', [P])];
    const [A, Bv, L, M] = [a.data, b.data, line.data, m.data];
    const v = (data: Float64Array, i: number): number => data[i] ?? NaN;
    const rowOf = (i: number): number => v(M, Math.floor(i / (Q * N)));
    const expect = (what: string, actual: Float64Array, at: (i: number) => number): void => assertClose(actual, built(size, at), 1e-15, what);
    expect('add', on([a, b], (k, x) => k.add(x(0), x(1))), (i) => v(A, i) + v(Bv, i));
    expect('add into out', on([a, b], (k, x) => k.add(x(0), x(1), k.zeros([P, Q, N]))), (i) => v(A, i) + v(Bv, i));
    expect('sub', on([a, b], (k, x) => k.sub(x(0), x(1))), (i) => v(A, i) - v(Bv, i));
    expect('mul', on([a, b], (k, x) => k.mul(x(0), x(1))), (i) => v(A, i) * v(Bv, i));
    expect('scale', on([a], (k, x) => k.scale(x(0), -1.5)), (i) => -1.5 * v(A, i));
    expect('addTo', on([a, b], (k, x) => k.addTo(k.copy(x(0)), x(1))), (i) => v(A, i) + v(Bv, i));
    expect('addRow', on([a, line], (k, x) => k.addRow(k.copy(x(0)), x(1))), (i) => v(A, i) + v(L, i % N));
    expect('mulTiled', on([a, tile], (k, x) => k.mulTiled(x(0), x(1))), (i) => v(A, i) * v(tile.data, i % (Q * N)));
    expect('mulRows', on([a, m], (k, x) => k.mulRows(x(0), x(1))), (i) => v(A, i) * rowOf(i));
    expect('mulRows complement', on([a, m], (k, x) => k.mulRows(x(0), x(1), true)), (i) => v(A, i) * (1 - rowOf(i)));
    expect('divRows', on([a, m], (k, x) => k.divRows(x(0), x(1))), (i) => (rowOf(i) === 0 ? 0 : v(A, i) / rowOf(i)));
    expect('divRows by zero', on([a, m], (k, x) => k.divRows(x(0), k.scale(x(1), 0))), () => 0);
    expect('blendRows', on([a, b, m], (k, x) => k.blendRows(x(2), x(0), x(1))), (i) => rowOf(i) * v(A, i) + (1 - rowOf(i)) * v(Bv, i));
    const sums = built(N, (j) => v(L, j) + A.reduce((sum, x, i) => (i % N === j ? sum + x : sum), 0));
    assertClose(on([a, line], (k, x) => k.sumRowsTo(k.copy(x(1)), x(0))), sums, 1e-14, 'sumRowsTo');
    const squares = [...A, ...L].reduce((sum, x) => sum + x * x, 0);
    assertClose(on([a, line], (k, x) => k.sumSquares([x(0), x(1)])), [squares], 1e-14, 'sumSquares');
  });
});

test('reshape keeps the elements, zeros are zero on used memory, copy is apart', () => {
  const x = randomTensor(1, 'x', [3, 4]);
  const device = float64.open();
  const program = device.compile((k, [t]) => {
    const copy = k.copy(given(t));
    const doubled = k.addTo(given(t), copy);
    return { outputs: [k.reshape(doubled, [2, 6]), copy, k.zeros([40])], variables: [] };
  }, [[3, 4]], []);
  for (let i = 0; i < 2; i++) { // the second run finds the memory of the first
    const [doubled = [], copy = [], zeros = []] = program.run([x.data]) as Float64Array[];
    assertSame(doubled, x.data.map((v) => 2 * v), 'reshape');
    assertSame(copy, x.data, 'copy');
    assertSame(zeros, new Float64Array(40), 'zeros');
  }
});

test('wrong shapes give a ShapeError with operation, argument, expected and actual', () => {
  const [a, b] = [randomTensor(1, 'a', [2, 3]), randomTensor(2, 'b', [4])];
  const wrong: Readonly<Record<string, (k: Kernels, x: Tensor, y: Tensor) => Tensor>> = {
    add: (k, x, y) => k.add(x, y), sub: (k, x, y) => k.sub(x, y), mul: (k, x, y) => k.mul(x, y),
    addRow: (k, x, y) => k.addRow(x, y), mulTiled: (k, x, y) => k.mulTiled(x, y), mulRows: (k, x, y) => k.mulRows(x, y), divRows: (k, x, y) => k.divRows(x, y),
    blendRows: (k, x, y) => k.blendRows(y, x, x), sumRowsTo: (k, x, y) => k.sumRowsTo(y, x), reshape: (k, x) => k.reshape(x, [7]),
    stack: (k, x, y) => k.stack([x, y]), concat: (k, x, y) => k.concat([x, y]), kernel: (k, x, y) => k.copy(x, y),
    softmaxBackward: (k, x, y) => k.softmaxBackward(x, y), activateBackward: (k, x, y) => k.activateBackward('tanh', x, x, y, 0),
    lstmGates: (k, x) => k.lstmGates(x, x, undefined).h, lstmGatesBackward: (k, x, y) => k.lstmGatesBackward({ gates: x, tanhC: x, h: x, c: x }, x, y, undefined, undefined).dz,
    gruGates: (k, x) => k.gruGates(x, x, x).h, gruReset: (k, x) => k.gruReset(x, x, x).rh,
    layerNorm: (k, x, y) => k.layerNorm(x, y, y, 1).y, batchNorm: (k, x, y) => k.batchNorm(x, y, y, 1).y,
    batchNormInference: (k, x, y) => k.batchNormInference(x, y, y, y, y, 1).y, keepIfFinite: (k, x, y) => k.keepIfFinite(y, x, y),
  };
  for (const [operation, code] of Object.entries(wrong)) {
    const error = thrown(ShapeError, () => on([a, b], (k, x) => code(k, x(0), x(1))));
    assert.is(error.operation, operation, error.message);
    assert.ok(error.argument && error.expected && error.actual, error.message);
    assert.is(error.message, `${operation}: ${error.argument} must be ${error.expected}, got ${error.actual}.`);
  }
  for (const none of [(k: Kernels) => k.stack([]), (k: Kernels) => k.concat([])]) assert.throws(() => on([a], none), /at least one tensor/);
});

test('a tensor of another backend is refused with a hint', () => {
  const foreign: Tensor = { shape: [2, 3], size: 6 };
  const error = thrown(BackendError, () => on([randomTensor(1, 'a', [2, 3])], (k, x) => k.add(x(0), foreign)));
  assert.match(error.hint ?? '', /read them to the host first/);
});

test('the device checks what it is given, and is dead after dispose', () => {
  const device = float64.open();
  const variable = device.variable(host([2], [1, 2]));
  device.write(variable, Float64Array.of(3, 4));
  assertSame(device.read(variable), [3, 4], 'variable');
  assert.match(thrown(ShapeError, () => device.write(variable, new Float64Array(3))).message, /write: values must be 2 numbers for \[2\], got 3/);
  const program = device.compile((k, [x], [v]) => ({ outputs: [], variables: [k.add(given(x), given(v))] }), [[2]], [variable]);
  void program.run([Float64Array.of(10, 20)]);
  void program.run([Float64Array.of(10, 20)]);
  assertSame(device.read(variable), [23, 44], 'updated in place, step after step');
  assert.match(thrown(ShapeError, () => program.run([new Float64Array(3)])).message, /step: input 0 must be 2 numbers for \[2\], got 3/);
  assert.match(thrown(ShapeError, () => program.run([])).message, /input 0 .* got undefined/);
  device.dispose();
  for (const use of [() => device.read(variable), () => device.write(variable, Float64Array.of(1, 2)), () => program.run([Float64Array.of(1, 2)])]) {
    assert.match(thrown(BackendError, use).message, /disposed\. Compile the model again/);
  }
});

test.run();
