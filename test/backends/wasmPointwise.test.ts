/** The exponential, the logarithm and their kin in wasm: precision at every exponent, and what they make of what is not finite. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryCodes, unaryCodes } from '../../src/backends/linear/raw.js';
import { assertSame } from '../support/compare.js';
import { everyExponent, range, ulp } from '../support/numbers.js';
import { compareTwins, sizes, storage, wasmKernels } from './wasmTwin.js';

type Unary = keyof typeof unaryCodes;
const input = storage.start * 4;
const most = 4096;
const output = input + most * 4;
storage.grow(storage.start + 2 * most);

function applied(kind: Unary, x: Float32Array): Float32Array {
  const y = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += most) {
    const part = x.subarray(i, i + most);
    storage.write(input, part);
    wasmKernels.unary(output, input, part.length, unaryCodes[kind]);
    y.set(storage.read(output, part.length), i);
  }
  return y;
}

for (const [kind, exact, numbers] of [
  ['exp', Math.exp, [everyExponent(40), range(-104, 88.7, 100_001)]],
  ['log', Math.log, [everyExponent(80).filter((x) => x > 0), range(0.5, 2, 100_001)]],
] as const) {
  test(`${kind} within 2 ulp at every exponent and densely where it bends`, () => {
    for (const x of numbers) {
      const y = applied(kind, x);
      let worst = 0;
      x.forEach((value, i) => {
        const right = exact(value);
        if (Math.fround(right) === y[i]) return; // also where it overflows
        worst = Math.max(worst, Math.abs((y[i] ?? NaN) - right) / ulp(right));
      });
      assert.ok(worst <= 2, `${worst} ulp`);
    }
  });
}

test('infinities, zeros and NaN', () => {
  const special = Float32Array.of(-Infinity, -1, -0, 0, Infinity, NaN);
  assertSame(applied('exp', special), special.map(Math.exp), 'exp');
  assertSame(applied('log', special), special.map(Math.log), 'log');
  assertSame(applied('sqrt', special), special.map(Math.sqrt), 'sqrt');
  assertSame(applied('sign', special).map(Math.abs), Float32Array.of(1, 1, 0, 0, 1, NaN), 'sign');
  assertSame(applied('reciprocal', special), special.map((x) => 1 / x), 'reciprocal');
  const pairs = Float32Array.of(1, NaN, 2, -1, NaN, Infinity);
  const others = Float32Array.of(NaN, 1, 1, 1, NaN, 1);
  storage.write(input, Float32Array.of(...pairs, ...others));
  for (const [kind, expected] of [['maximum', pairs.map((a, i) => Math.max(a, others[i] ?? 0))], ['greater', pairs.map((a, i) => (a > (others[i] ?? 0) ? 1 : 0))]] as const) {
    wasmKernels.binary(output, input, input + 24, 6, binaryCodes[kind]);
    assertSame(storage.read(output, 6), expected, kind);
  }
});

test('a value does not depend on its place in the vector', () => {
  const x = range(0.1, 9, 23);
  for (const kind of Object.keys(unaryCodes) as Unary[]) {
    const together = applied(kind, x);
    x.forEach((value, i) => assert.is(applied(kind, Float32Array.of(value))[0], together[i], kind));
  }
});

test('every size, in place too, as the twin does it', () => {
  for (const n of sizes) {
    compareTwins(`exp ${n} in place`, { x: n }, 1e-6, (k, at) => k.unary(at.x, at.x, n, unaryCodes.exp));
    compareTwins(`minimum ${n}`, { y: n, a: n, b: n }, 0, (k, at) => k.binary(at.y, at.a, at.b, n, binaryCodes.minimum));
    compareTwins(`select ${n}`, { y: n, c: n, a: n, b: n }, 0, (k, at) => {
      k.binary(at.y, at.c, at.a, n, binaryCodes.greater);
      k.select(at.y, at.y, at.a, at.b, n);
    });
    compareTwins(`affine ${n}`, { y: n, x: n }, 1e-6, (k, at) => k.affine(at.y, at.x, n, 0.5, 2));
    compareTwins(`sumLast ${n}`, { y: 3, x: 3 * n }, 1e-6, (k, at) => k.sumLast(at.y, at.x, 3, n));
    compareTwins(`oneHot ${n}`, { y: 5 * n, x: [0, n - 1, n, -1, Math.floor(n / 2)] }, 0, (k, at) => k.oneHot(at.y, at.x, 5, n)); // n and −1 are no classes
  }
});

test.run();
