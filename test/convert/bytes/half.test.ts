/** Numbers of 16 bits: every one there is, and back. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromBfloat16, fromFloat16, toFloat16 } from '../../../src/convert/bytes/half.js';

/** By the definition of binary16. */
function meaning(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

test('every float16 is read as what it means, and written as itself', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const read = fromFloat16(all);
  const written = toFloat16(read);
  for (let i = 0; i < all.length; i++) {
    if (!Object.is(read[i], meaning(i))) assert.unreachable(`0x${i.toString(16)}: ${read[i]} for ${meaning(i)}`);
    if (!Number.isNaN(read[i]) && written[i] !== i) assert.unreachable(`0x${i.toString(16)} is written as ${written[i]}`);
  }
  assert.ok(Number.isNaN(fromFloat16(toFloat16([NaN]))[0]));
});

test('writing rounds to the nearest, ties to even', () => {
  const finite = Array.from({ length: 0x7c00 }, (_, i) => meaning(i));
  fc.assert(fc.property(fc.integer({ min: 0, max: finite.length - 2 }), fc.double({ min: 0, max: 1, noNaN: true }), (i, share) => {
    const [low = 0, high = 0] = [finite[i], finite[i + 1]];
    const value = low + share * (high - low);
    const nearest = value - low < high - value || (value - low === high - value && i % 2 === 0) ? i : i + 1;
    assert.equal([...toFloat16([value, -value])], [nearest, nearest | 0x8000]);
  }), { numRuns: 2000 });
  for (const i of [0, 1, 1023, 1024, 5000]) assert.is(toFloat16([((finite[i] ?? 0) + (finite[i + 1] ?? 0)) / 2])[0], i % 2 === 0 ? i : i + 1, `tie above ${i}`);
  assert.equal([...toFloat16([65519.99, 65520, 1e9, -Infinity])], [0x7bff, 0x7c00, 0x7c00, 0xfc00]);
});

test('bfloat16 is the upper half of a float32', () => {
  assert.equal([...fromBfloat16(Uint16Array.of(0x3f80, 0xc020, 0x7f80, 0x0001))], [1, -2.5, Infinity, Math.fround(2 ** -133)]);
});

test.run();
