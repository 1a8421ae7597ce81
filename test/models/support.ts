/** Data, models and comparisons for the tests of training. */
import * as assert from 'uvu/assert';
import { BpttError } from '../../src/errors.js';
import type { Model } from '../../src/models/model.js';
import { decodeModel } from '../../src/models/files/persist.js';
import type { HostTensor, Shape } from '../../src/tensor.js';
import { randomTensor } from '../support/values.js';
import { assertSame } from '../support/compare.js';

/** Random tensors of these shapes and a seed. */
export function randomData(samples: number, x: Shape, y: Shape, seed = 5): { x: HostTensor; y: HostTensor } {
  return { x: randomTensor(seed, 'x', [samples, ...x]), y: randomTensor(seed, 'y', [samples, ...y], 0.5) };
}

/** Something to learn: the mean of the last two steps of a noisy sine. */
export function sineData(samples: number, steps: number): { x: HostTensor; y: HostTensor } {
  const noise = randomTensor(3, 'noise', [samples + steps, 1], 0.05).data;
  const wave = Float64Array.from({ length: samples + steps }, (_, i) => Math.sin(0.3 * i) + (noise[i] ?? 0));
  const x = new Float64Array(samples * steps);
  for (let i = 0; i < samples; i++) x.set(wave.subarray(i, i + steps), i * steps);
  const y = Float64Array.from({ length: samples }, (_, i) => ((wave[i + steps - 1] ?? 0) + (wave[i + steps - 2] ?? 0)) / 2);
  return { x: { data: x, shape: [samples, steps, 1] }, y: { data: y, shape: [samples, 1] } };
}

/** Rows of a tensor by number. */
export function rowsOf({ data, shape }: HostTensor, rows: readonly number[]): HostTensor {
  const [count = 1, ...rest] = shape;
  const size = data.length / count;
  const out = new Float64Array(rows.length * size);
  rows.forEach((row, i) => out.set(data.subarray(row * size, (row + 1) * size), i * size));
  return { data: out, shape: [rows.length, ...rest] };
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

export function assertSameWeights(actual: Model, expected: Model, what: string): void {
  const [a, e] = [actual.getWeights(), expected.getWeights()];
  assert.equal(Object.keys(a), Object.keys(e), what);
  for (const [key, { data }] of Object.entries(e)) assertSame(a[key]?.data ?? [], data, `${what}: ${key}`);
}

export function sameWeights(a: Model, b: Model): boolean {
  const other = b.getWeights();
  return Object.entries(a.getWeights()).every(([key, { data }]) => data.every((value, i) => value === other[key]?.data[i]));
}

/** Weights, running statistics, optimiser slots and position: all that decides how training goes on. */
export function assertSameState(actual: Model, expected: Model, what: string): void {
  const [a, e] = [decodeModel(actual.toBytes()), decodeModel(expected.toBytes())];
  assert.equal([...a.tensors.keys()], [...e.tensors.keys()], `${what}: names`);
  for (const [name, { data }] of e.tensors) assertSame(a.tensors.get(name)?.data ?? [], data, `${what}: ${name}`);
  assert.equal(a.position, e.position, `${what}: position`);
}

/** The error a promise rejects with, checked against its class. */
export async function rejected<E extends Error>(type: new (...args: never[]) => E, promise: Promise<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    assert.instance(error, type, String(error));
    return error as E;
  }
  return assert.unreachable(`expected a ${type.name}`) as never;
}

/** The message of the named error that this ends with. */
export async function refusal(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    assert.instance(error, BpttError, String(error));
    return (error as BpttError).message;
  }
  return 'nothing was thrown';
}
