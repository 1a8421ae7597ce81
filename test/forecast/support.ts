/** Series and views shared by the forecasting tests. */
import ndarray from 'ndarray';
import * as assert from 'uvu/assert';
import type { NdArray } from '../../src/tensor.js';
import { normal, randomStream } from '../../src/random.js';

/** A positive random walk, [rows][features], every number different. */
export function walk(rows: number, features = 1, seed = 1): number[][] {
  const random = randomStream(seed, 'test walk');
  const level = Array.from({ length: features }, (_, j) => 50 + 20 * j);
  return Array.from({ length: rows }, () => level.map((v, j) => (level[j] = v * Math.exp(0.02 * normal(random)))));
}

/** The same numbers in a view with odd strides: every other element of a reversed, transposed buffer. */
export function strided(rows: readonly (readonly number[])[]): NdArray<Float64Array> {
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  const buffer = ndarray(new Float64Array(4 * height * width).fill(NaN), [2 * width, 2 * height]);
  const view = buffer.step(-2, -2).transpose(1, 0);
  rows.forEach((row, i) => row.forEach((value, j) => view.set(i, j, value)));
  return view;
}

export const column = (rows: readonly (readonly number[])[], j = 0): number[] => rows.map((row) => row[j] ?? NaN);

/** Equal within a relative tolerance, element by element. */
export function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  assert.is(actual.length, expected.length, 'length');
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] ?? NaN, expected[i] ?? NaN];
    assert.ok(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)), `element ${i}: ${a} instead of ${e}`);
  }
}

/** Equal bit for bit. */
export function identical(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assert.is(actual.length, expected.length, 'length');
  for (let i = 0; i < expected.length; i++) assert.ok(Object.is(actual[i], expected[i]), `element ${i}: ${actual[i]} instead of ${expected[i]}`);
}

/** The error that a call throws, sync or not, checked against its class. */
export async function thrown<E extends Error>(type: new (...args: never[]) => E, run: () => unknown): Promise<E> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof type, `${String(error)} is not a ${type.name}`);
    return error;
  }
  throw new assert.Assertion({ message: `expected a ${type.name}`, generated: false, details: '', operator: 'throws', expects: type.name, actual: 'nothing' });
}

/** What comes within twenty seconds. A hang would end the process before its test has failed, or never end. */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => { reject(new Error('this hangs')); }, 20_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
