import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { activationCodes } from '../../src/backends/linear/raw.js';
import { assertSame } from '../support/compare.js';
import { everyExponent, range, ulp } from '../support/numbers.js';
import { compareTwins, sizes, storage, wasmKernels } from './wasmTwin.js';

type Kind = keyof typeof activationCodes;
const kinds = Object.keys(activationCodes) as Kind[];

const input = storage.start * 4;
const most = 4096;
const output = input + most * 4;
storage.grow(storage.start + 2 * most);

/** φ over many numbers. */
function activated(kind: Kind, x: Float32Array, alpha = 1): Float32Array {
  const y = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += most) {
    const part = x.subarray(i, i + most);
    storage.write(input, part);
    wasmKernels.activate(output, input, part.length, activationCodes[kind], alpha);
    y.set(storage.read(output, part.length), i);
  }
  return y;
}

function worstUlp(kind: Kind, reference: (x: number) => number, x: Float32Array): number {
  const y = activated(kind, x);
  let worst = 0;
  x.forEach((value, i) => {
    const exact = reference(value);
    const error = Math.abs((y[i] ?? NaN) - exact) / ulp(exact);
    assert.ok(error < 1e6, `${kind}(${value}) is ${y[i]} instead of ${exact}`);
    worst = Math.max(worst, error);
  });
  return worst;
}

const exactSigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

/** From here down the sigmoid, less than 2⁻¹²⁶, is 0. */
const lowest = -87.68312;

const precise: readonly (readonly [Kind, (x: number) => number, number])[] = [
  ['sigmoid', (x) => (x < lowest ? 0 : exactSigmoid(x)), 2.5],
  ['tanh', Math.tanh, 2.5],
  ['elu', (x) => (x > 0 ? x : Math.expm1(x)), 2],
  ['softplus', (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 3],
];

for (const [kind, reference, limit] of precise) {
  test(`${kind} within ${limit} ulp at every exponent and densely where it bends`, () => {
    for (const x of [everyExponent(160), range(-110, 110, 200_001), range(-2, 2, 200_001)]) {
      const worst = worstUlp(kind, reference, x);
      assert.ok(worst <= limit, `${worst} ulp`);
    }
  });
}

test('the exponential within 2 ulp: beside a 0 the softmax of x < −18 is eˣ to the last bit', () => {
  const x = range(-104, -18, 100_001);
  for (let i = 0; i < x.length; i += most / 2) {
    const part = x.subarray(i, i + most / 2);
    storage.write(input, Float32Array.from({ length: 2 * part.length }, (_, at) => (at % 2 === 0 ? (part[at / 2] ?? 0) : 0)));
    wasmKernels.softmax(output, input, part.length, 2);
    const y = storage.read(output, 2 * part.length);
    part.forEach((value, at) => {
      const error = Math.abs((y[2 * at] ?? NaN) - Math.exp(value)) / ulp(Math.exp(value));
      assert.ok(error <= 2, `e^${value}: ${error} ulp`);
    });
  }
});

test('sigmoid and tanh stay within their ranges, and tanh keeps the sign', () => {
  for (const x of [everyExponent(160), range(-110, 110, 200_001)]) {
    assert.ok(activated('sigmoid', x).every((y, i) => (y >= 0 && y <= 1 && (y > 0 || (x[i] ?? 0) < lowest)) || Number.isNaN(x[i])));
    const tanh = activated('tanh', x);
    assert.ok(tanh.every((y, i) => Math.abs(y) <= 1 && Object.is(Math.sign(y), Math.sign(x[i] ?? NaN))));
  }
});

test('infinities, zeros and NaN', () => {
  const special = Float32Array.of(-Infinity, -0, 0, Infinity, NaN);
  assertSame(activated('sigmoid', special), Float32Array.of(0, 0.5, 0.5, 1, NaN), 'sigmoid');
  assertSame(activated('tanh', special), Float32Array.of(-1, -0, 0, 1, NaN), 'tanh');
  assert.ok(Object.is(activated('tanh', special)[1], -0));
  assertSame(activated('softplus', special).slice(3), Float32Array.of(Infinity, NaN), 'softplus');
  assertSame(activated('relu', special), Float32Array.of(0, 0, 0, Infinity, NaN), 'relu');
  for (const kind of kinds) assert.ok(Number.isNaN(activated(kind, Float32Array.of(1, 2, 3, 4, 5, NaN))[5]), kind);
});

test('a value does not depend on its place in the vector', () => {
  const x = range(-9, 9, 23);
  for (const kind of kinds) {
    const together = activated(kind, x);
    x.forEach((value, i) => assert.is(activated(kind, Float32Array.of(value))[0], together[i], kind));
  }
});

test('activate and activateBackward agree with the twin, also in place', () => {
  for (const kind of kinds) {
    const code = activationCodes[kind];
    for (const n of sizes) {
      compareTwins(`${kind} ${n}`, { y: n, x: n }, 2e-6, (k, at) => k.activate(at.y, at.x, n, code, 0.3));
      compareTwins(`${kind} ${n} in place`, { x: n }, 2e-6, (k, at) => k.activate(at.x, at.x, n, code, 0.3));
      compareTwins(`${kind} ${n} backward`, { dx: n, x: n, y: n, dy: n }, 2e-6, (k, at) => {
        k.activate(at.y, at.x, n, code, 0.3);
        k.activateBackward(at.dx, at.x, at.y, at.dy, n, code, 0.3);
      });
    }
  }
});

test('gelu stays relatively precise far below zero', () => {
  const x = range(-12, 4, 1601);
  compareTwins('gelu tail', { y: x.length, x }, 1e-6, (k, at) => k.activate(at.y, at.x, x.length, activationCodes.gelu, 0));
  const y = activated('gelu', Float32Array.of(-6));
  const exact = -6 * 9.865876450376981e-10; // x·Φ(−6), Φ from Abramowitz & Stegun table 26.2
  assert.ok(Math.abs((y[0] ?? 0) - exact) < 2e-6 * Math.abs(exact), String(y[0]));
});

test('softmax and its gradient', () => {
  for (const n of sizes) {
    compareTwins(`softmax ${n}`, { y: 3 * n, x: 3 * n }, 1e-6, (k, at) => k.softmax(at.y, at.x, 3, n));
    compareTwins(`softmaxBackward ${n}`, { dx: 3 * n, y: 3 * n, dy: 3 * n }, 4e-6, (k, at) => k.softmaxBackward(at.dx, at.y, at.dy, 3, n));
  }
  const x = [100, 99, -300, -1e30, 1, -50, -60, -70];
  compareTwins('softmax of large logits', { y: 8, x }, 1e-6, (k, at) => k.softmax(at.y, at.x, 2, 4));
  storage.write(input, Float32Array.of(1, 2, 3, 4, 5, NaN));
  wasmKernels.softmax(output, input, 1, 6);
  assert.ok(storage.read(output, 6).every(Number.isNaN));
});

test.run();
