/** Comparing arrays of numbers. */
import * as assert from 'uvu/assert';

/** |a − e| ≤ tolerance · max|e| for every entry: the measure of the golden files (see test/golden/README.md). */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.is(actual.length, expected.length, `${what}: length`);
  const scale = Array.from(expected).reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] ?? NaN, expected[i] ?? NaN];
    const error = Math.abs(a - e);
    assert.ok(error <= tolerance * scale, `${what}[${i}]: ${a} instead of ${e}, off by ${error / scale} of the largest entry`);
  }
}

/** Equal to the last bit; 0 and −0 are the same number. */
export function assertSame(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.is(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(actual[i] === expected[i] || Object.is(actual[i], expected[i]), `${what}[${i}]: ${actual[i]} instead of ${expected[i]}`);
  }
}

/** Fails unless some entry differs by more than `by`: keeps a comparison from passing on nothing. */
export function assertDifferent(a: ArrayLike<number>, b: ArrayLike<number>, by: number, what: string): void {
  const largest = Array.from(a).reduce((max, x, i) => Math.max(max, Math.abs(x - (b[i] ?? NaN))), 0);
  assert.ok(a.length !== b.length || largest > by, `${what}: no entry differs by more than ${by}`);
}

/** The error that a call throws, checked against its class, and for the hint, where one is promised. */
export function thrown<E extends Error>(type: new (...args: never[]) => E, run: () => unknown): E {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof type, `${String(error)} is not a ${type.name}`);
    return error;
  }
  return assert.unreachable(`expected a ${type.name}`) as never;
}
